"""Entities of the catalogue: model, changes and storage, shared by all of its features."""
