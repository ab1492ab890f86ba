"""Tallies: totals counted by the sender."""
