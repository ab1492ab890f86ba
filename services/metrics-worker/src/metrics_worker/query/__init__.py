"""The metrics API: questions become plans, plans become sums of cells, sums become figures."""
