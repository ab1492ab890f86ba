"""Points of a scale with their labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from soundings.events.forms import FormQuestion, FormVersion
from soundings.kernel.scales import MeasureScale, allowed_scales, scale_points

# The words around questions in one language, by key.
Words = Mapping[str, str]

# Default label keys of each scale, lowest first; None for points without a label.
_KEYS: Final[Mapping[str, Sequence[str | None]]] = {
    "likert": tuple(f"agree_{value}" for value in range(1, 6)),
    "stars": ("stars",) * 5,
    "thumbs": ("thumbs_down", "thumbs_up"),
    "yes_no": ("no", "yes"),
    "nps": ("likely_low", *(None,) * 9, "likely_high"),
    "ces": ("agree_1", *(None,) * 5, "agree_5"),
}


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """A point of a scale, and its label; None where the number is shown alone."""

    value: int
    text: str | None


def scale_of(question: FormQuestion, form: FormVersion) -> MeasureScale | None:
    """The scale on which a question is answered; None for texts, choices, dates and statements."""
    scale = form.scales.get(question.id) or next(iter(sorted(allowed_scales(question.type))), None)
    return scale if scale is not None and scale_points(scale) else None


def points_of(question: FormQuestion, form: FormVersion, language: str, words: Words) -> Sequence[ScalePoint]:
    """The points of a question, lowest first: in the form's own words where it has some, else in ours."""
    scale = scale_of(question, form)
    values = () if scale is None else tuple(scale_points(scale))
    return [
        ScalePoint(value, _point_label(question, values, place, language, words)) for place, value in enumerate(values)
    ]


def _point_label(question: FormQuestion, values: Sequence[int], place: int, language: str, words: Words) -> str | None:
    labels = question.labels
    if not labels:
        key = _KEYS[question.type][place]
        return None if key is None else words[key].replace("{n}", str(values[place]))
    if len(labels) == len(values):
        found = labels[place]
    elif place in {0, len(values) - 1}:
        found = labels[0 if place == 0 else -1]
    else:
        return None
    return found.get(language) or next(iter(found.values()))
