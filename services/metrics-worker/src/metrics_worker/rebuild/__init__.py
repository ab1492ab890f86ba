"""Computes cells again from the facts, into a new generation or to verify the one in force."""
