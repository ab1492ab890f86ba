"""The ``soundings`` command, one module per verb; each imports what it needs when it runs, so that help is quick."""
