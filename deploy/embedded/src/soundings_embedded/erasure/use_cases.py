"""Erasing all records of a person, and making sure that none is left."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from soundings.client import BatchResult
from soundings.client.transport import Json

_AT_ONCE: Final = 1000
_ROUNDS: Final = 60
_PAUSE_SECONDS: Final = 1.0


class ErasureClient(Protocol):
    """The part of the client that finds and erases."""

    def subjects(self, agency_id: str, person: str) -> list[str]: ...
    def records_of(self, subject: str) -> Iterator[Json]: ...
    def erase(self, records: Sequence[Json]) -> BatchResult: ...


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """How many records were erased, and those that were not, each with the reason."""

    records: int
    refused: Sequence[tuple[Json, str]]


def erase_person(
    client: ErasureClient, agency_id: str, person: str, sleep: Callable[[float], None] = time.sleep
) -> ErasureResult:
    """Erase until no record is found any more but those that are refused.

    What is erased stays to be found until the worker has come so far; TimeoutError when that takes over a minute.
    """
    subjects = client.subjects(agency_id, person)
    erased: set[str] = set()
    for _ in range(_ROUNDS):
        found = [record for subject in subjects for record in client.records_of(subject)]
        refused = _erase(client, found, erased)
        # Only refused records are left, such as those under a legal hold.
        if len(refused) == len(found):
            return ErasureResult(len(erased), refused)
        sleep(_PAUSE_SECONDS)
    raise TimeoutError("the worker did not come to what was erased within a minute; run it again")


def _erase(client: ErasureClient, found: Sequence[Json], erased: set[str]) -> list[tuple[Json, str]]:
    """Erase records; those that were refused. Erasing one again that is still found does no harm."""
    refused: list[tuple[Json, str]] = []
    for start in range(0, len(found), _AT_ONCE):
        # The endpoint accepts this many records in one request.
        some = found[start : start + _AT_ONCE]
        rejected = {int(str(one["index"])): str(one["detail"]) for one in client.erase(some).rejected}
        refused += [(some[index], detail) for index, detail in rejected.items()]
        erased.update(str(record) for index, record in enumerate(some) if index not in rejected)
    return refused
