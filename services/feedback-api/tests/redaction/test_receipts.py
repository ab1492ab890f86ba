"""Receipts: the same code for the same record, and nothing but what was sealed opens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.intake.receipts import Receipts, ReceiptTarget

ROOT = bytes(range(32))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TARGET = ReceiptTarget("airport-web", "response", None, "june-1")

fields = st.text(st.characters())
targets = st.builds(ReceiptTarget, fields, fields, st.none() | fields, fields)


@given(targets)
def test_a_sealed_target_opens_again(target: ReceiptTarget):
    receipts = Receipts(ROOT)
    code = receipts.seal(target)
    assert receipts.open(code) == target
    assert re.fullmatch(r"[A-Za-z0-9_-]+", code)


@given(targets, targets)
def test_codes_are_equal_exactly_when_targets_are(one: ReceiptTarget, other: ReceiptTarget):
    receipts = Receipts(ROOT)
    assert (receipts.seal(one) == Receipts(ROOT).seal(other)) == (one == other)


def test_a_missing_root_is_not_an_empty_one():
    assert Receipts(ROOT).seal(TARGET) != Receipts(ROOT).seal(ReceiptTarget("airport-web", "response", "", "june-1"))


def test_a_code_shows_nothing_of_its_target():
    code = Receipts(ROOT).seal(TARGET)
    assert "june" not in code
    assert code[:8] != Receipts(ROOT).seal(ReceiptTarget("airport-web", "response", None, "june-2"))[:8]


@given(st.data())
def test_a_changed_code_opens_nothing(data: st.DataObject):
    code = Receipts(ROOT).seal(TARGET)
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from(ALPHABET.replace(code[place], "")))
    assert Receipts(ROOT).open(code[:place] + other + code[place + 1 :]) is None


@given(st.text(st.characters(), max_size=120))
def test_an_invented_code_opens_nothing(code: str):
    assert Receipts(ROOT).open(code) is None


@pytest.mark.parametrize(
    "change", [lambda c: c + "A", lambda c: c[:-1], lambda c: c + "=", lambda c: c + "\n", lambda c: " " + c]
)
def test_a_code_with_more_or_less_opens_nothing(change):
    assert Receipts(ROOT).open(change(Receipts(ROOT).seal(TARGET))) is None


def test_the_code_of_another_root_secret_opens_nothing():
    assert Receipts(ROOT).open(Receipts(ROOT[::-1]).seal(TARGET)) is None


def test_a_receipt_of_a_former_root_secret_still_opens():
    code = Receipts(ROOT).seal(TARGET)
    assert Receipts(ROOT[::-1], former=[ROOT]).open(code) == TARGET
    assert Receipts(ROOT[::-1]).open(code) is None
    assert Receipts(ROOT[::-1], former=[ROOT]).seal(TARGET) == Receipts(ROOT[::-1]).seal(TARGET) != code
