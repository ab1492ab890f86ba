"""Sources and their keys: who may send, what, from where, and with which secret."""
