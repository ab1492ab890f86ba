"""The events that travel on the log: one module per kind, and the only place where a topic is named."""
