"""Soundings measures."""
