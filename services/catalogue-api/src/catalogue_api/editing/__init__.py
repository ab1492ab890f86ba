"""Reading and changing entities of every kind through one machinery: put, patch, retire, get, list, history."""
