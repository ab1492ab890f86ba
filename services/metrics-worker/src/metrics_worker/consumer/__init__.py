"""The fold: from the log to facts, cells and voices, exactly once."""
