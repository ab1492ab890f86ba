"""Connectors: the records of contact-centre vendors, in their own shape, become interaction records."""
