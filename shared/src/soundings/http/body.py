"""Reading bodies with a limit on every size: declared, sent and unpacked."""

import zlib

from starlette.requests import ClientDisconnect, Request

from soundings.http.problems import ProblemException

# How much of an oversized body is read and discarded, so that the client gets the 413 instead of a
# reset.
_DRAIN_MAX = 16 * 1024 * 1024


async def read_limited_body(request: Request, limit: int) -> bytes:
    """The request's body, unpacked when gzip; 413 beyond ``limit`` bytes, 415 for another encoding, 400 when broken."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise ProblemException(
            415, "unsupported_media_type", f"Content-Encoding {encoding!r} is not read here; use gzip or none."
        )
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        await _drain_rest(request, int(declared))
        raise _too_large(limit)
    raw = await _collect_chunks(request, limit)
    return _gunzip_limited(raw, limit) if encoding == "gzip" else raw


async def _collect_chunks(request: Request, limit: int) -> bytes:
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


async def _drain_rest(request: Request, declared: int) -> None:
    # Many clients read no answer before they have sent everything: take it in, keep nothing.
    if declared > _DRAIN_MAX or request.headers.get("expect"):
        return
    try:
        async for _ in request.stream():
            pass
    except ClientDisconnect:
        return


def _gunzip_limited(raw: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        # max_length bounds the memory: a gzip bomb stops at the limit.
        body = unpacker.decompress(raw, limit + 1)
    except zlib.error as error:
        raise ProblemException(400, "unreadable", "The body is not gzip.") from error
    if len(body) > limit:
        raise _too_large(limit)
    # A truncated stream or trailing data would be silently ignored otherwise.
    if not unpacker.eof or unpacker.unused_data:
        raise ProblemException(400, "unreadable", "The gzip body is cut off, or something follows it.")
    return body


def _too_large(limit: int) -> ProblemException:
    return ProblemException(413, "too_large", f"The body is larger than {limit} bytes, sent or unpacked.")
