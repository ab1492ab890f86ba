"""The history of the metrics database's shape."""
