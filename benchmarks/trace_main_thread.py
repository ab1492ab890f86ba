"""What a page takes of the browser's main thread, read from a trace: scripts with their promises, styles, layout."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson

TRACED: Final = ("devtools.timeline", "v8")
"""The categories of Chromium's trace in which the work is."""
_WORK: Final = frozenset(
    {"EvaluateScript", "FunctionCall", "Layout", "TimerFire", "UpdateLayoutTree", "XHRLoad", "v8.callFunction"}
)
_Event = Mapping[str, object]


def work_ms(trace: bytes) -> float:
    """Milliseconds of processor time; work inside other work counts once.

    Chromium's own counter of scripts (ScriptDuration) leaves out what runs when a promise is kept.
    """
    events: list[dict[str, object]] = orjson.loads(trace)["traceEvents"]
    threads = {_thread(one) for one in events if _names_a_main_thread(one)}
    spans = [one for one in events if one["name"] in _WORK and one["ph"] == "X" and _thread(one) in threads]
    return sum(sum(_outermost(one for one in spans if _thread(one) == thread)) for thread in threads) / 1000


def _thread(event: _Event) -> tuple[object, object]:
    return event["pid"], event["tid"]


def _names_a_main_thread(event: _Event) -> bool:
    return event["name"] == "thread_name" and event["args"] == {"name": "CrRendererMain"}


def _outermost(spans: Iterable[_Event]) -> Iterator[float]:
    """Microseconds of the spans that lie in no other."""
    end = 0.0
    known = ((_number(one, "ts"), -_number(one, "dur"), _number(one, "tdur")) for one in spans)
    for begin, lasted, worked in sorted(known):
        if begin >= end:
            end = begin - lasted
            yield worked


def _number(event: _Event, key: str) -> float:
    found = event.get(key, 0)
    return float(found) if isinstance(found, int | float) else 0.0
