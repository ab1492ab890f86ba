"""Retraction by senders, and erasure by people or their agency."""
