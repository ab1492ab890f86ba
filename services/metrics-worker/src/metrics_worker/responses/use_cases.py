"""Listening to voices: searching them, and looking at one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from metrics_worker.catalogue_view.domain import CatalogueView
from metrics_worker.responses.domain import ReadableService, ResponseVoice, VoicePosition, VoiceSearch, read_search
from metrics_worker.responses.errors import AmbiguousResponse, ResponseAgencyDenied, UnknownResponse
from metrics_worker.responses.ports import VoiceSnapshot, VoiceStore
from soundings.access.roles import Principal
from soundings.kernel.agency_calendar import AgencyCalendar

_SIFTED_AT_ONCE: Final = 500
_MOST_SIFTED: Final = 20_000


@dataclass(frozen=True, slots=True)
class VoicePage:
    """Voices, newest first; ``next`` is where to read on, None at the end. A page may be short, also before the end."""

    items: tuple[ResponseVoice, ...]
    next: VoicePosition | None


class SearchResponses:
    """Searches the response texts of the agencies that a caller reaches; the policy table admits advocates only."""

    def __init__(self, voices: VoiceStore) -> None:
        self._voices = voices

    async def search_page(
        self, given: Mapping[str, str], before: VoicePosition | None, principal: Principal
    ) -> VoicePage:
        """A page of what fits; Refused naming a parameter, or ResponseAgencyDenied."""
        async with self._voices.open_snapshot() as snapshot:
            structure = await snapshot.catalogue_view()
            search = read_search(given, structure)
            return await _read_page(snapshot, _readable_services(search, structure, principal), search, before)

    async def find_one(self, record_id: str, source: str | None, principal: Principal) -> ResponseVoice:
        """The response with an id; UnknownResponse, or AmbiguousResponse where several sources gave the same id."""
        async with self._voices.open_snapshot() as snapshot:
            structure = await snapshot.catalogue_view()
            found = [
                voice
                for voice in await snapshot.find_voices(record_id, source)
                if (service := structure.services.get(voice.service)) and principal.can_act_for(service.agency_id)
            ]
        if not found:
            raise UnknownResponse("there is no such response")
        if len(found) > 1:
            raise AmbiguousResponse(voice.source for voice in found)
        return found[0]


def _readable_services(
    search: VoiceSearch, structure: CatalogueView, principal: Principal
) -> tuple[ReadableService, ...]:
    """The services to read, each with the instants between which its agency's dates lie."""
    if search.agency is not None and not principal.can_act_for(search.agency):
        raise ResponseAgencyDenied("this is another agency than your token's")
    services = [
        service
        for service in structure.services.values()
        if search.service in (None, service.id) and search.agency in (None, service.agency_id)
    ]
    reached = [service for service in services if principal.can_act_for(service.agency_id)]
    if search.service is not None and services and not reached:
        raise ResponseAgencyDenied("this service is of another agency than your token")
    found: list[ReadableService] = []
    for service in sorted(reached, key=lambda service: service.id):
        agency = structure.agencies.get(service.agency_id)
        if agency is not None:
            start, end = _day_start_ms(agency.calendar, search.start), _day_start_ms(agency.calendar, search.end)
            found.append(ReadableService(service.id, start, end))
    return tuple(found)


def _day_start_ms(calendar: AgencyCalendar, day: date | None) -> int | None:
    return None if day is None else calendar.start_of_day(day)


async def _read_page(
    snapshot: VoiceSnapshot, reach: tuple[ReadableService, ...], search: VoiceSearch, before: VoicePosition | None
) -> VoicePage:
    """Reads until the page is full, all is read, or too much was sifted; then the next page goes on from there."""
    at_once = _SIFTED_AT_ONCE if search.needs_scan else search.limit + 1
    found: list[ResponseVoice] = []
    sifted = 0
    while sifted < _MOST_SIFTED:
        heard = await snapshot.search_voices(reach, search, before, at_once)
        for voice in heard:
            if search.matches_voice(voice):
                if len(found) == search.limit:
                    return VoicePage(tuple(found), found[-1].position)
                found.append(voice)
        if len(heard) < at_once:
            return VoicePage(tuple(found), None)
        sifted += len(heard)
        before = heard[-1].position
    return VoicePage(tuple(found), before)
