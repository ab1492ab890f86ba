"""Parked sources: shown to admins, and let go on once their cause is mended."""
