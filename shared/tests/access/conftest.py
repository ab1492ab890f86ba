"""A real identity provider on loopback that serves keys, or fails in every way that one can; and clocks that stand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from soundings.access.tokens import TokenVerifier

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Time:
    """Both clocks of a verifier, moved together."""

    at: datetime = NOW

    def clock(self) -> datetime:
        return self.at

    def ticks(self) -> float:
        return (self.at - NOW).total_seconds() + 1000

    def go_on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class KeyServer:
    """Answers each request with the status, headers and body that are set; counts requests."""

    def __init__(self) -> None:
        self.requests = 0
        self.asked = asyncio.Event()
        self.status = "200 OK"
        self.headers: list[str] = []
        self.body = b'{"keys": []}'
        self.pause: asyncio.Event | None = None
        self.url = ""

    def show(self, *keys: ECKey) -> None:
        self.status, self.headers = "200 OK", []
        self.body = json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()

    def fail(self, status: str = "500 Internal Server Error", body: bytes = b"oops", *headers: str) -> None:
        self.status, self.body, self.headers = status, body, list(headers)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        self.asked.set()
        if self.pause is not None:
            await self.pause.wait()
        head = [f"HTTP/1.1 {self.status}", f"content-length: {len(self.body)}", "connection: close", *self.headers]
        writer.write("\r\n".join([*head, "", ""]).encode() + self.body)
        with suppress(ConnectionError):  # the reader may have had enough
            await writer.drain()
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    keys = KeyServer()
    listening = await asyncio.start_server(keys.answer, "127.0.0.1", 0)
    keys.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/keys"
    yield keys
    listening.close()


@pytest.fixture
def time() -> Time:
    return Time()


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


@dataclass
class Provider:
    """An issuer with keys of its own; tokens are signed with the first."""

    time: Time
    iss: str | None = None
    keys: list[ECKey] = field(default_factory=lambda: [new_key("one")])

    def token(self, *, key: ECKey | None = None, header: dict[str, object] | None = None, **claims: object) -> str:
        key = key or self.keys[0]
        now = int(self.time.at.timestamp())
        whole = {"iss": self.iss, "sub": "sam", "jti": "j1", "roles": ["viewer"], "agency": "city", "exp": now + 3600}
        said = {name: value for name, value in {**whole, **claims}.items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": key.kid, **(header or {})}, said, key, algorithms=["ES256"])


@pytest.fixture
def provider(time: Time, server: KeyServer) -> Provider:
    one = Provider(time)
    server.show(*one.keys)
    return one


@pytest.fixture
def verifier(server: KeyServer, time: Time) -> TokenVerifier:
    return TokenVerifier(server.url, clock=time.clock, ticks=time.ticks)


@dataclass
class Making:
    """What tests make themselves."""

    provider: type[Provider] = Provider


@pytest.fixture
def making() -> Making:
    return Making()
