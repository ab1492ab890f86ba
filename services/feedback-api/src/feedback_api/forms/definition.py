"""A published form as the public sees it, with an ETag of its content."""

from dataclasses import dataclass
from hashlib import sha256

import orjson

from feedback_api.projection.views import FormView


@dataclass(frozen=True, slots=True)
class Definition:
    """The JSON of a form's newest version, and its strong ETag."""

    content: bytes
    etag: str


def definition_of(form: FormView) -> Definition:
    """``{form_id, version, agency_id, service_ids, title, questions, thank_you?}``; what is absent is left out."""
    body = form.body.form.model_dump(mode="json", exclude_none=True, by_alias=True, exclude={"source_id", "abuse"})
    content = orjson.dumps({"form_id": form.form_id, "version": form.version, **body})
    return Definition(content, f'"{sha256(content).hexdigest()[:32]}"')


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether the client already has this content (RFC 9110, section 13.1.2: weak comparison)."""
    if if_none_match is None:
        return False
    offered = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in offered or "*" in offered
