"""Cells computed again from the facts: into a new generation, or beside the one in force to check it."""
