"""Interactions: records of contacts, as contact centres and sites send them."""
