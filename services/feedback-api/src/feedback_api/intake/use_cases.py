"""The use case of all record doors: check every item, append what holds at once per topic, tell what became of each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from feedback_api.intake.context import Sender
from feedback_api.intake.errors import refused
from feedback_api.intake.field_readers import is_object
from feedback_api.intake.ports import Kind, Taken
from feedback_api.intake.text_length import LONG_TEXT, check_text_length, text_length
from soundings.http.loop_turn import LoopTurn
from soundings.kernel.errors import Fault, Refused, Unavailable
from soundings.kernel.ids import RECORD_ID_MAX
from soundings.log.port import AppendFailed, Log, Record


@dataclass(frozen=True, slots=True)
class Entry:
    """One item on its way in: the kind that reads it, what was sent, and the id that came beside it."""

    kind: Kind
    item: object
    given_id: str | None = None


@dataclass(frozen=True, slots=True)
class Misfit:
    """What cannot be told to be an item of any kind, and why."""

    given_id: str | None
    refusal: Refused


@dataclass(frozen=True, slots=True)
class Rejection:
    """An item that was not taken: its place in the list, the id that its sender gave, and its first fault."""

    index: int
    id: str | int | None
    fault: Fault


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a list: how many items are durable, and which were refused, in order of their index."""

    accepted: int
    rejected: Sequence[Rejection]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an item would be stored as: its place in the list, and its record for the log."""

    index: int
    taken: Taken


@dataclass(slots=True)
class _Bundle:
    """The records of one topic with the places of their items in the list."""

    indices: list[int] = field(default_factory=list[int])
    records: list[Record] = field(default_factory=list[Record])


def take(entry: Entry | Misfit, sender: Sender) -> Taken:
    """One item as a record; raises Refused."""
    if isinstance(entry, Misfit):
        raise entry.refusal
    item = entry.item
    if not is_object(item):
        raise refused("", "wrong_type", "an item must be an object")
    return entry.kind.take(item, sender, entry.given_id)


async def take_fairly(entry: Entry | Misfit, sender: Sender) -> Taken:
    """As ``take``, on a thread where the text is long, so that it holds up nobody; raises Refused."""
    if isinstance(entry, Entry) and text_length(entry.item) > LONG_TEXT:
        return await asyncio.to_thread(take, entry, sender)
    return take(entry, sender)


async def receive_one(entry: Entry, sender: Sender, log: Log) -> Taken:
    """Check and append one item; durable on return. Raises Refused, or Unavailable where the log cannot take it."""
    taken = await take_fairly(entry, sender)
    (place,) = await log.append(entry.kind.topic, (taken.record,))
    if isinstance(place, AppendFailed):
        if place.retryable:
            raise Unavailable("The log could not store this just now; send it again.") from place
        raise Refused((_not_stored(place),)) from place
    return taken


async def receive_many(entries: Sequence[Entry | Misfit], sender: Sender, log: Log) -> Outcome:
    """Check every item and append those that hold; what is counted as accepted is durable.

    Raises Unavailable when nothing was stored and trying again may help, and TooLarge for too much text.
    """
    check_text_length(entry.item for entry in entries if isinstance(entry, Entry))
    bundles, rejected = await _check(entries, sender)
    lost = 0
    for topic, bundle in bundles.items():
        places = await log.append(topic, bundle.records)
        for index, place in zip(bundle.indices, places, strict=True):
            if isinstance(place, AppendFailed):
                lost += place.retryable
                rejected.append(Rejection(index, _given(entries[index]), _not_stored(place)))
    if lost and len(rejected) == len(entries):
        raise Unavailable("The log could not store this just now; send it again.")
    rejected.sort(key=lambda rejection: rejection.index)
    return Outcome(len(entries) - len(rejected), rejected)


async def preview_many(entries: Sequence[Entry], sender: Sender) -> tuple[Sequence[Preview], Sequence[Rejection]]:
    """What each item would be stored as, and those that would be refused; writes nothing. Raises TooLarge."""
    check_text_length(entry.item for entry in entries)
    previews: list[Preview] = []
    rejected: list[Rejection] = []
    turn = LoopTurn()
    for index, entry in enumerate(entries):
        try:
            previews.append(Preview(index, await take_fairly(entry, sender)))
        except Refused as refusal:
            rejected.append(Rejection(index, _given(entry), refusal.faults[0]))
        await turn.give_way()
    return previews, rejected


async def _check(entries: Sequence[Entry | Misfit], sender: Sender) -> tuple[dict[str, _Bundle], list[Rejection]]:
    bundles: dict[str, _Bundle] = {}
    rejected: list[Rejection] = []
    turn = LoopTurn()
    for index, entry in enumerate(entries):
        try:
            taken = await take_fairly(entry, sender)
        except Refused as refusal:
            rejected.append(Rejection(index, _given(entry), refusal.faults[0]))
        else:
            assert isinstance(entry, Entry)  # noqa: S101 - a misfit is never taken
            bundle = bundles.setdefault(entry.kind.topic, _Bundle())
            bundle.indices.append(index)
            bundle.records.append(taken.record)
        await turn.give_way()
    return bundles, rejected


def _given(entry: Entry | Misfit) -> str | int | None:
    """The id that the sender knows the item by: its own, else the one beside it; None where neither can be shown."""
    own: object = entry.item.get("id") if isinstance(entry, Entry) and is_object(entry.item) else None
    if isinstance(own, int) or (isinstance(own, str) and len(own) <= RECORD_ID_MAX):
        return own
    return entry.given_id


def _not_stored(failure: AppendFailed) -> Fault:
    if failure.retryable:
        return Fault("", "not_stored", "could not be stored just now; send it again")
    return Fault("", failure.reason, "cannot be stored: as one record of the log it is too large")
