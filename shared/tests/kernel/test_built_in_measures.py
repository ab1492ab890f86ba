"""Built-in measures and the bins that tallies may carry."""

import pytest

from soundings.kernel.measures import BUILT_IN, CONTACT_KINDS, BuiltInMeasure, accepts_tallies, tally_bins, unknown_bins
from soundings.kernel.scales import MeasureScale

SCALES = {
    "1-5": "satisfaction trust effectiveness ease efficiency transparency employee",
    "0-10": "nps",
    "1-7": "ces",
    "duration": "wait_answered wait_abandoned wait_callback talk hold wrap_up handle resolution",
    "money": "cost",
    "category": "contacts outcome offered requests reason topic transfers search views transactions repeat_gap "
    "contained_gap responses invitations shown started positive_drivers negative_drivers",
}


def test_every_built_in_measure_has_its_scale():
    assert {id_: str(measure.scale) for id_, measure in BUILT_IN.items()} == {
        id_: scale for scale, ids in SCALES.items() for id_ in ids.split()
    }
    assert all(measure.id == id_ and measure.version == 1 for id_, measure in BUILT_IN.items())


def test_searches_views_and_transactions_are_not_contacts():
    assert not {"search", "article_view", "page_view", "transaction"} & CONTACT_KINDS
    assert {"call", "service_request", "visit"} <= CONTACT_KINDS


@pytest.mark.parametrize(
    ("measure", "good", "bad"),
    [
        ("satisfaction", ["1", "5"], ["0", "6", "all", "4.0", ""]),
        ("nps", ["0", "10"], ["11"]),
        ("transactions", ["completed", "failed", "not_eligible", "open"], ["abandoned", "*"]),
        ("contacts", ["call", "visit"], ["search", "other"]),
        ("transfers", ["kept", "transferred"], ["answered"]),
        ("wait_answered", ["0", "20", "unknown"], ["101", "-1"]),
        ("talk", ["20"], ["unknown"]),
        ("cost", ["253", "-102"], ["101"]),
        ("topic", ["anything at all", "*"], [""]),
        ("responses", ["guest-survey"], [""]),
        ("repeat_gap", [], ["24", "none"]),
    ],
)
def test_a_tally_carries_only_bins_of_its_measure(measure, good, bad):
    assert unknown_bins(BUILT_IN[measure], good) == []
    assert unknown_bins(BUILT_IN[measure], bad) == bad


def test_gaps_between_contacts_cannot_be_tallied():
    assert {id_ for id_, measure in BUILT_IN.items() if not accepts_tallies(measure)} == {"repeat_gap", "contained_gap"}


def test_an_agencys_own_measures_follow_their_scale():
    shops = BUILT_IN["satisfaction"]
    own = {
        scale: BuiltInMeasure("own", scale, shops.category, shops.direction, "Own", "points", shops.per)
        for scale in MeasureScale
    }
    assert tally_bins(own[MeasureScale.COUNT]) == {"all"}
    assert tally_bins(own[MeasureScale.CATEGORY]) is None
    assert tally_bins(own[MeasureScale.BINARY]) == {"0", "1"}
