"""Spam scoring of public responses."""
