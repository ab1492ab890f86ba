"""Recall and precision on the labelled corpus, printed by `python -m feedback_api.redaction.evaluate`."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from feedback_api.redaction.redact import REDACTION_VERSION, find_spans
from feedback_api.redaction.spans import KINDS, PersonalDataKind, RedactedSpan

CORPORA: Final = ("corpus", "held_out", "fresh", "unfitted")
_MARK: Final = re.compile(r"⟦([a-z-]+)\|([^⟧]*)⟧")
_BY_NAME: Final[dict[str, PersonalDataKind]] = {kind: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class LabelledExample:
    """A text and the personal data that its labels name in it."""

    language: str
    text: str
    labels: tuple[RedactedSpan, ...]


@dataclass(frozen=True, slots=True)
class RecogniserScore:
    """Counts of one kind.

    `covered` labels lie wholly in one span of their own kind, `removed` ones under spans of any kind; `right` spans
    touch a label of their kind, out of all `found`.
    """

    kind: str
    labels: int
    covered: int
    removed: int
    found: int
    right: int


def load_corpus(name: str = "corpus") -> tuple[LabelledExample, ...]:
    """The labelled examples, look-alikes without a label included.

    The rules were written against `corpus`. `held_out` was written afterwards, and some rules were widened for it; no
    rule was fitted to `fresh`, which followed, nor to `unfitted`, which was written before names were read by lists.
    """
    lines = files("feedback_api.redaction").joinpath(f"{name}.tsv").read_text("utf-8").splitlines()
    return tuple(_parse_example(*line.split("\t", 1)) for line in lines if line)


def measure_scores(examples: Iterable[LabelledExample]) -> tuple[RecogniserScore, ...]:
    """One score per kind and one for all of them together."""
    pairs = [(example.labels, find_spans(example.text)) for example in examples]
    scores = tuple(_score_kind(kind, pairs) for kind in KINDS)
    total = RecogniserScore("all", *(sum(column) for column in zip(*map(_score_counts, scores), strict=True)))
    return (*scores, total)


def list_mistakes(examples: Iterable[LabelledExample]) -> Iterator[str]:
    """Each label that was missed and each span that should not be, with its text."""
    for example in examples:
        found = find_spans(example.text)
        for label in example.labels:
            if not _covers_label(found, label):
                yield f"missed {label.kind}: {example.text}"
        for span in found:
            if not _touches_any(example.labels, span):
                yield f"false {span.kind} ({example.text[span.start : span.end]}): {example.text}"


def score_table(scores: Iterable[RecogniserScore]) -> str:
    """A Markdown table of scores."""
    rows = [
        "| kind | labels | recall | removed under any kind | spans | precision |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows += [
        f"| {score.kind} | {score.labels} | {_share_text(score.covered, score.labels)} | "
        f"{_share_text(score.removed, score.labels)} | {score.found} | {_share_text(score.right, score.found)} |"
        for score in scores
    ]
    return "\n".join(rows)


def _parse_example(language: str, marked: str) -> LabelledExample:
    pieces: list[str] = []
    labels: list[RedactedSpan] = []
    length = position = 0
    for mark in _MARK.finditer(marked):
        before, value = marked[position : mark.start()], mark.group(2)
        start = length + len(before)
        length = start + len(value)
        labels.append(RedactedSpan(start, length, _BY_NAME[mark.group(1)]))
        pieces += (before, value)
        position = mark.end()
    return LabelledExample(language, "".join(pieces) + marked[position:], tuple(labels))


def _score_kind(
    kind: PersonalDataKind, pairs: Iterable[tuple[tuple[RedactedSpan, ...], tuple[RedactedSpan, ...]]]
) -> RecogniserScore:
    labels = covered = removed = spans = right = 0
    for expected, found in pairs:
        own = [label for label in expected if label.kind == kind]
        labels += len(own)
        covered += sum(_covers_label(found, label) for label in own)
        removed += sum(_removes_label(found, label) for label in own)
        spans += sum(span.kind == kind for span in found)
        right += sum(span.kind == kind and _touches_any(expected, span) for span in found)
    return RecogniserScore(kind, labels, covered, removed, spans, right)


def _score_counts(score: RecogniserScore) -> tuple[int, ...]:
    return score.labels, score.covered, score.removed, score.found, score.right


def _covers_label(found: Iterable[RedactedSpan], label: RedactedSpan) -> bool:
    return any(span.kind == label.kind and span.start <= label.start and label.end <= span.end for span in found)


def _removes_label(found: Iterable[RedactedSpan], label: RedactedSpan) -> bool:
    return (
        sum(max(0, min(span.end, label.end) - max(span.start, label.start)) for span in found)
        == label.end - label.start
    )


def _touches_any(expected: Iterable[RedactedSpan], span: RedactedSpan) -> bool:
    return any(label.kind == span.kind and label.start < span.end and span.start < label.end for label in expected)


def _share_text(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def main() -> None:
    """Print for each corpus the table and every mistake."""
    for name in CORPORA:
        examples = load_corpus(name)
        head = f"{name}, {len(examples)} texts, redaction {REDACTION_VERSION}"
        sys.stdout.write(
            "\n".join([head, "", score_table(measure_scores(examples)), "", *list_mistakes(examples), "", ""])
        )


if __name__ == "__main__":
    main()
