"""The public doors of a form: its definition, answers from a browser, and its funnel."""
