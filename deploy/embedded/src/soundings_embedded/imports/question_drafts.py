"""Questions that columns seem to answer: their rule in a mapping, and a form that fits."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from soundings_embedded.imports.column_profiles import ColumnProfile

_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")
_SCALES: Final[Sequence[Sequence[Sequence[str]]]] = (
    (("very dissatisfied", "very unsatisfied", "extremely dissatisfied"),
     ("dissatisfied", "unsatisfied", "somewhat dissatisfied"),
     ("neither satisfied nor dissatisfied", "neutral", "neither"), ("satisfied", "somewhat satisfied"),
     ("very satisfied", "extremely satisfied")),
    (("strongly disagree", "completely disagree"), ("disagree", "somewhat disagree"),
     ("neither agree nor disagree", "neutral", "neither"), ("agree", "somewhat agree"),
     ("strongly agree", "completely agree")),
    (("very difficult", "extremely difficult", "very hard"), ("difficult", "somewhat difficult", "hard"),
     ("neither easy nor difficult", "neutral", "neither"), ("easy", "somewhat easy"), ("very easy", "extremely easy")),
    (("very unlikely", "extremely unlikely"), ("unlikely", "somewhat unlikely"),
     ("neither likely nor unlikely", "neutral"), ("likely", "somewhat likely"), ("very likely", "extremely likely")),
    (("very poor", "very bad", "terrible"), ("poor", "bad"), ("fair", "average", "okay", "ok"), ("good",),
     ("very good", "excellent")),
    (("poor",), ("fair",), ("good",), ("very good",), ("excellent",)),
    (("never",), ("rarely", "seldom"), ("sometimes",), ("often", "usually"), ("always",)),
    (("muy insatisfecho", "muy insatisfecha"), ("insatisfecho", "insatisfecha"),
     ("ni satisfecho ni insatisfecho", "neutral"), ("satisfecho", "satisfecha"), ("muy satisfecho", "muy satisfecha")),
)  # fmt: skip
"""Scales of five points in words, from the worst to the best."""
_NUMBERED: Final = re.compile(r"\(?([0-9]{1,2})\)?\s*[-\u2013\u2014:=.)]?\s*\D.*|\D.*\(([0-9]{1,2})\)", re.DOTALL)
_YES_NO: Final[Mapping[str, int]] = {
    "yes": 1,
    "no": 0,
    "true": 1,
    "false": 0,
    "y": 1,
    "n": 0,
    "sí": 1,
    "si": 1,
    "ja": 1,
    "nein": 0,
    "oui": 1,
    "non": 0,
}
_NO_ANSWER: Final = frozenset({"n/a", "na", "not applicable", "don't know", "dont know", "not sure", "no opinion", "-",
                               "null", "prefer not to say"})  # fmt: skip
_TICKS: Final = frozenset(
    {
        "",
        "0",
        "1",
        "1.0",
        "0.0",
        "null",
        "yes",
        "no",
        "y",
        "n",
        "true",
        "false",
        "x",
        "checked",
        "unchecked",
        "selected",
        "not selected",
        "on",
        "off",
    }
)
_OPTION_NAMES: Final = (
    re.compile(r"(?P<question>.+?) / (?P<option>.+)", re.DOTALL),
    re.compile(r"(?P<question>[A-Za-z]\w*)\[(?P<option>[^\[\]]+)\].*", re.DOTALL),
    re.compile(r"(?P<question>.+?)\s*\[(?P<option>[^\[\]]+)\]", re.DOTALL),
    re.compile(r"(?P<question>.+?)\s*\((?:choice|option)[ =:]+(?P<option>[^()]+)\)", re.DOTALL),
    re.compile(r"(?P<question>[A-Za-z][A-Za-z0-9.-]*?)_(?P<option>[A-Za-z0-9_-]+)"),
)
_MEASURES: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("trust", ("trust",)), ("ease", ("easy", "ease", "effort")), ("effectiveness", ("need was", "effective")),
    ("efficiency", ("amount of time", "quick", "efficien")), ("transparency", ("transparen", "understood what")),
    ("employee", ("employee", "staff", "helpful")), ("satisfaction", ("satisf", "overall")),
)  # fmt: skip
_LOWEST, _MIDDLE, _HIGHEST, _NPS, _CES = 0, 4, 5, 10, 7
_FEW_LABELS: Final = 12
_MOST_MARKS: Final = 4
_TEXT_LENGTH: Final = 5000
_ID_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question with the rule that reads its answers; ``options`` are codes with their labels."""

    id: str
    type: str
    text: str
    rule: Sequence[str]
    columns: Sequence[str]
    options: Sequence[tuple[str, str]] = ()
    measure: str | None = None
    seen: str = ""


