"""Retention: text leaves when its source's time for it is over, and dead letters when their record was taken back."""
