"""What a broker gave of one partition, decoded no sooner than it is read."""

from collections.abc import Sequence

from soundings.log.kafka.aiokafka_internals import CorruptRecordException, FetchedBatch, is_abort
from soundings.log.port import StoredRecord, TopicPartition
from soundings.log.record_columns import build_records


class FetchBuffer:
    """Records of a partition from `position` on; `end` is how far the partition went when they were fetched.

    `given_up` are the transactions among them that came to nothing: producer and first position.
    """

    def __init__(
        self,
        home: TopicPartition,
        position: int,
        batches: Sequence[FetchedBatch] = (),
        *,
        end: int,
        given_up: Sequence[tuple[int, int]] = (),
    ) -> None:
        self._home = home
        # Reversed, so that the next batch is popped from the end in constant time.
        self._batches = list(reversed(batches))
        self._given_up = sorted(given_up, key=lambda transaction: transaction[1], reverse=True)
        self._giving_up: set[int] = set()
        self._decoded: Sequence[StoredRecord] = ()
        self._behind_decoded = position
        self.position = position
        self.end = end
        self.following = batches[-1].next_offset if batches else position
        """Where the next fetch has to start."""

    def has_records(self) -> bool:
        """Whether there is anything left to take."""
        while not self._decoded and self._batches:
            self._decode_batch(self._batches.pop())
            self.position = self._decoded[0].position if self._decoded else self._behind_decoded
        return bool(self._decoded)

    def take_records(self, limit: int) -> Sequence[StoredRecord]:
        """The next records, no more than those of one batch; none at the end."""
        self.has_records()
        taken, self._decoded = self._decoded[:limit], self._decoded[limit:]
        self.position = self._decoded[0].position if self._decoded else self._behind_decoded
        return taken

    def _decode_batch(self, batch: FetchedBatch) -> None:
        # Decoding is lazy: a batch costs memory and time only when a reader takes it.
        if not batch.validate_crc():
            raise CorruptRecordException(f"{self._home} {batch.base_offset}")
        if self._is_counted(batch):
            # A fetch begins with a whole batch, and so maybe with records before the position.
            records = [record for record in batch if record.offset >= self.position]
            topic, partition = self._home
            self._decoded = build_records(
                topic,
                partition,
                positions=[record.offset for record in records],
                keys=[record.key or b"" for record in records],
                values=[record.value for record in records],
                headers=[tuple([(name, value or b"") for name, value in record.headers]) for record in records],
                ats=[record.timestamp for record in records],
            )
        self._behind_decoded = max(batch.next_offset, self.position)

    def _is_counted(self, batch: FetchedBatch) -> bool:
        """Whether a batch holds records at all, and none of a transaction that was given up."""
        while self._given_up and self._given_up[-1][1] <= batch.base_offset:
            # Aborted transactions are listed by producer and first offset. A producer stays in the
            # set until its abort marker.
            self._giving_up.add(self._given_up.pop()[0])
        if batch.is_control_batch:
            if any(is_abort(record.key) for record in batch):
                self._giving_up.discard(batch.producer_id)
            return False
        return not (batch.is_transactional and batch.producer_id in self._giving_up)
