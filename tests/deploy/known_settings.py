"""Which names in the environment a service knows, found out by asking its settings themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import overload

import catalogue_api.settings
import feedback_api.settings
import metrics_worker.settings
from soundings.log.kafka.settings import PASSWORD, USERNAME

_SETTINGS = {
    "feedback-api": feedback_api.settings.FeedbackSettings,
    "catalogue-api": catalogue_api.settings.Settings,
    "metrics-worker": metrics_worker.settings.MetricsSettings,
}
SERVICES = tuple(_SETTINGS)
ELSEWHERE = frozenset({USERNAME, PASSWORD, "FORWARDED_ALLOW_IPS", "OTEL_EXPORTER_OTLP_ENDPOINT"})
"""Known too: to the log on Kafka, to uvicorn, to the traces."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a service asks its environment for, and where it listens if that does not say."""

    required: frozenset[str]
    optional: frozenset[str]
    port: int

    @property
    def names(self) -> frozenset[str]:
        return self.required | self.optional | ELSEWHERE


class _Listening(Mapping[str, str]):
    """An environment that has what is required, lacks everything else, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.required: set[str] = set()
        self.optional: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.required.add(name)
        return "given"

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, default: str, /) -> str: ...
    def get(self, key: str, default: str | None = None, /) -> str | None:
        self.optional.add(key)
        return default

    def __iter__(self) -> Iterator[str]:
        return iter(self.required)

    def __len__(self) -> int:
        return len(self.required)


def known(service: str) -> Known:
    asked = _Listening()
    settings = _SETTINGS[service].from_environment(asked)
    return Known(frozenset(asked.required), frozenset(asked.optional), settings.port)
