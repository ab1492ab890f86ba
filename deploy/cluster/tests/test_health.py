"""One line says how the cluster is."""

from pathlib import Path

from soundings_cluster.component import ClusterComponent
from soundings_cluster.health import cluster_state, current_figures

WORKER = """# TYPE soundings_lag_events gauge
soundings_lag_events{partition="0",topic="a"} 1200.0
soundings_lag_events{partition="1",topic="a"} 34.0
"""
LISTENER = """# TYPE soundings_spool_depth gauge
soundings_spool_depth 5.0
"""


async def _well() -> str | None:
    return None


PARTS = [ClusterComponent(name, [], Path("log"), 1, _well) for name in ("kafka", "feedback-api")]


def test_all_parts_up_is_said_in_a_few_words():
    assert cluster_state(PARTS, [None, None]) == "2 of 2 up"


def test_a_part_that_is_not_up_is_named_with_its_reason():
    assert cluster_state(PARTS, [None, "the catalogue is still being read"]) == (
        "1 of 2 up (feedback-api: the catalogue is still being read)"
    )


def test_lag_and_spool_are_summed_over_all_services():
    assert current_figures([LISTENER, WORKER, WORKER]) == "lag 2,468  spool 5"


def test_a_service_that_does_not_answer_leaves_the_lag_open():
    assert current_figures([LISTENER, WORKER, None]) == "lag 1,234 or more  spool 5"
