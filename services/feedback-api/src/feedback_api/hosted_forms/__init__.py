"""The page of a form: served whole, complete without JavaScript, and more comfortable with it."""
