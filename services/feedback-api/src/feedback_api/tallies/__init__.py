"""Tallies: totals that someone else counted."""