class QuestionIds:
    """Ids of questions that are slugs, and never the same twice."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, name: str, number: int) -> str:
        """An id that resembles a name; a name without Latin letters gets the number of its column."""
        base = slug_of(name) or f"question-{number}"
        found, again = base, 1
        while found in self._given:
            again += 1
            found = f"{base}-{again}"
        self._given.add(found)
        return found


def slug_of(name: str) -> str:
    """A slug of a name, accents left out; "" where nothing of it can stay."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _NOT_IN_SLUGS.sub("-", plain.lower()).strip("-")[:_ID_LENGTH].strip("-")


def toml_text(text: str) -> str:
    """A TOML string of a text; what UTF-8 cannot hold becomes a question mark."""
    sound = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(sound, ensure_ascii=False).replace("\x7f", "\\u007f")


def draft_questions(columns: Sequence[ColumnProfile]) -> list[QuestionDraft]:
    """A question for each column, or one for all columns of a choice."""
    ids = QuestionIds()
    grouped = _option_groups(columns)
    inside = {column.name: question for question, members in grouped.items() for _, column in members}
    drafts: list[QuestionDraft] = []
    done: set[str] = set()
    for number, column in enumerate(columns, start=1):
        question = inside.get(column.name)
        if question is None:
            drafts.append(_question(ids.of(column.name, number), column))
        elif question not in done:
            done.add(question)
            drafts.append(_choice_of_columns(ids.of(question, number), question, grouped[question]))
    return _with_measures(drafts)


def _option_groups(columns: Sequence[ColumnProfile]) -> Mapping[str, Sequence[tuple[str, ColumnProfile]]]:
    """Columns that are options of one choice: of one question by their names, each ticked or not."""
    groups: dict[str, list[tuple[str, ColumnProfile]]] = {}
    for column in columns:
        parts = next((found for form in _OPTION_NAMES if (found := form.fullmatch(column.name))), None)
        if parts is not None and column.looks != "nothing" and column.personal is None:
            groups.setdefault(parts["question"].strip(), []).append((parts["option"].strip(), column))
    sure = {question: _without_texts(members) for question, members in groups.items()}
    return {question: members for question, members in sure.items() if len(members) > 1 and _are_ticks(members)}


def _without_texts(members: Sequence[tuple[str, ColumnProfile]]) -> Sequence[tuple[str, ColumnProfile]]:
    """The options without the text field of "other"."""
    return [
        one
        for one in members
        if not (one[0].endswith("TEXT") or (one[0].casefold() == "other" and one[1].distinct > 1))
    ]


def _are_ticks(members: Sequence[tuple[str, ColumnProfile]]) -> bool:
    if any(column.distinct > _MOST_MARKS for _, column in members):
        return False
    marks = [{value.casefold() for value in (*column.sample, *column.suspects)} for _, column in members]
    if all(one <= _TICKS for one in marks):
        return True
    labels = all(column.distinct == 1 for _, column in members)
    return labels and any(column.blanks for _, column in members)


