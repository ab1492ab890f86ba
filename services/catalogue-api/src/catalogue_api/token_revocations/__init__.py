"""Revoking staff tokens before their time."""
