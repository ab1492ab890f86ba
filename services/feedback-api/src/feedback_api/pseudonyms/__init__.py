"""Keyed pseudonyms of people."""
