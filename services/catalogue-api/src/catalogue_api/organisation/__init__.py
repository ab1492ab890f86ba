"""Agencies, departments, services and what is told of them: what each refers to, and the rules for it."""
