"""A dead letter, and the records it becomes on the log."""

from dataclasses import dataclass

from soundings.kernel.clock import from_epoch_ms
from soundings.log.port import Headers, LogRecord


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event with its bytes as read from the log, and why it was refused; times are epoch milliseconds."""

    id: int
    topic: str
    partition: int
    position: int
    key: bytes
    headers: Headers
    value: bytes | None
    reason: str
    detail: str
    at: int
    replayed_at: int | None

    @property
    def event_type(self) -> str:
        """The CloudEvents type, or "" where it has none."""
        return next((value.decode("utf-8", "replace") for name, value in self.headers if name == "ce_type"), "")


def forwarded_record(letter: DeadLetter) -> LogRecord:
    """The original bytes and headers, and what became of them in headers of their own."""
    told = {
        "dl_reason": letter.reason,
        "dl_detail": letter.detail,
        "dl_topic": letter.topic,
        "dl_partition": str(letter.partition),
        "dl_offset": str(letter.position),
        "dl_at": from_epoch_ms(letter.at).isoformat(),
    }
    more = tuple((name, text.encode("utf-8", "surrogatepass")) for name, text in told.items())
    return LogRecord(letter.key, letter.value, (*letter.headers, *more))


def replayed_record(letter: DeadLetter) -> LogRecord:
    """The original bytes of the record; the unchanged key selects the same partition."""
    return LogRecord(letter.key, letter.value, letter.headers)
