"""Redaction of personal data in free text."""
