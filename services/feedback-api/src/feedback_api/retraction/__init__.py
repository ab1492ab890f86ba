"""Taking back: a sender retracts what it sent, and people erase what they answered."""
