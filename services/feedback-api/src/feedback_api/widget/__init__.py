"""The widget: one static file that puts forms on the pages of an agency."""
