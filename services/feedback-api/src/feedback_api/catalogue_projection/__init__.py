"""What this service knows of the catalogue: a projection of its topic, kept in memory and built anew at every start."""
