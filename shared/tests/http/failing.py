"""A service that fails in every way it can, with the words of its callers in the errors; run as a process by tests."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar, Literal

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel
from sqlalchemy import text
from starlette.responses import StreamingResponse

from soundings.access.policy import POLICY, AuthScheme
from soundings.access.tokens import TokenVerifier
from soundings.db import open_database
from soundings.http.app import ServiceSpec, service_app
from soundings.http.metrics_listener import MetricsAddress
from soundings.http.server import serve_app
from soundings.kernel.errors import SoundingsError
from soundings.telemetry.logging import configure_logs


class Odd(SoundingsError):
    code: ClassVar[str] = "odd"


class Answer(BaseModel):
    said: Literal["yes"]


async def fail(way: str, words: str) -> None:
    if way == "plain":
        raise ValueError(words)
    if way == "caused":
        try:
            int(words)
        except ValueError as error:
            raise RuntimeError(words) from error
    if way == "grouped":
        async with asyncio.TaskGroup() as group:
            group.create_task(fail("plain", words))
    if way == "unmapped":
        raise Odd(words)
    if way == "model":
        Answer.model_validate({"said": words})
    if way == "database":
        database = open_database(f"sqlite:///{tempfile.mkdtemp()}/nothing.db")
        async with database.write_transaction() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": words})
    if way == "forgotten":
        await asyncio.wait([asyncio.create_task(fail("plain", words))])  # nobody asks how it ended


def routes() -> APIRouter:
    router = APIRouter()

    @router.post("/fail/{way}", name="test.fail")
    async def failing(way: str, request: Request) -> StreamingResponse:
        words = (await request.body()).decode()
        if way != "late":
            await fail(way, words)

        async def pieces() -> AsyncIterator[bytes]:
            yield b"begun "
            if way == "late":
                raise ValueError(words)

        return StreamingResponse(pieces())

    return router


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield


async def not_today() -> str | None:
    return "not today"


if __name__ == "__main__":
    configure_logs("DEBUG")
    POLICY["test.fail"] = AuthScheme.PUBLIC
    verifier = TokenVerifier("file:///nowhere")
    metrics = MetricsAddress(int(sys.argv[2]))
    serve_app(
        service_app(
            ServiceSpec("failing", "Failing", "", [routes()], verifier, lifespan, ready=[not_today], metrics=metrics)
        ),
        "127.0.0.1",
        int(sys.argv[1]),
    )
