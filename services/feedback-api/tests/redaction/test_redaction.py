"""What holds for every text: total, idempotent, disjoint, blind to disguise; and texts of several kinds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.redaction.evaluate import load_corpus
from feedback_api.redaction.redact import REDACTION_VERSION, find_spans, redact_text
from feedback_api.redaction.spans import KINDS, RedactedSpan, resolve_overlaps

FRAGMENTS = [
    *(example.text[label.start : label.end] for example in load_corpus() for label in example.labels),
    *(
        "my name is ",
        "Mr ",
        "born ",
        "DOB ",
        "SSN ",
        "call ",
        "case ",
        "IBAN ",
        "card ",
        "NI ",
        "Calle ",
        " Street",
        "IP ",
    ),
    *(
        " ",
        "-",
        ".",
        ",",
        "/",
        ":",
        "(",
        ")",
        "+",
        "@",
        "?a=",
        "\n",
        "'s",
        "#",
        "0",
        "19",
        "2018",
        "é",
        "\u200b",
        "[",
        "]",
    ),
    *(f"[{kind}]" for kind in KINDS),
]
anything = st.text(st.characters(), max_size=200)
assembled = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join)
spaced = st.lists(st.sampled_from(FRAGMENTS), max_size=10).map(" ".join)
numeric = st.text("0123456789 -.+()/:@xA[]", max_size=120)
texts = st.one_of(anything, assembled, spaced, numeric)


@given(texts)
def test_redacting_twice_changes_nothing(text: str):
    once = redact_text(text)
    assert redact_text(once) == once


@given(texts)
def test_spans_are_disjoint_ordered_and_inside_the_text(text: str):
    spans = find_spans(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))


@given(texts, st.frozensets(st.text(max_size=12), max_size=4))
def test_any_string_and_any_place_names_are_taken(text: str, places: frozenset[str]):
    assert isinstance(redact_text(text, place_names=places), str)


@given(st.text("abcdefghijklmnopqrstuvwxyz ,;!", max_size=200))
def test_small_words_without_cues_stay(text: str):
    if not any(
        cue in text for cue in ("name", "nombre", "llam", "mr", "ms", "sr", "regards", "sincerely", "at", "arroba")
    ):
        assert redact_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00",
        "\ud800 415-555-0132 \udfff",
        "\U0001f600" * 50,
        "\u202e\u05e9\u05dc\u05d5\u05dd 1",
        "İ" * 40 + "@",
        "\x00" * 99,
    ],
)
def test_odd_strings_are_taken(text: str):
    assert redact_text(redact_text(text)) == redact_text(text)


@pytest.mark.parametrize(
    ("disguised", "expected"),
    [
        ("\uff14\uff11\uff15\uff0d\uff15\uff15\uff15\uff0d\uff10\uff11\uff13\uff12", "[phone]"),
        ("\u0664\u0661\u0665-\u0665\u0665\u0665-\u0660\u0661\u0663\u0662", "[phone]"),
        ("415\u2011555\u20110132", "[phone]"),
        ("415\u2013555\u20130132", "[phone]"),
        ("415\u00a0555\u00a00132", "[phone]"),
        ("415\u202f555\u202f0132", "[phone]"),
        ("4\u200b1\u200b5-5\u200d55-01\ufeff32", "[phone]"),
        ("4\ufe0f\u20e31\ufe0f\u20e35\ufe0f\u20e3-555-0132", "[phone]"),
        ("4111\u200b1111\u200b11111111", "[card]"),
        ("4111\u00ad1111\u00ad1111\u00ad1111", "[card]"),
        ("536\u2010\u200b22\u20101234", "[national-id]"),
        ("jo\u200b@example.org", "[email]"),
        ("jo\uff20example.org", "[email]"),
        ("GB82\u00a0WEST\u00a01234\u00a05698\u00a07654\u00a032", "[iban]"),
        ("192.168.\u206014.20", "[ip]"),
        (
            "\U0001d7d2\U0001d7cf\U0001d7d3-\U0001d7d3\U0001d7d3\U0001d7d3-\U0001d7ce\U0001d7cf\U0001d7d1\U0001d7d0",
            "[phone]",
        ),
    ],
)
def test_a_disguise_does_not_help(disguised: str, expected: str):
    assert redact_text(f"It was {disguised} then") == f"It was {expected} then"


def test_what_is_not_personal_keeps_its_form():
    text = "\uff28\uff45\uff4c\uff4c\uff4f \u2011 5\u00a0m\u00b2 \U0001f468\u200d\U0001f469 \u00e9 e\u0301"
    assert redact_text(text) == text
    assert redact_text(text + " jo@example.org") == text + " [email]"


def test_several_kinds_in_one_text():
    text = "I am at 12 Elm St, Apt 3; write to jo@example.org or call 415-555-0132. Signed, Jo Bloggs"
    assert redact_text(text) == "I am at [address]; write to [email] or call [phone]. Signed, [name]"


def test_a_placeholder_in_the_text_is_left_alone_and_is_no_cue():
    assert redact_text("[phone] 5550143 [email]") == "[phone] 5550143 [email]"


def test_spans_give_kind_and_replacement():
    assert find_spans("to jo@example.org") == (RedactedSpan(3, 17, "email"),)
    assert find_spans("to jo@example.org")[0].replacement_label == "[email]"


def test_overlapping_spans_become_their_hull_under_the_first_kind():
    assert resolve_overlaps(
        [RedactedSpan(5, 12, "phone"), RedactedSpan(0, 8, "card"), RedactedSpan(14, 16, "name")]
    ) == (
        RedactedSpan(0, 12, "card"),
        RedactedSpan(14, 16, "name"),
    )


def test_the_version_is_stated():
    assert REDACTION_VERSION