def _choice_of_columns(question_id: str, question: str, members: Sequence[tuple[str, ColumnProfile]]) -> QuestionDraft:
    codes = QuestionIds()
    options: list[tuple[str, str]] = []
    pairs: list[str] = []
    for number, (option, column) in enumerate(members, start=1):
        label = next(iter(column.sample), "") if column.distinct == 1 else ""
        shown = option if label.casefold() in _TICKS or not label else label
        code = codes.of(option, number)
        options.append((code, shown))
        pairs.append(f"{toml_text(code)} = {toml_text(column.name)}")
    text = members[0][1].text.partition(" - Selected Choice")[0]
    return QuestionDraft(
        question_id, "multi_choice", question if text == members[0][1].name else text,
        [f"options = {{ {', '.join(pairs)} }}"], [column.name for _, column in members], options,
        seen="one column for each option",
    )  # fmt: skip


def _question(question_id: str, column: ColumnProfile) -> QuestionDraft:
    place = [f"column = {toml_text(column.name)}"]
    seen = column.looks + (f": {', '.join(column.values)}" if column.values else "")
    absent = list(column.suspects) if column.looks != "text" else []
    rules, kind, options = _by_looks(column)
    if absent:
        rules = [f"absent = {json.dumps(absent, ensure_ascii=False)}", *rules]
    return QuestionDraft(question_id, kind, column.text, [*place, *rules], [column.name], options, seen=seen)


_Reading = tuple[Sequence[str], str, Sequence[tuple[str, str]]]


def _by_looks(column: ColumnProfile) -> _Reading:
    if column.looks == "integer":
        return ['read_as = "integer"'], _type_of_numbers(column), ()
    if column.looks in {"number", "time", "duration", "nothing"}:
        return [], "hidden" if column.looks != "nothing" else "short_text", ()
    labelled = _worded_scale(column) or _yes_no(column) or _several_labels(column) or _one_label(column)
    return labelled or ([], "long_text", ())


def _type_of_numbers(column: ColumnProfile) -> str:
    numbers = [int(value) for value in column.sample if value.lstrip("-").isdigit()]
    low, high = min(numbers, default=-1), max(numbers, default=-1)
    if low < _LOWEST or high > _NPS:
        return "hidden"
    if high <= 1 and low == 0:
        return "yes_no"
    if low >= 1 and high <= _HIGHEST:
        return "likert"
    return "ces" if low >= 1 and high <= _CES else "nps"


def _worded_scale(column: ColumnProfile) -> _Reading | None:
    """A scale in words: each label with its point, also those of the scale that the file happens not to have."""
    labels = list(column.values or (column.sample if column.distinct <= _FEW_LABELS else ()))
    if not column.values and not any(" " in label for label in labels):
        return None  # "good" may be all that somebody wrote
    answers = [label for label in labels if label.casefold() not in _NO_ANSWER]
    absent = [label for label in labels if label not in answers]
    points = (_numbered(answers) if column.values else None) or _points_of(answers)
    if len(answers) < 2 or points is None:  # noqa: PLR2004 - one label is no scale
        return None
    values = ", ".join(f"{toml_text(label)} = {point}" for label, point in points.items())
    rules = [f"values = {{ {values} }}"]
    if absent:
        rules.insert(0, f"absent = {json.dumps(absent, ensure_ascii=False)}")
    highest = max(points.values())
    return rules, "likert" if highest <= _HIGHEST and min(points.values()) >= 1 else "nps", ()


def _numbered(answers: Sequence[str]) -> Mapping[str, int] | None:
    """Labels that name their points, like ``5 - Very satisfied``."""
    found = [_NUMBERED.fullmatch(label) for label in answers]
    points = {label: int(one[1] or one[2]) for label, one in zip(answers, found, strict=True) if one}
    sound = len(points) == len(answers) and len(set(points.values())) == len(points)
    return points if sound and points and max(points.values()) <= _NPS else None


def _points_of(answers: Sequence[str]) -> Mapping[str, int] | None:
    folded = {" ".join(label.casefold().split()): label for label in answers}
    for scale in _SCALES:
        known = {word: point for point, words in enumerate(scale, start=1) for word in words}
        if folded.keys() <= known.keys():
            there = {known[word] for word in folded}
            others = {words[0].capitalize(): point for point, words in enumerate(scale, start=1) if point not in there}
            found = {folded[word]: known[word] for word in folded} | others
            return dict(sorted(found.items(), key=lambda one: -one[1]))
    return None


