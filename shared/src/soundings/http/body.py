"""Reading bodies with a limit on every size: declared, sent and unpacked."""

import zlib

from starlette.requests import ClientDisconnect, Request

from soundings.http.problems import Problem

_DRAIN_MAX = 16 * 1024 * 1024


async def read_limited_body(request: Request, limit: int) -> bytes:
    """The request's body, unpacked when gzip; 413 beyond ``limit`` bytes, 415 for another encoding, 400 when broken."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise Problem(
            415, "unsupported_media_type", f"Content-Encoding {encoding!r} is not read here; use gzip or none."
        )
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        await _drain(request, int(declared))
        raise _too_large(limit)
    raw = await _collect(request, limit)
    return _gunzip(raw, limit) if encoding == "gzip" else raw


async def _collect(request: Request, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        elif size > _DRAIN_MAX:
            break
    if size > limit:
        raise _too_large(limit)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _drain(request: Request, declared: int) -> None:
    # Many clients read no answer before they have sent everything: take it in, keep nothing.
    if declared > _DRAIN_MAX or request.headers.get("expect"):
        return
    try:
        async for _ in request.stream():
            pass
    except ClientDisconnect:
        return


def _gunzip(raw: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(raw, limit + 1)
    except zlib.error as error:
        raise Problem(400, "unreadable", "The body is not gzip.") from error
    if len(body) > limit:
        raise _too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise Problem(400, "unreadable", "The gzip body is cut off, or something follows it.")
    return body


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"The body is larger than {limit} bytes, sent or unpacked.")
