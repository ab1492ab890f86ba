"""CloudEvents endpoint: the same records in CloudEvents 1.0 envelopes, binary, structured or in batches."""
