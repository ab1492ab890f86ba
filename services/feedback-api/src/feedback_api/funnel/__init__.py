"""Funnel events: how often a form was offered, shown and started."""
