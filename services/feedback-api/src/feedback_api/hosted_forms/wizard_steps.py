"""The steps in which a form is asked: its pages, and without scripts a new step wherever a branch begins."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from soundings.events.forms import FormBody, FormQuestion


@dataclass(frozen=True, slots=True)
class WizardStep:
    """Questions that stand on one screen; ``rest`` are those behind them on the same page of the form."""

    page: int
    questions: tuple[FormQuestion, ...]
    rest: tuple[FormQuestion, ...] = ()
    is_last: bool = False

    @property
    def step_id(self) -> str:
        """The step is known by its first question, whether it is a whole page or a part of one."""
        return self.questions[0].id


def steps_of(form: FormBody, *, live: bool) -> Sequence[WizardStep]:
    """All steps in order. ``live`` says that scripts show and hide questions, so that each page is one step."""
    parts: list[list[FormQuestion]] = []
    for question in form.questions:
        if not parts or parts[-1][0].page != question.page or (not live and _starts_branch(question, parts[-1])):
            parts.append([])
        parts[-1].append(question)
    return [_wizard_step(parts, number) for number in range(len(parts))]


def step_at(steps: Sequence[WizardStep], question_id: str) -> int:
    """The place of the step that begins with a question, or that holds it; the first one where there is none."""
    for number, step in enumerate(steps):
        if any(question.id == question_id for question in step.questions):
            return number
    return 0


def next_step(steps: Sequence[WizardStep], number: int, asked: Collection[str], *, ends: bool) -> int | None:
    """The next step in which something is asked; the last one in any case where the form ``ends`` with more to ask."""
    for later in range(number + 1, len(steps)):
        if _asks_any(steps[later], asked) or (ends and later == len(steps) - 1):
            return later
    return None


def step_before(steps: Sequence[WizardStep], number: int, asked: Collection[str]) -> int:
    """The step before in which something is asked; the same one where there is none."""
    return next((earlier for earlier in range(number - 1, -1, -1) if _asks_any(steps[earlier], asked)), number)


def _asks_any(step: WizardStep, asked: Collection[str]) -> bool:
    return any(question.id in asked and question.type != "hidden" for question in step.questions)


def _starts_branch(question: FormQuestion, before: Sequence[FormQuestion]) -> bool:
    return question.show_when is not None and any(one.id == question.show_when.question for one in before)


def _wizard_step(parts: Sequence[Sequence[FormQuestion]], number: int) -> WizardStep:
    page = parts[number][0].page
    rest = tuple(question for part in parts[number + 1 :] for question in part if question.page == page)
    return WizardStep(page, tuple(parts[number]), rest, is_last=number == len(parts) - 1)
