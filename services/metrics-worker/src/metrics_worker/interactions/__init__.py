"""Interaction records as they are stored, for analysts: no text, no person."""
