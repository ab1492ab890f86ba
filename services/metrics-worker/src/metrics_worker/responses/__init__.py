"""The texts of responses with their answers, for advocates."""
