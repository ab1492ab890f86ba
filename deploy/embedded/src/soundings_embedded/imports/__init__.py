"""Bringing records in from a CSV file: a mapping says how a row becomes an item, and every item keeps its id."""
