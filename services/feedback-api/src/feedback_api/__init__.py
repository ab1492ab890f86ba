"""Soundings listens."""
