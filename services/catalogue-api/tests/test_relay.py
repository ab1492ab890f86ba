"""The catalogue when the log is away: it goes on, says so, and catches up."""

import pytest

from soundings.log.factory import open_log
from soundings.log.port import EventLog, LogUnavailable

AGENCY = {"name": {"en": "City"}, "time_zone": "Europe/Lisbon"}


class Switch:
    """Opens the log only while it is on."""

    def __init__(self) -> None:
        self.is_on = False

    async def __call__(self, url: str) -> EventLog:
        if not self.is_on:
            raise LogUnavailable("away")
        return await open_log(url)


@pytest.mark.slow
async def test_the_catalogue_works_while_the_log_is_away_and_catches_up(open_town, settings):
    switch = Switch()
    async with open_town(settings, open_log=switch) as town:
        for number in range(5):
            await town.put(f"agencies/a{number}", AGENCY)
        assert (await town.http.get("/readyz")).status_code == 200
        town.clock.go_on(31)
        answer = await town.http.get("/readyz")
        assert (answer.status_code, answer.json()["reasons"]) == (503, ["changes wait for the log since 31 s"])
        switch.is_on = True
        assert [event.id for event in await town.events(5)] == [f"a{number}" for number in range(5)]


async def test_what_waited_when_the_catalogue_stopped_is_carried_after_the_start(open_town, settings):
    async with open_town(settings, open_log=Switch()) as town:
        await town.put("agencies/city", AGENCY)
    async with open_town(settings) as town:
        assert [event.id for event in await town.events(1)] == ["city"]
        assert (await town.get("agencies/city"))["revision"] == 1


async def test_a_catalogue_in_good_order_is_live_and_ready(town):
    for path in ("/livez", "/readyz"):
        assert (await town.http.get(path)).json() == {"ok": True, "reasons": []}
