"""Copies of a home: made while it serves, and checked before they take its place."""
