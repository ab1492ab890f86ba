"""Agencies, departments, services and their descriptions: references and validation rules."""
