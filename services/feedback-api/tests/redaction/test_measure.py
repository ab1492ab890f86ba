"""The labelled corpus and what is measured on it."""

import subprocess
import sys
from pathlib import Path

from feedback_api.redaction.evaluate import (
    CORPORA,
    LabelledExample,
    list_mistakes,
    load_corpus,
    measure_scores,
    score_table,
)
from feedback_api.redaction.spans import KINDS, RedactedSpan


def test_every_kind_has_labels_and_look_alikes_in_both_languages():
    examples = load_corpus()
    assert {label.kind for example in examples for label in example.labels} == set(KINDS)
    assert {example.language for example in examples} == {"en", "es"}
    assert sum(not example.labels for example in examples) > 80
    assert all("⟦" not in example.text and "⟧" not in example.text for example in examples)


def test_a_missed_label_lowers_recall_and_a_false_span_precision():
    examples = [
        LabelledExample("en", "to jo@example.org", (RedactedSpan(3, 17, "email"),)),
        LabelledExample("en", "for hannah", (RedactedSpan(4, 10, "name"),)),
        LabelledExample("en", "kim@example.org", ()),
    ]
    scores = {score.kind: score for score in measure_scores(examples)}
    assert (scores["email"].covered, scores["email"].labels, scores["email"].right, scores["email"].found) == (
        1,
        1,
        1,
        2,
    )
    assert (scores["name"].covered, scores["name"].removed, scores["name"].labels) == (0, 0, 1)
    assert (scores["all"].covered, scores["all"].labels, scores["all"].found) == (1, 2, 2)
    assert [mistake.split(":")[0] for mistake in list_mistakes(examples)] == [
        "missed name",
        "false email (kim@example.org)",
    ]


def test_recall_and_precision_have_not_fallen():
    for score in measure_scores(load_corpus()):
        floor = 0.8 if score.kind == "name" else 0.95
        assert score.covered >= floor * score.labels, score
        assert score.right >= 0.95 * score.found, score


def test_the_table_has_a_row_per_kind_and_a_total():
    assert len(score_table(measure_scores(load_corpus())).splitlines()) == 2 + len(KINDS) + 1


def test_the_command_prints_it():
    done = subprocess.run(
        [sys.executable, "-m", "feedback_api.redaction.evaluate"],
        capture_output=True,
        check=True,
        timeout=60,
        encoding="utf-8",
    )
    assert "| all |" in done.stdout


def test_the_published_tables_are_what_is_measured():
    page = Path(__file__).parents[4].joinpath("docs", "redaction.md").read_text("utf-8")
    texts = [example for name in CORPORA for example in load_corpus(name)]
    assert len(texts) >= 300
    for name in CORPORA:
        assert f"`{name}.tsv` ({len(load_corpus(name))} texts" in page
        assert score_table(measure_scores(load_corpus(name))) in page, name
    empty = sum(not example.labels for example in texts)
    assert f"{len(texts)} labelled texts, English and Spanish, {empty} of them without anything to find" in page
