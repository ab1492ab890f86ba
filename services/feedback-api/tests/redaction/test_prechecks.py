"""The cheap checks before costly recognisers let everything through that the recogniser would find."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.redaction.recognisers.national_ids import CORES, IDENTIFIERS

STANDING_ALONE = [pytest.param(one.alone.pattern, id=one.name) for one in IDENTIFIERS if one.alone]


@pytest.mark.parametrize("pattern", STANDING_ALONE)
@given(data=st.data())
def test_no_identifier_stands_alone_without_a_core(pattern: re.Pattern[str], data: st.DataObject):
    text = data.draw(st.from_regex(pattern))
    assert CORES.search(text)
