"""Soundings: what two services share."""
