"""Numbers and texts from outside that no column holds: refused, never an error of ours, on either database."""

import base64
import json

import pytest

from .conftest import Town

HOSTILE = [
    [2**63], [2**64 - 1], [-(2**63) - 1], [2**31], [2**63, 0], [0, 2**63], [2**31, 0], [True, True], [1.5, 1], ["a\0"],
    ["x" * 5_000], [], None, {}, [None], [[]], "x",
]  # fmt: skip


def cursors() -> list[str]:
    made = [base64.urlsafe_b64encode(json.dumps(position).encode()).rstrip(b"=").decode() for position in HOSTILE]
    return [*made, "%00", "x" * 3_000, "[" * 900, "=", "é"]


async def test_a_cursor_that_we_did_not_make_is_refused(city: Town):
    for cursor in cursors():
        for path in ("agencies", "services/sf-one/history"):
            answer = await city.call("GET", f"{path}?cursor={cursor}")
            assert answer.status_code == 422, (path, cursor[:50], answer.text)


ADDRESSES = [
    "forms/visit/versions/9223372036854775808",
    "forms/visit/versions/2147483648",
    "forms/visit/versions/" + "9" * 5_000,
    "forms/visit/versions/-1",
    "forms/a%00/versions/1",
    "services/%00",
    "services?agency=%00",
    "services?agency=sf%00",
    "services?q=%00",
    "services?q=%ed%a0%80",
    "services?limit=99999999999999999999",
    "services?limit=nan",
    "services?limit=1&limit=2",
    "services?unknown=1",
    "form-templates/short?agency=%00&service=%00",
    "sources/a%00/keys",
    "forms/visit/snippet?lang=%00",
]


async def test_nothing_in_an_address_is_our_mistake(city: Town):
    for path in ADDRESSES:
        answer = await city.call("GET", path)
        assert answer.status_code < 500, (path[:80], answer.text)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b"[" * 3_000 + b"]" * 3_000),
        (400, b'{"suppression_threshold": 1e400}'),
        (400, b'{"suppression_threshold": ' + b"9" * 5_000 + b"}"),
        (400, b'{"suppression_threshold": NaN}'),
        (400, b'{"name": {"en": "\\ud800"}}'),
        (422, b'{"suppression_threshold": 18446744073709551615}'),
        (422, b'{"name": {"en": "a"}, "name": 1}'),
        (422, b"{" + b",".join(b'"%d": 1' % number for number in range(5_000)) + b"}"),
        (413, b"[" + b"{}," * 30_000 + b"{}]"),
        (413, b'"' + b"x" * 1_100_000 + b'"'),
    ],
)
async def test_a_hostile_body_is_refused(city: Town, status: int, body: bytes):
    headers = {"authorization": f"Bearer {city.admin}", "content-type": "application/json"}
    for method in ("PUT", "PATCH"):
        answer = await city.http.request(method, "/v1/agencies/sf", content=body, headers=headers)
        assert answer.status_code == status, (method, answer.text[:300])
        assert len(answer.content) < 400_000
