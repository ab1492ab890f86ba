"""Pseudonyms."""
