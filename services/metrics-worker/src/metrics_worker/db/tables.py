"""The tables of the metrics database, the same on SQLite and PostgreSQL.

Cells are stored as wide rows. One row holds what one worker adds to one (grain, service, channel, touchpoint) in one
time bucket from one kind of topic: its ``shard`` is ``r`` for responses, ``i`` for interactions or ``t`` for tallies,
and the worker's slot (always ``t0`` for tallies). A reader sums over the shards; a single one may be negative where a
partition changed its worker before a correction. ``counters`` is JSON text with sorted keys::

    {"satisfaction@1": {"4": 2, "5": 7}, "talk@1": {"37": [2, 73400]}}

that is ``measure@version`` → bin → n, or [n, total] where the total is not 0 (milliseconds of a duration, minor units
of money). Bins whose n and total are 0 are left out. A measure with nothing but tallies of zero is present without
bins, ``{}``: it was reported, and it is 0. An unreported measure is absent.

Buckets are named as in :mod:`soundings.kernel.agency_calendar`: an hour ``2018-05-01T13:00:00Z``, every other bucket
by its first day ``2018-05-01``. The view ``cell`` has one row per bin.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    column,
    table,
    text,
)

from metrics_worker.aggregation.facts import EMPTY, QUARANTINED, RETRACTED, TEST
from soundings.db.types import JsonColumn, Key128

__all__ = [
    "EMPTY",
    "HAS_WORDS",
    "QUARANTINED",
    "RETRACTED",
    "TEST",
    "catalogue_entity",
    "cell",
    "cell_row",
    "dead_letter",
    "fact",
    "generation",
    "metadata",
    "parked",
    "parked_partition",
    "parked_source",
    "position",
    "voice",
    "worker",
]

metadata = MetaData()

HAS_WORDS: Final = """substr(data, 1, 12) <> '{"agency_id"'"""
"""Whether the data of a fact hold free text. Not to be used with parameters, or no index answers it."""

_RowId = BigInteger().with_variant(Integer(), "sqlite")

position = Table(
    "position",
    metadata,
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("last_position", BigInteger),
    Column("last_digest", LargeBinary),
    Column("log_mismatch", Text),
    PrimaryKeyConstraint("topic", "partition"),
)
"""Where the fold reads on. Who writes for a partition moves ``next`` under its ``epoch`` in the same transaction.

``last_position`` and ``last_digest`` are those of the last record that was applied, to tell another log by; None before
the first, and where an earlier version applied it. ``log_mismatch`` says why a worker stopped that took the partition
and found another log; None when it found the same one.
"""

worker = Table(
    "worker",
    metadata,
    Column("id", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("stopped", Text),
    Column("rules", Integer, nullable=False),
)
"""Workers that are alive until (epoch milliseconds), and why one has stopped. Only for sharing the work.

``rules`` is the version of the worker's rules of counting. It has no default, so that a worker from before it cannot
take part."""

generation = Table(
    "generation",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("current", Integer, nullable=False),
    Column("rules", Integer, nullable=False, server_default="1"),
    CheckConstraint("id = 1", name="one_row"),
)
"""One row: the generation of cells that is in force, and the version of the rules by which it was counted."""

cell_row = Table(
    "cell_row",
    metadata,
    Column("generation", Integer, nullable=False),
    Column("grain", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("touchpoint", Text, nullable=False),
    Column("shard", Text, nullable=False),
    Column("counters", Text, nullable=False),
    Column("tallies", Text),
    PrimaryKeyConstraint("generation", "grain", "service", "bucket", "channel", "touchpoint", "shard"),
    sqlite_with_rowid=False,
)
"""Wide rows of counters. ``tallies`` (JSON, ``measure@version`` → number of tallies) belongs to the fold alone.

