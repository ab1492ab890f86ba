"""B4: the same counting by other projects, each as its documentation has it and in an environment of its own."""
