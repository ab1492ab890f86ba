"""Rows of a metric's result, as the client returns them."""

from soundings.client.requests import rows_of


def test_each_row_carries_the_as_of_of_its_result():
    as_of = {"through": "2026-03-01T00:00:00Z", "lag_events": 0, "generation": 1}
    result = {"metric": "count.v1", "as_of": as_of, "rows": [{"n": 1}, {"n": 2}]}
    assert rows_of(result) == [{"n": 1, "as_of": as_of}, {"n": 2, "as_of": as_of}]
    assert result["rows"] == [{"n": 1}, {"n": 2}]
