"""The widget: one static script that shows forms on an agency's pages."""
