"""From JSON in the shape of an event to what contributes: shared by the fold, which reads events, and by rebuilds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, TypedDict

import orjson

from metrics_worker.contributions.counts import LARGEST_COUNT, LONGEST_ID, Contribution, Place
from metrics_worker.contributions.responses import (
    Score,
    funnel_contribution,
    list_questions,
    response_contribution,
    score_counts,
    unit_place,
)
from metrics_worker.contributions.roots import InteractionRecord
from metrics_worker.contributions.tallies import tally_buckets, tally_contribution
from metrics_worker.store.facts import Fact
from soundings.kernel.bins import milliseconds
from soundings.kernel.clock import epoch_ms
from soundings.kernel.ids import RECORD_ID_MAX  # noqa: F401
