"""How to reach a Kafka cluster: from the URL of the log, and for what is secret from the environment."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal, cast, get_args

from soundings.log.port import BadLogUrl

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Compression = Literal["none", "lz4", "zstd", "snappy", "gzip"]

USERNAME = "SOUNDINGS_KAFKA_USERNAME"
PASSWORD = "SOUNDINGS_KAFKA_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Every field but `servers` can be an option in the URL; user name and password come from the environment too."""

    servers: str
    security_protocol: Security = "PLAINTEXT"
    sasl_mechanism: Mechanism = "PLAIN"
    sasl_username: str | None = None
    sasl_password: str | None = None
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    client_id: str = "soundings"
    compression: Compression = "zstd"
    replication_factor: int = -1
    """Copies of each partition of a new topic; -1 leaves it to the brokers."""
    min_insync_replicas: int | None = None
    """How many of them must have a record before it counts as stored; None leaves it to the brokers."""
    deadline: float = 3.0
    """Seconds after which an append or a read gives up."""

    def ssl_context(self) -> ssl.SSLContext | None:
        """What the connection is secured with; reads the files that are named."""
        if self.security_protocol not in {"SSL", "SASL_SSL"}:
            return None
        context = ssl.create_default_context(cafile=self.ssl_cafile)
        if self.ssl_certfile is not None:
            context.load_cert_chain(self.ssl_certfile, self.ssl_keyfile)
        return context


def kafka_settings(servers: str, options: Mapping[str, str], environment: Mapping[str, str]) -> KafkaSettings:
    """The settings from the host part and the query of a URL; raises `BadLogUrl`."""
    if not servers.strip(","):
        raise BadLogUrl("a log on Kafka is kafka://host:port,host:port")
    # Unknown options are errors: a misspelt replication factor must not be ignored silently.
    unknown = options.keys() - {field.name for field in fields(KafkaSettings)} | options.keys() & {"servers"}
    if unknown:
        raise BadLogUrl(f"a log on Kafka has no option {', '.join(sorted(unknown))}")
    secrets = {"sasl_username": environment.get(USERNAME), "sasl_password": environment.get(PASSWORD)}
    read = {name: _parse_value(name, text) for name, text in options.items()}
    return replace(KafkaSettings(servers), **(secrets | read))  # type: ignore[arg-type]


_CLOSED = {"security_protocol": Security, "sasl_mechanism": Mechanism, "compression": Compression}
_NUMBERS: Mapping[str, type[int | float]] = {"replication_factor": int, "min_insync_replicas": int, "deadline": float}


def _parse_value(name: str, text: str) -> str | float:
    if name in _CLOSED:
        choices = cast("tuple[str, ...]", get_args(_CLOSED[name]))
        if text not in choices:
            raise BadLogUrl(f"{name} is one of {', '.join(choices)}, not {text!r}")
    if name in _NUMBERS:
        try:
            return _NUMBERS[name](text)
        except ValueError as error:
            raise BadLogUrl(f"{name} is a number, not {text!r}") from error
    return text
