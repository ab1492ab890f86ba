"""Taking out what was measured and said: all pages, as CSV that no spreadsheet runs, or as lines of JSON."""
