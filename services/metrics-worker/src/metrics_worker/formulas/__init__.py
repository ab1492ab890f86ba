"""Formulas: from counts to figures with n, an exact display and an interval; pure functions, one id and version each."""
