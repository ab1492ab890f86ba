"""Suppression."""
