"""The front page: what Soundings is, what the public may know today, and how to send a first response."""
