"""What decides about an answer: the question, its scope, its plan, the sums, the rows and what of them is hidden."""
