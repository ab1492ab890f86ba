"""Structured logs: one JSON object a line on standard error, with ids of events and never what people said."""

import logging
import sys
from collections.abc import Iterator
from traceback import walk_tb
from types import TracebackType
from typing import TextIO, cast

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from soundings.kernel.errors import SoundingsError

_FRAMES = 20
_LIBRARY_FRAMES = 4
_LIBRARIES = "/site-packages/"
_DEEP = 4


def configure_logs(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Write lines of at least ``level`` as JSON to standard error, ours and those of libraries (from WARNING on).

    An error is logged with its type, location and causes, never its message, which may quote personal data.
    """
    stream = stream or sys.stderr
    least = logging.getLevelNamesMapping()[level]
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    ending: list[Processor] = [_without_words, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, stamp, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level, stamp, _first_line],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    # Libraries log at WARNING and above only: their INFO lines may quote URLs and values.
    logging.basicConfig(level=max(least, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(least)


def _first_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What libraries add on further lines may hold the words of an error."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    error = _error_of(event.pop("exc_info", None))
    if error is not None:
        event["error"] = _describe_error(error)
    return event


def _error_of(given: object) -> BaseException | None:
    """What ``exc_info`` means: an error, a triple with one in the middle, or the one that is being handled."""
    if isinstance(given, BaseException):
        return given
    found = cast("tuple[object, ...]", given) if isinstance(given, tuple) else sys.exc_info() if given else ()
    return next((part for part in found if isinstance(part, BaseException)), None)


def _describe_error(error: BaseException, depth: int = 0) -> dict[str, object]:
    told: dict[str, object] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
    if isinstance(error, SoundingsError):
        told["code"] = error.code
    if isinstance(error, OSError) and error.errno is not None:
        told["errno"] = error.errno
    if isinstance(state := getattr(error, "sqlstate", None), str):
        told["sqlstate"] = state
    told["at"] = _trace_places(error.__traceback__)
    if depth < _DEEP and (causes := [_describe_error(cause, depth + 1) for cause in _error_causes(error)]):
        told["causes"] = causes
    return told


def _trace_places(trace: TracebackType | None) -> list[str]:
    """Where it went through: all of our own code, and the end of what lies in libraries."""
    places = [(frame.f_code.co_filename, f"{line} {frame.f_code.co_name}") for frame, line in walk_tb(trace)]
    last = len(places) - _LIBRARY_FRAMES
    kept = [
        f"{file.rpartition(_LIBRARIES)[2].rpartition('/src/')[2]}:{place}"
        for number, (file, place) in enumerate(places)
        if _LIBRARIES not in file or number >= last
    ]
    return kept[-_FRAMES:]


def _error_causes(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        yield from cast("BaseExceptionGroup[BaseException]", error).exceptions
    # The same rule as Python's own tracebacks: `raise … from None` suppresses the context.
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield cause
