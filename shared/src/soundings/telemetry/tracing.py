"""Traces: spans of requests and of their folding, joined over the log by traceparent; off unless asked for.

They go where ``OTEL_EXPORTER_OTLP_ENDPOINT`` (or ``…_TRACES_ENDPOINT``) says, over HTTP. What sends them comes with
``soundings[traces]`` and is imported only then. Spans hold no path and no query, which may name or quote people.
"""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from opentelemetry import trace
from opentelemetry.trace import ProxyTracerProvider, SpanKind, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from soundings.kernel.errors import SoundingsError
from soundings.log.port import StoredRecord

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Span, SpanProcessor

HEADER: Final = "ce_traceparent"
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_MOST: Final = 32
"""How many traces a batch is told to; more would cost the fold more than they tell anyone."""
_HIDDEN: Final = ("url.path", "url.query")
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class TracesMissing(SoundingsError):
    """Traces are asked for, and what sends them is not installed."""


def start_traces(service: str, environment: Mapping[str, str] = os.environ) -> None:
    """Send this process's spans under the name ``service``; does nothing where no endpoint is set."""
    if not any(environment.get(name) for name in _ENDPOINTS):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise TracesMissing(f"{' or '.join(_ENDPOINTS)} is set; install soundings[traces], or unset it") from error
    trace.set_tracer_provider(tracer_provider(service, BatchSpanProcessor(OTLPSpanExporter())))


def tracer_provider(service: str, processor: "SpanProcessor") -> TracerProvider:
    """What makes spans and hands them to ``processor`` without the paths and queries of requests."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace import TracerProvider as Provider

    class HidesPaths(SpanProcessor):
        def on_start(self, span: "Span", parent_context: "Context | None" = None) -> None:
            del parent_context
            for name in _HIDDEN:
                if name in (span.attributes or {}):
                    # OpenTelemetry spans cannot delete attributes, only overwrite them.
                    span.set_attribute(name, "hidden")

    provider = Provider(resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME") or service}))
    provider.add_span_processor(HidesPaths())
    provider.add_span_processor(processor)
    return provider


def current_traceparent() -> str | None:
    """The current span as a W3C traceparent; None outside of a trace."""
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return None
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"


def traceparents_of(records: Iterable[StoredRecord]) -> Sequence[str]:
    """The traces in which records were appended, a few at the most; none while traces are off."""
    # The proxy provider means that tracing is off; headers are not scanned then.
    if isinstance(trace.get_tracer_provider(), ProxyTracerProvider):
        return ()
    found: dict[str, None] = {}
    for record in records:
        for name, value in record.headers:
            if name == HEADER:
                found[value.decode("latin-1")] = None
        if len(found) >= _MOST:
            break
    return tuple(found)


def record_batch_spans(name: str, parents: Iterable[str], seconds: float, **facts: int) -> None:
    """Tell each of these traces of work that has just ended and took ``seconds``, as a span of its own."""
    ended = time.time_ns()
    tracer = trace.get_tracer("soundings")
    for parent in parents:
        context = _PROPAGATOR.extract({"traceparent": parent})
        span = tracer.start_span(
            name, context, SpanKind.CONSUMER, attributes=facts, start_time=ended - int(seconds * 1e9)
        )
        span.end(ended)
