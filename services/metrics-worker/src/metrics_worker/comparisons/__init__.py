"""Comparing records that a source is about to send with what is stored under their ids."""
