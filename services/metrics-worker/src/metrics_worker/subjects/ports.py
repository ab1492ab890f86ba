"""What finding records needs of the metrics database."""

from typing import Protocol

from metrics_worker.subjects.domain import SubjectRecordPage


class SubjectStore(Protocol):
    """The facts, by the subjects in them."""

    async def subject_records(self, subject: str, after: int, span: int) -> SubjectRecordPage:
        """A subject's records among the next ``span`` facts that are not taken back."""
        ...
