"""Abuse: how suspicious a response is that came through a public door, and why."""
