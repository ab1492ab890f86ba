"""Intake shared by all endpoints: body parsing, field validation, record building, appending, and replies."""
