"""Events that could not be folded: shown, forwarded to their own topic, and sent again once they can be."""
