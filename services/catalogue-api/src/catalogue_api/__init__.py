"""Soundings knows."""
