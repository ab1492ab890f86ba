"""When a form can be answered from the web."""

from datetime import datetime
from typing import Literal

from soundings.events.forms import FormBody
from soundings.http.problems import ProblemException

FormAvailability = Literal["open", "not_open_yet", "closed"]


def form_availability(form: FormBody, now: datetime) -> FormAvailability:
    """Whether a form is open at an instant; it opens at ``opens_at`` and is closed from ``closes_at`` on."""
    if form.opens_at is not None and now < form.opens_at:
        return "not_open_yet"
    if form.closes_at is not None and now >= form.closes_at:
        return "closed"
    return "open"


def must_be_open(form: FormBody, now: datetime, given_at: datetime | None = None) -> None:
    """Raises a 403 where a form is not open now, nor was when the person answered, as far as that is believed."""
    state = form_availability(form, now)
    if state == "open":
        return
    if given_at is not None and given_at <= now and form_availability(form, given_at) == "open":
        return
    detail = "This form is not open yet." if state == "not_open_yet" else "This form is closed."
    raise ProblemException(403, "form_closed", detail)
