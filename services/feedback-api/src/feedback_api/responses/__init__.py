"""Responses: one person's filled form, checked against the version of the form that it answers."""
