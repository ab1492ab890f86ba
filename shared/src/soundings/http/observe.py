"""The closed list of metric names that services show to Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("soundings_requests_total", "Requests answered.", ["service", "route", "status"])
REQUEST_SECONDS = Histogram(
    "soundings_request_seconds",
    "Time to answer a request.",
    ["service", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
LAG_EVENTS = Gauge("soundings_lag_events", "Events on the log that are not yet folded.", ["topic", "partition"])
BATCH_EVENTS = Histogram(
    "soundings_batch_events", "Events in a folded batch.", buckets=(1, 10, 100, 1000, 5000, 10000, 20000, 50000)
)
BATCH_SECONDS = Histogram("soundings_batch_seconds", "Time to fold and commit a batch.")
DEAD_LETTERS = Counter("soundings_dead_letters_total", "Events that could not be folded.", ["reason"])
SPOOL_DEPTH = Gauge("soundings_spool_depth", "Events that wait in the spool for the log to return.")
SPOOL_BYTES = Gauge("soundings_spool_bytes", "Bytes of the spool's file in use.")
SPOOL_AGE_SECONDS = Gauge("soundings_spool_age_seconds", "Seconds since the oldest event that waits was taken in.")
SPOOL_PARKED = Gauge("soundings_spool_parked", "Events in the spool that the log refuses for good.")
FOLD_AGE_SECONDS = Gauge("soundings_fold_age_seconds", "Seconds since the newest event was folded.")
OUTBOX_DEPTH = Gauge("soundings_outbox_depth", "Catalogue changes that wait to reach the log.")
