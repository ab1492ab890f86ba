"""What one unit adds to the cells: pure functions from a record, or the records of one root, to counts at one place."""
