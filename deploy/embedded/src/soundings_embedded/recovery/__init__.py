"""Noticing that a log does not fit what was counted from it, and mending that."""
