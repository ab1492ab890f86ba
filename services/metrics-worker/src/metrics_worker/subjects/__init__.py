"""Subjects: which records a person has, so that they can be erased."""
