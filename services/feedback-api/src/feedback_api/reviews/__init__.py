"""Reviews: staff decide whether a response counts."""
