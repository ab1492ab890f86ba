"""What all doors share: reading what was sent, checking fields, building log records, appending, and answering."""
