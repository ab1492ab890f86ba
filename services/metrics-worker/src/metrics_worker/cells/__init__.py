"""The metrics database: its tables, and what every feature of this service reads from them."""
