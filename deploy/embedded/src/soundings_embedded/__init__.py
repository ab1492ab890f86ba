"""Soundings in one process."""
