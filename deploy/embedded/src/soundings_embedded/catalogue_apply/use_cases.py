"""Checking, planning and applying a declaration through the HTTP API of the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from soundings.client import Soundings
from soundings.events.forms import FormBody
from soundings_embedded.catalogue_apply.domain import ApplyStep, apply_step_of, iter_declared
from soundings_embedded.catalogue_apply.templates import FindNames, Names, expand_template

Json = dict[str, object]
Declared = Sequence[tuple[str, str, Json]]
"""Entities as kind in the plural, id and body, in the order in which they may refer to each other."""


@dataclass(frozen=True, slots=True)
class DeclarationCheck:
    """What the catalogue would refuse, and what would be incomplete; a line for each."""

    errors: Sequence[str]
    findings: Sequence[str]


def declared_entities(client: Soundings, document: object) -> Declared:
    """The entities of a document, with templates written out."""
    every = list(iter_declared(document))
    names = _names_in(client, every)
    return [
        (entities, entity_id, expand_template(entity_id, body, names) if entities == "forms" else body)
        for entities, entity_id, body in every
    ]


def check_declared(client: Soundings, every: Declared) -> DeclarationCheck:
    """Have the catalogue check all entities by the rules with which it writes; changes nothing."""
    items: list[Json] = [{"entities": entities, "id": entity_id, "body": body} for entities, entity_id, body in every]
    checked = client.check(items)
    return DeclarationCheck(_lines(checked, "errors"), _lines(checked, "findings"))


def _lines(checked: Sequence[Json], name: str) -> Sequence[str]:
    return [
        ": ".join(part for part in (f"{one['entities']}/{one['id']}", fault["field"], fault["detail"]) if part)
        for one in checked
        for fault in cast("list[dict[str, str]]", one[name])
    ]


def plan_steps(client: Soundings, every: Declared) -> Sequence[ApplyStep]:
    """What would have to happen for the catalogue to be as declared; changes nothing."""
    return [
        apply_step_of(entities, entity_id, body, client.get(entities, entity_id)) for entities, entity_id, body in every
    ]


def _names_in(client: Soundings, every: Declared) -> FindNames:
    """Names as the document says them, or else as the catalogue does."""
    said = {(entities, entity_id): body for entities, entity_id, body in every}

    def names(entities: str, entity_id: str) -> Names | None:
        body = said.get((entities, entity_id)) or client.get(entities, entity_id)
        found = None if body is None else body.get("name")
        return cast("Names", found) if isinstance(found, dict) and found else None

    return names


def apply_step(client: Soundings, one: ApplyStep) -> str:
    """Do one step, and publish a form whose newest version is not what it says; what was done, in a few words."""
    done = {"create": "created", "change": f"changed ({', '.join(one.changes)})", "keep": "as it was"}[one.action]
    # Unchanged entities are not sent, so applying a file twice leaves no trace in the history.
    if one.action != "keep":
        client.put(one.entities, one.entity_id, one.body)
    if one.entities == "forms":
        before = cast("Json", client.get("forms", one.entity_id)).get("published")
        version = client.publish(one.entity_id)
        if version != before:
            done += f", published as version {version}"
    return done


def next_steps(applied: Sequence[ApplyStep], pages: str | None) -> Sequence[str]:
    """What can be done with entities that were just applied; ``pages`` is where hosted pages are, if that is known."""
    hosted = [one.entity_id for one in applied if pages and one.entities == "forms" and _is_hosted(one.body)]
    new_sources = [one.entity_id for one in applied if one.entities == "sources" and one.action == "create"]
    return [
        *(f"The page of {form}: {pages}/f/{form}" for form in hosted),
        *(f"Make a key with which {source} sends: soundings key {source}" for source in new_sources),
    ]


def _is_hosted(body: Json) -> bool:
    ways = FormBody.model_validate(body).deliveries
    return not ways or "hosted" in ways
