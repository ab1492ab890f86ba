"""One line of health: what is up, how many events wait to be counted, and how many wait in the spool."""

import asyncio
from collections.abc import Sequence

import httpx
from prometheus_client.parser import text_string_to_metric_families

from soundings.telemetry.metrics import LAG_EVENTS, SPOOL_DEPTH
from soundings_cluster.component import ClusterComponent
from soundings_cluster.status_line import Console

_EVERY_S = 1.0
_TIMEOUT_S = 5.0


async def show_health(parts: Sequence[ClusterComponent], console: Console) -> None:
    """Look every second, until cancelled."""
    async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
        while True:
            reasons = await asyncio.gather(*(part.check() for part in parts))
            scraped = [part.metrics_url for part in parts if part.metrics_url is not None]
            pages = await asyncio.gather(*(_page(client, url) for url in scraped))
            console.show(cluster_state(parts, reasons), current_figures(pages))
            await asyncio.sleep(_EVERY_S)


def cluster_state(parts: Sequence[ClusterComponent], reasons: Sequence[str | None]) -> str:
    """How many parts are up, and why the others are not."""
    down = [f"{part.name}: {reason}" for part, reason in zip(parts, reasons, strict=True) if reason is not None]
    up = f"{len(parts) - len(down)} of {len(parts)} up"
    return f"{up} ({', '.join(down)})" if down else up


def current_figures(pages: Sequence[str | None]) -> str:
    """Lag and spool depth, summed over the metrics pages of all services; a page of None could not be had."""
    sums = {_name(gauge): 0.0 for gauge in (LAG_EVENTS, SPOOL_DEPTH)}
    for page in pages:
        for family in text_string_to_metric_families(page or ""):
            if family.name in sums:
                sums[family.name] += sum(sample.value for sample in family.samples)
    lag, spool = sums.values()
    return f"lag {lag:,.0f}{'' if None not in pages else ' or more'}  spool {spool:,.0f}"


def _name(gauge: object) -> str:
    return str(gauge).partition(":")[2]


async def _page(client: httpx.AsyncClient, url: str) -> str | None:
    try:
        answer = await client.get(url)
    except httpx.TransportError:
        return None
    return answer.text if answer.is_success else None
