"""Formulas: from counts to figures with n, display and interval; pure functions, one id and version each."""
