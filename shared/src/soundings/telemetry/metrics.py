"""The closed list of Prometheus metrics, and the meaning of each."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("soundings_requests_total", "Requests answered.", ["service", "route", "status"])
REQUEST_SECONDS = Histogram(
    "soundings_request_seconds",
    "Time to answer a request.",
    ["service", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
READY = Gauge(
    "soundings_ready", "1 while a service does its work, as its /readyz says; looked at when asked.", ["service"]
)
LAG_EVENTS = Gauge("soundings_lag_events", "Events on the log that are not yet folded.", ["topic", "partition"])
BATCH_EVENTS = Histogram(
    "soundings_batch_events", "Events in a folded batch.", buckets=(1, 10, 100, 1000, 5000, 10000, 20000, 50000)
)
BATCH_SECONDS = Histogram("soundings_batch_seconds", "Time to fold and commit a batch.")
FOLD_DELAY_SECONDS = Histogram(
    "soundings_fold_delay_seconds",
    "Time from the log to the cells, of the newest event of each batch.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600),
)
NEWEST_FOLD = Gauge(
    "soundings_newest_fold_timestamp_seconds", "When the newest event that is folded came to the log, in Unix time."
)
LOG_MISMATCH = Gauge(
    "soundings_log_mismatch",
    "1 while a consumer stands still because the log is not the one that it has read.",
    ["service"],
)
FOLD_STOPPED = Gauge("soundings_fold_stopped", "1 while folding stands still for too many dead letters.")
PARKED_RECORDS = Gauge(
    "soundings_parked_records",
    "Records of parked sources that wait to be folded; there for each such source.",
    ["source"],
)
DEAD_LETTERS = Counter("soundings_dead_letters_total", "Events that could not be folded.", ["reason"])
RETENTION_REMOVED = Counter(
    "soundings_retention_removed_total",
    "Texts, words and dead letters removed because their time was over.",
    ["what"],
)
RETENTION_DONE = Gauge(
    "soundings_retention_done_timestamp_seconds", "When all texts were last looked through for retention, in Unix time."
)
SPOOL_DEPTH = Gauge("soundings_spool_depth", "Events that wait in the spool for the log to return.")
SPOOL_BYTES = Gauge("soundings_spool_bytes", "Bytes of the spool's file in use.")
SPOOL_LIMIT_BYTES = Gauge("soundings_spool_limit_bytes", "Bytes that the spool's file may use.")
SPOOL_AGE_SECONDS = Gauge("soundings_spool_age_seconds", "Seconds since the oldest event that waits was taken in.")
SPOOL_PARKED = Gauge("soundings_spool_parked", "Events in the spool that the log refuses for good.")
OUTBOX_DEPTH = Gauge("soundings_outbox_depth", "Catalogue changes that wait to reach the log.")
KEY_SET_LOADS = Counter(
    "soundings_key_set_loads_total", "Times the keys of a token issuer were loaded.", ["issuer", "outcome"]
)
KEY_SET_AGE_SECONDS = Gauge(
    "soundings_key_set_age_seconds",
    "Age of a token issuer's keys when loading them last failed; 0 while they load.",
    ["issuer"],
)
