"""Which topics a file holds, where their partitions lie in it, and where each of them ends."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from soundings.events.topics import TopicSpec
from soundings.log.port import TopicConflict, TopicPartition, UnknownTopic
from soundings.log.sqlite.schema import POSITION_BITS, POSITION_MASK

_SLOTS = """
SELECT slot, topic, partition, floor, (
    SELECT max(place) FROM records WHERE place BETWEEN slot << :bits AND slot << :bits | :mask
) FROM slots ORDER BY topic, partition
"""


@dataclass(frozen=True, slots=True)
class TopicIndex:
    """What the file held when it was looked at; a newer one takes its place as a whole, so readers need no lock."""

    slots: Mapping[str, Sequence[int]]
    topic_partitions: Mapping[int, TopicPartition]
    ends: Mapping[int, int]

    def slots_of(self, topic: str) -> Sequence[int]:
        """The slots of a topic by partition."""
        found = self.slots.get(topic)
        if found is None:
            raise UnknownTopic(f"there is no topic {topic!r} in this log")
        return found

    def slot_of(self, topic: str, partition: int) -> int:
        """The slot of one partition."""
        slots = self.slots_of(topic)
        if not 0 <= partition < len(slots):
            raise UnknownTopic(f"{topic} has no partition {partition}, only {len(slots)}")
        return slots[partition]

    def with_ends(self, ends: Mapping[int, int]) -> "TopicIndex":
        """The same with other ends; none ever moves back."""
        return TopicIndex(
            self.slots, self.topic_partitions, {slot: max(end, ends.get(slot, 0)) for slot, end in self.ends.items()}
        )


def look_up(connection: sqlite3.Connection) -> TopicIndex:
    """The directory of the file as it is now."""
    slots: dict[str, list[int]] = {}
    homes: dict[int, TopicPartition] = {}
    ends: dict[int, int] = {}
    for slot, topic, partition, floor, last in connection.execute(
        _SLOTS, {"bits": POSITION_BITS, "mask": POSITION_MASK}
    ).fetchall():
        slots.setdefault(topic, []).append(slot)
        homes[slot] = (topic, partition)
        # The floor remembers the end of a slot whose records were removed, so that no offset is
        # used twice.
        ends[slot] = max(floor, 0 if last is None else (last & POSITION_MASK) + 1)
    return TopicIndex(slots, homes, ends)


def declare_topics(connection: sqlite3.Connection, topics: Sequence[TopicSpec]) -> None:
    """Write topics into an open transaction; raises `TopicConflict` when one exists with other partitions."""
    known: dict[str, int] = dict(connection.execute("SELECT topic, partitions FROM topics").fetchall())
    for topic in topics:
        if known.get(topic.name, topic.partitions) != topic.partitions:
            raise TopicConflict(f"{topic.name} has {known[topic.name]} partitions for life, not {topic.partitions}")
        kept = None if topic.retention is None else round(topic.retention.total_seconds() * 1000)
        connection.execute(
            "INSERT INTO topics VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET cleanup = excluded.cleanup, retention_ms = excluded.retention_ms",
            (topic.name, topic.partitions, topic.cleanup, kept),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO slots (topic, partition) VALUES (?, ?)",
            [(topic.name, partition) for partition in range(topic.partitions)],
        )


class CurrentIndex:
    """The newest directory that any thread has seen."""

    def __init__(self, directory: TopicIndex) -> None:
        self._lock = Lock()
        self.directory = directory

    def advance_ends(self, ends: Mapping[int, int]) -> None:
        """Note what a commit in this process has reached."""
        with self._lock:
            self.directory = self.directory.with_ends(ends)

    def replace_index(self, fresh: TopicIndex) -> None:
        """Take over what was read from the file, which may by now be behind a commit of this process."""
        with self._lock:
            # Merged by maximum: the read may be older than a commit that another thread has already
            # published.
            self.directory = fresh.with_ends(self.directory.ends)
