"""Moving what was measured into another database."""
