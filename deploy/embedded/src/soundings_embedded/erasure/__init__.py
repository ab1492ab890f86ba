"""Erasing a person: everything that is kept under any of the pseudonyms that they have had."""
