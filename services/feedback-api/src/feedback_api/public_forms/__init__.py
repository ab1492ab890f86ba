"""Public form endpoints: definition, responses from a browser, and funnel events."""
