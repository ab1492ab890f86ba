"""The files of the widget: which versions there are, what may keep them, and that they are what they say."""

import base64
import gzip
from hashlib import sha384

from feedback_api.widget.bundles import widget_files
from soundings.widget_release import INTEGRITY, VERSION

from .conftest import Listening

LARGEST = 15 * 1024
"""Bytes that the newest version may have, compressed."""


def test_the_newest_version_is_what_its_integrity_says_and_is_small():
    newest = widget_files()[VERSION]
    assert f"sha384-{base64.b64encode(sha384(newest.plain).digest()).decode()}" == INTEGRITY
    assert len(newest.zipped) <= LARGEST


async def test_a_version_never_changes_and_any_page_may_load_it(ear: Listening):
    found = await ear.http.get(f"/widget/{VERSION}.js", headers={"origin": "https://any.example"})
    assert (found.status_code, found.content) == (200, widget_files()[VERSION].plain)
    assert found.headers["content-type"] == "text/javascript; charset=utf-8"
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert found.headers["access-control-allow-origin"] == "*"
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"


async def test_the_newest_one_is_kept_for_an_hour_and_then_asked_for_by_its_tag(ear: Listening):
    found = await ear.http.get("/widget.js")
    assert (found.status_code, found.headers["cache-control"]) == (200, "public, max-age=3600")
    again = await ear.http.get("/widget.js", headers={"if-none-match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_it_travels_compressed_only_where_that_is_understood(ear: Listening):
    plain = await ear.http.get("/widget.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with ear.http.stream("GET", "/widget.js", headers={"accept-encoding": "gzip"}) as zipped:
        raw = b"".join([part async for part in zipped.aiter_raw()])
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["etag"] != plain.headers["etag"]
    assert gzip.decompress(raw) == plain.content


async def test_a_version_that_never_was_is_404(ear: Listening):
    for version in ("9.9.9", "..", "%2e%2e%2fhttp"):
        assert (await ear.http.get(f"/widget/{version}.js")).status_code == 404
