"""Voices: what people said, with the answers beside it, for advocates."""
