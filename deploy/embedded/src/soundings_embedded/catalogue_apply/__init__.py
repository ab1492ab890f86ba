"""Declaring a catalogue in a YAML file: what it says, what is there, and the plan that leads from one to the other."""
