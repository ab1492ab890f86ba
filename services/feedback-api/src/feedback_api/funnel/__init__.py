"""The funnel: how often a form was offered, shown and begun."""
