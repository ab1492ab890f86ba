"""Half a character (a lone surrogate) in a body costs that character and nothing else."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.intake.body_parser import read_items
from feedback_api.intake.json_decoder import decode_json

ANY_TEXT = st.text(st.sampled_from('\ud83d\ude00\ud800\udfff\\"u\nd8x😀'))


def expected(text: str) -> str:
    """Surrogates that stand in pairs are characters; others are U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'"bad \ud83d end"', "bad � end"),
        (rb'"\uDE00"', "�"),
        (rb'"\ud83d\ud83d\ude00\ude00"', "�😀�"),
        (rb'"\\ud83d \ud83d"', r"\ud83d �"),
        (rb'"\\\ud83d"', "\\�"),
        (rb'{"\ud83d": 1}', {"�": 1}),
        (b'"\xed\xa0\xbd"', "�"),
    ],
)
def test_half_a_character_becomes_the_replacement_character(body, value):
    assert decode_json(body) == value


@given(ANY_TEXT)
def test_every_other_character_is_kept(text):
    assert decode_json(json.dumps(text).encode()) == expected(text)


@pytest.mark.parametrize("body", [b'"\xff \\ud83d"', rb'["\ud83d", NaN]', rb'"\ud83"', b""])
def test_other_faults_are_still_refused(body):
    with pytest.raises(orjson.JSONDecodeError):
        decode_json(body)


def test_a_line_of_many_is_read_too():
    lines = b'{"id": "a", "text": "x\\ud83d"}\n{"id": "b"}'
    assert read_items(lines, "application/x-ndjson").items == [{"id": "a", "text": "x�"}, {"id": "b"}]