``grain`` is ``hour``, ``day``, ``month``, ``quarter`` or ``year`` (the last two fiscal, of tallies only)."""

cell = table(
    "cell",
    *(column(name, Text) for name in ("grain", "bucket", "service", "channel", "touchpoint", "measure", "bin")),
    *(column(name, BigInteger) for name in ("generation", "version", "n", "total")),
)
"""The view of cells one by one: what people and tools may query. A reported zero has the bin ''."""

fact = Table(
    "fact",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("key", Key128, nullable=False),
    Column("unit", Key128),
    Column("kind", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("review_revision", BigInteger),
    Column("verdict", Text),
    Column("data", Text),
    Column("home", Text, nullable=False),
    Index("fact_key", "key", unique=True),
    Index("fact_unit", "unit", sqlite_where=text("unit IS NOT NULL"), postgresql_where=text("unit IS NOT NULL")),
    Index(
        "fact_response",
        "service",
        "occurred_at",
        "id",
        sqlite_where=text("kind = 'response'"),
        postgresql_where=text("kind = 'response'"),
    ),
    Index(
        "fact_words", "source_id", "occurred_at", "id", sqlite_where=text(HAS_WORDS), postgresql_where=text(HAS_WORDS)
    ),
)
"""One row per record that was ever heard of, in its latest revision.

``kind`` is ``response``, ``funnel``, ``interaction`` or ``tally``. ``key`` is the hash of its identity; ``unit`` that
of the root an interaction belongs to. ``state`` is made of the bits in
:mod:`metrics_worker.aggregation.facts`; 0 is counted.
``data`` is the event's JSON without comments and without what columns and ``state`` hold; None once retracted. In it
the ``scores`` of a response are lists ``[question_id, measure, measure_version, scale, value]``. Free text comes first
in it, so that the few facts with any can be told, and indexed, by the first characters.
``occurred_at`` is in epoch milliseconds: when a response or funnel event occurred, an interaction started, or a tally
was received. ``service`` and ``channel`` are '' where unknown.
"""

voice = Table(
    "voice",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("key", Key128, nullable=False),
    Column("comments", JsonColumn, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text),
    Index("voice_key", "key", unique=True),
)
"""What people said: ``comments`` by question id and, in ``text``, joined by line breaks for the search.

``key`` is the fact's. Full-text search: the FTS5 table ``voice_search(text)`` whose rowid is ``voice.id`` on SQLite,
the column ``voice.search`` (tsvector, configuration ``simple``) on PostgreSQL.
"""

catalogue_entity = Table(
    "catalogue_entity",
    metadata,
    Column("entity", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("agency_id", Text),
    Column("body", JsonColumn, nullable=False),
    Column("more", JsonColumn, nullable=False),
    PrimaryKeyConstraint("entity", "id"),
)
"""The catalogue as last heard: ``entity`` is ``agency``, ``service`` …, ``state`` is ``active`` or ``retired``.

``body`` is what people PUT. ``more`` holds the event's other fields: ``versions`` of a measure, ``published`` of a
form.
``agency_id`` is None for what hangs on a service or a form only (standards, touchpoints, source keys).
"""

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("value", LargeBinary),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("forwarded", Boolean, nullable=False),
    Column("replayed_at", BigInteger),
    Column("source", Text, nullable=False, server_default=""),
    Index("dead_letter_source", "source", "id"),
    Index("dead_letter_waiting", "id", sqlite_where=text("NOT forwarded"), postgresql_where=text("NOT forwarded")),
)
"""Events that could not be folded, as they stood on the log; ``forwarded`` once they are on their own topic too.

``source`` is who sent it, or a label of :mod:`metrics_worker.aggregation.record_sender`.
"""

parked_source = Table(
    "parked_source",
    metadata,
    Column("source", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("resuming", Boolean, nullable=False),
)
"""Sources of which too much was refused: their records go into ``parked``. ``since`` is in epoch milliseconds.

While ``resuming``, what is parked is folded, and new records go behind it as long as their partition has any.
"""

parked_partition = Table(
    "parked_partition",
    metadata,
    Column("source", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("records", BigInteger, nullable=False),
    PrimaryKeyConstraint("source", "topic", "partition"),
)
"""How many records of a source are parked, for each partition that has any."""

parked = Table(
    "parked",
    metadata,
    Column("id", _RowId, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("value", LargeBinary),
    Column("at", BigInteger, nullable=False),
    Column("trimmed", Boolean, nullable=False),
    Index("parked_next", "source", "topic", "partition", "id"),
)
"""Records as they stood on the log, not read yet. Their ids rise within a partition in the order of the log.

``at`` is when the log got the record, in epoch milliseconds; ``trimmed`` once retention has taken its free text.
"""
