"""Dead letters over HTTP, for admins."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel

from metrics_worker.catalogue_view.agency_reach import reach_of
from metrics_worker.dead_letters.domain import DeadLetter
from metrics_worker.dead_letters.ports import DeadLetterStore
from metrics_worker.dead_letters.use_cases import ReplayDeadLetter
from soundings.http.auth import current_principal
from soundings.http.cursors import decode_cursor, encode_cursor
from soundings.kernel.clock import from_epoch_ms

_DEFAULT: Final = 50
_MOST: Final = 500
_LARGEST: Final = 2**63 - 1


class DeadLetterBody(BaseModel):
    """One event that could not be folded; `value` is the record's value decoded as UTF-8."""

    id: int
    topic: str
    partition: int
    position: int
    key: str
    type: str
    reason: str
    detail: str
    at: str
    replayed_at: str | None
    value: str | None


class DeadLetterPage(BaseModel):
    """Newest first; `next` is the cursor of what follows, None at the end."""

    items: list[DeadLetterBody]
    next: str | None


class ReplayReply(BaseModel):
    """The topic, partition and offset of the replayed event."""

    id: int
    topic: str
    partition: int
    position: int


def dead_letters_router(store: DeadLetterStore, replay: ReplayDeadLetter) -> APIRouter:
    """The routes of the dead letters."""
    routes = APIRouter(tags=["dead letters"])

    @routes.get("/v1/dead-letters", name="metrics.dead_letters.list", summary="Events that could not be folded")
    async def list_dead_letters(  # pyright: ignore[reportUnusedFunction]
        request: Request, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=_MOST)] = _DEFAULT
    ) -> DeadLetterPage:
        before = None if cursor is None else int(decode_cursor(cursor, int)[0])
        letters = await store.list_page(before, limit + 1, reach_of(current_principal(request)))
        more = encode_cursor(letters[limit - 1].id) if len(letters) > limit else None
        return DeadLetterPage(items=[_dead_letter_body(letter) for letter in letters[:limit]], next=more)

    @routes.post(
        "/v1/dead-letters/{letter_id}/replay",
        name="metrics.dead_letters.replay",
        summary="Send one again",
        status_code=202,
    )
    async def replay_dead_letter(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        letter_id: Annotated[int, Path(ge=0, le=_LARGEST)],
    ) -> ReplayReply:
        letter, place = await replay(letter_id, reach_of(current_principal(request)))
        return ReplayReply(id=letter.id, topic=letter.topic, partition=place.partition, position=place.position)

    return routes


def _dead_letter_body(letter: DeadLetter) -> DeadLetterBody:
    return DeadLetterBody(
        id=letter.id,
        topic=letter.topic,
        partition=letter.partition,
        position=letter.position,
        key=letter.key.decode("utf-8", "replace"),
        type=letter.event_type,
        reason=letter.reason,
        detail=letter.detail,
        at=from_epoch_ms(letter.at).isoformat(),
        replayed_at=None if letter.replayed_at is None else from_epoch_ms(letter.replayed_at).isoformat(),
        value=None if letter.value is None else letter.value.decode("utf-8", "replace"),
    )
