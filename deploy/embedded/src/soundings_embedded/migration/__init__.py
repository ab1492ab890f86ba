"""Moving an embedded home to a cluster: its log, its databases, and the proof that nothing changed."""