def _yes_no(column: ColumnProfile) -> _Reading | None:
    labels = column.values or (column.sample if column.distinct <= len(_YES_NO) else ())
    if not labels or not all(value.casefold() in _YES_NO for value in labels):
        return None
    values = ", ".join(f"{toml_text(value)} = {_YES_NO[value.casefold()]}" for value in labels)
    return [f"values = {{ {values} }}"], "yes_no", ()


def _several_labels(column: ColumnProfile) -> _Reading | None:
    """Several labels in one cell: split into few labels that come again."""
    for split in (";", ", ", "|"):
        parts = [[part.strip() for part in text.split(split) if part.strip()] for text in column.sample]
        labels = dict.fromkeys(part for one in parts for part in one)
        if any(len(one) > 1 for one in parts) and 2 <= len(labels) <= 20 and _come_again(parts, labels):  # noqa: PLR2004
            options, values = _coded(labels)
            rules = ['read_as = "list"', f"split = {toml_text(split)}", f"values = {{ {values} }}"]
            return rules, "multi_choice", options
    return None


def _come_again(parts: Sequence[Sequence[str]], labels: Mapping[str, None]) -> bool:
    """Words of sentences that hold a comma do not come again; labels do."""
    return all(len(label) <= _ID_LENGTH for label in labels) and sum(map(len, parts)) > len(labels)


def _one_label(column: ColumnProfile) -> _Reading | None:
    if not column.values or any(len(value) > 2 * _ID_LENGTH for value in column.values):
        return None
    options, values = _coded(column.values)
    return [f"values = {{ {values} }}"], "single_choice", options


def _coded(labels: Iterable[str]) -> tuple[Sequence[tuple[str, str]], str]:
    codes = QuestionIds()
    options = [(codes.of(label, number), label) for number, label in enumerate(labels, start=1)]
    return options, ", ".join(f"{toml_text(label)} = {toml_text(code)}" for code, label in options)


def _with_measures(drafts: Sequence[QuestionDraft]) -> list[QuestionDraft]:
    """Measures that the words of a question suggest, each for one question only."""
    left: dict[str, Sequence[str]] = dict(_MEASURES)
    found: list[QuestionDraft] = []
    for draft in drafts:
        measure = None
        if draft.type == "likert":
            said = f"{draft.id} {draft.text}".casefold()
            measure = next((name for name, words in left.items() if any(word in said for word in words)), None)
            left.pop(measure or "", None)
        elif draft.type == "multi_choice" and draft.id in {"positive", "negative"}:
            measure = f"{draft.id}_drivers"
        found.append(replace(draft, measure=measure))
    return found


def form_lines(form_id: str, title: str, questions: Sequence[QuestionDraft]) -> list[str]:
    """A form in YAML, for ``soundings apply``, that takes the answers of these questions."""
    lines = [
        "forms:",
        f"  {form_id}:",
        "    agency_id: your-agency",
        "    service_ids: [your-service]",
        "    source_id: your-source",
        f"    title: {{ en: {_yaml(title)} }}",
        "    questions:",
    ]
    for one in questions:
        parts = [f"id: {one.id}", f"type: {one.type}"]
        if one.measure:
            parts.append(f"measure: {one.measure}")
        parts.append(f"text: {{ en: {_yaml(one.text)} }}")
        if one.options:
            options = ", ".join(
                f"{{ code: {_yaml(code)}, text: {{ en: {_yaml(label)} }} }}" for code, label in one.options
            )
            parts.append(f"options: [{options}]")
        if one.type in {"long_text", "short_text"}:
            parts.append(f"max_length: {_TEXT_LENGTH}")
        lines.append(f"      - {{ {', '.join(parts)} }}")
    return lines


def _yaml(text: str) -> str:
    flat = " ".join(text.split())[:500] or "-"
    return json.dumps(flat, ensure_ascii=True)
