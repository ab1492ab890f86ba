"""The use case: a page of the interaction records that a caller may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.interactions.domain import InteractionSearch, StoredInteraction, read_search
from metrics_worker.interactions.ports import InteractionStore
from soundings.access.roles import Principal
from soundings.kernel.errors import SoundingsError

_SPAN: Final = 5_000
_MOST_SPANS: Final = 20
Bounds = tuple[int | None, int | None]


class InteractionAgencyDenied(SoundingsError):
    """The caller's token is for another agency."""

    code = "forbidden"


@dataclass(frozen=True, slots=True)
class InteractionPage:
    """Records in the order in which they came first. A page may be short or empty, also before the end."""

    items: tuple[StoredInteraction, ...]
    next: int | None


class ListInteractions:
    """Gives records of the agencies that a caller reaches."""

    def __init__(self, store: InteractionStore) -> None:
        self._store = store

    async def page(self, given: Mapping[str, str], after: int, principal: Principal) -> InteractionPage:
        """The records after a place that fit; Refused naming a parameter, or InteractionAgencyDenied."""
        async with self._store.snapshot() as snapshot:
            structure = await snapshot.structure()
            search = read_search(given, structure)
            _must_reach(search, structure, principal)
            bounds = _bounds(search, structure, principal)
            found: list[StoredInteraction] = []
            for _ in range(_MOST_SPANS):
                stretch = await snapshot.stretch(search, after, _SPAN)
                for one in stretch.records:
                    if _fits(one, bounds):
                        if len(found) == search.limit:
                            return InteractionPage(tuple(found), found[-1].place)
                        found.append(one)
                if stretch.next is None:
                    return InteractionPage(tuple(found), None)
                after = stretch.next
            return InteractionPage(tuple(found), after)


def _must_reach(search: InteractionSearch, structure: CatalogueView, principal: Principal) -> None:
    asked = [search.agency] if search.agency is not None else []
    if search.service is not None:
        asked.append(structure.services[search.service].agency_id)
    if not all(map(principal.can_act_for, asked)):
        raise InteractionAgencyDenied("this is of another agency than your token")


def _bounds(search: InteractionSearch, structure: CatalogueView, principal: Principal) -> Mapping[str, Bounds]:
    """For each agency to read the instants between which its dates lie."""
    return {
        agency.id: (
            None if search.start is None else agency.calendar.start_of_day(search.start),
            None if search.end is None else agency.calendar.start_of_day(search.end),
        )
        for agency in structure.agencies.values()
        if search.agency in (None, agency.id) and principal.can_act_for(agency.id)
    }


def _fits(one: StoredInteraction, bounds: Mapping[str, Bounds]) -> bool:
    found = bounds.get(one.agency)
    if found is None:
        return False
    start, end = found
    return (start is None or start <= one.occurred_at) and (end is None or one.occurred_at < end)
