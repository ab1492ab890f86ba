"""In-memory projection of the catalogue topic, rebuilt at every start."""
