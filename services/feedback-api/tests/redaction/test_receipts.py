"""Receipts: the same code for the same record, and nothing but what was sealed opens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.intake.receipts import ReceiptCodec, ReceiptTarget

ROOT = bytes(range(32))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TARGET = ReceiptTarget("airport-web", "response", None, "june-1")

fields = st.text(st.characters())
targets = st.builds(ReceiptTarget, fields, fields, st.none() | fields, fields)


@given(targets)
def test_a_sealed_target_opens_again(target: ReceiptTarget):
    receipts = ReceiptCodec(ROOT)
    code = receipts.seal_receipt(target)
    assert receipts.open_receipt(code) == target
    assert re.fullmatch(r"[A-Za-z0-9_-]+", code)


@given(targets, targets)
def test_codes_are_equal_exactly_when_targets_are(one: ReceiptTarget, other: ReceiptTarget):
    receipts = ReceiptCodec(ROOT)
    assert (receipts.seal_receipt(one) == ReceiptCodec(ROOT).seal_receipt(other)) == (one == other)


def test_a_missing_root_is_not_an_empty_one():
    assert ReceiptCodec(ROOT).seal_receipt(TARGET) != ReceiptCodec(ROOT).seal_receipt(
        ReceiptTarget("airport-web", "response", "", "june-1")
    )


def test_a_code_shows_nothing_of_its_target():
    code = ReceiptCodec(ROOT).seal_receipt(TARGET)
    assert "june" not in code
    assert code[:8] != ReceiptCodec(ROOT).seal_receipt(ReceiptTarget("airport-web", "response", None, "june-2"))[:8]


@given(st.data())
def test_a_changed_code_opens_nothing(data: st.DataObject):
    code = ReceiptCodec(ROOT).seal_receipt(TARGET)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from(ALPHABET.replace(code[place], "")))
    assert ReceiptCodec(ROOT).open_receipt(code[:place] + other + code[place + 1 :]) is None


@given(st.text(st.characters(), max_size=120))
def test_an_invented_code_opens_nothing(code: str):
    assert ReceiptCodec(ROOT).open_receipt(code) is None


@pytest.mark.parametrize(
    "change", [lambda c: c + "A", lambda c: c[:-1], lambda c: c + "=", lambda c: c + "\n", lambda c: " " + c]
)
def test_a_code_with_more_or_less_opens_nothing(change):
    assert ReceiptCodec(ROOT).open_receipt(change(ReceiptCodec(ROOT).seal_receipt(TARGET))) is None


def test_the_code_of_another_root_secret_opens_nothing():
    assert ReceiptCodec(ROOT).open_receipt(ReceiptCodec(ROOT[::-1]).seal_receipt(TARGET)) is None


def test_a_receipt_of_a_former_root_secret_still_opens():
    code = ReceiptCodec(ROOT).seal_receipt(TARGET)
    assert ReceiptCodec(ROOT[::-1], former=[ROOT]).open_receipt(code) == TARGET
    assert ReceiptCodec(ROOT[::-1]).open_receipt(code) is None
    assert (
        ReceiptCodec(ROOT[::-1], former=[ROOT]).seal_receipt(TARGET)
        == ReceiptCodec(ROOT[::-1]).seal_receipt(TARGET)
        != code
    )
