"""The kernel: errors, clock, ids, calendars, scales and measures; standard library only."""
