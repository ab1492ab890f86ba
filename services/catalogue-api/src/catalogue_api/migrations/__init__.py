"""The shape of the catalogue's database over time."""
