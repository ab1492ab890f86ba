"""The log: a port that keeps records in order and durably, and its adapters."""
