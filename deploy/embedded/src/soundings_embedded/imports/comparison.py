"""What is stored already of the items that are about to be sent, as the measuring service knows it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, cast

from soundings.client import RefusedByServer, Soundings, Unreachable
from soundings_embedded.imports.mapping import Kind
from soundings_embedded.imports.table_readers import Json

State = Literal["new", "known", "equal", "different", "retracted"]
_UNAUTHORIZED: Final = 401
_TRIES: Final = 60
_PAUSE: Final = 0.5
_KEY_TRIES: Final = 8


class CannotCompare(Exception):
    """The stored records cannot be read; the import continues without comparison."""


@dataclass(frozen=True, slots=True)
class StoredState:
    """How an item compares with what is stored under its id, and the revision that is stored."""

    state: State
    revision: int = -1


_NEW: Final = StoredState("new")


class KnownRecords(Protocol):
    """What is stored already."""

    def begin(self) -> None:
        """Wait until everything is counted that was sent before; CannotCompare where that takes too long."""
        ...

    def states(self, items: Sequence[Json]) -> Sequence[StoredState]:
        """How each item compares with what is stored; CannotCompare."""
        ...


class ServerComparison:
    """Asks the measuring service, which knows the records that the key's source has sent.

    Items that are new are asked for by their ids only. Those that are known go through a preview of the listening
    service first, so that what is compared is free of personal data, as what is stored is.
    """

    def __init__(self, client: Soundings, key: str, kind: Kind, sleep: Callable[[float], None]) -> None:
        self._client, self._key = client, key
        self._kind: Kind = kind
        self._sleep = sleep

    def begin(self) -> None:
        lag: object = None
        for attempt in range(_TRIES):
            lag = self._first_answer(attempt).get("lag_events")
            if lag == 0:
                return
            self._sleep(_PAUSE)
        raise CannotCompare(f"{lag} events that were sent before are not counted yet")

    def _first_answer(self, attempt: int) -> Json:
        """A key that was made just now may not be known there yet."""
        try:
            return self._client.compare(self._kind, [], self._key)
        except RefusedByServer as error:
            # A new key reaches metrics-worker through the log, within a second or two.
            if error.status == _UNAUTHORIZED and attempt < _KEY_TRIES:
                return {}
            raise CannotCompare(str(error)) from error
        except Unreachable as error:
            raise CannotCompare(str(error)) from error

    def states(self, items: Sequence[Json]) -> Sequence[StoredState]:
        try:
            return self._states(items)
        except (RefusedByServer, Unreachable) as error:
            raise CannotCompare(str(error)) from error

    def _states(self, items: Sequence[Json]) -> Sequence[StoredState]:
        places: Sequence[int] = range(len(items))
        if self._kind != "tallies":
            asked = [_by_id(item) for item in items]
            sound = [at for at, one in zip(places, asked, strict=True) if one is not None]
            known = self._ask([one for one in asked if one is not None])
            places = [sound[at] for at in sorted(known)]
            gone = {sound[at]: found for at, found in known.items() if found.state == "retracted"}
        else:
            gone = dict[int, StoredState]()
        return self._contents(items, [at for at in places if at not in gone], gone)

    def _contents(
        self, items: Sequence[Json], places: Sequence[int], found: dict[int, StoredState]
    ) -> Sequence[StoredState]:
        if places:
            preview = self._client.preview(self._kind, [items[at] for at in places], self._key)
            records = cast("list[Json]", preview["records"])
            named = [{name: one[name] for name in ("id", "root_id", "event")} for one in records]
            for at, state in self._ask(named).items():
                found[places[int(str(records[at]["index"]))]] = state
        return [found.get(at, _NEW) for at in range(len(items))]

    def _ask(self, records: Sequence[Json]) -> Mapping[int, StoredState]:
        if not records:
            return {}
        answer = self._client.compare(self._kind, records, self._key)
        return {
            int(str(one["index"])): StoredState(cast("State", one["state"]), int(str(one["revision"])))
            for one in cast("list[Json]", answer["records"])
        }


def _by_id(item: Json) -> Json | None:
    """The question for an item; None where its ids have no shape that can be stored, and it will be refused."""
    ids = {name: item[name] for name in ("id", "root_id") if item.get(name) is not None}
    if "id" not in ids or not all(isinstance(one, str) and 0 < len(one) <= 200 for one in ids.values()):  # noqa: PLR2004
        return None
    return ids
