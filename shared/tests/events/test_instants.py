"""Instants: texts with an offset, and nothing else."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from soundings.events.base import Instant

INSTANTS = TypeAdapter(Instant)


def test_an_instant_is_kept_in_utc():
    assert INSTANTS.validate_json('"2026-05-01T09:00:00-04:00"') == datetime(2026, 5, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize("given", ["3", "1777626000", "-3.5", "true", '"3"', '" 1777626000.5 "', '"1_000"'])
def test_a_number_is_no_instant_since_nobody_can_see_what_it_counts(given):
    with pytest.raises(ValidationError, match="not a number"):
        INSTANTS.validate_json(given)


@pytest.mark.parametrize("given", ['"2026-05-01T09:00:00"', '"2026-05-01"', '"soon"', "null"])
def test_a_time_without_an_offset_is_no_instant(given):
    with pytest.raises(ValidationError):
        INSTANTS.validate_json(given)
