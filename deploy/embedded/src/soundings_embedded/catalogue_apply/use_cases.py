"""Planning and applying a declaration through the HTTP API of the catalogue."""

from collections.abc import Sequence
from typing import cast

from soundings.client import Soundings
from soundings_embedded.catalogue_apply.domain import ApplyStep, apply_step_of, iter_declared
from soundings_embedded.catalogue_apply.templates import FindNames, Names, expand_template

Json = dict[str, object]


def plan_steps(client: Soundings, document: object) -> Sequence[ApplyStep]:
    """What would have to happen for the catalogue to be as the document says; changes nothing."""
    every = list(iter_declared(document))
    names = _names_in(client, every)
    return [
        apply_step_of(
            entities,
            entity_id,
            expand_template(entity_id, body, names) if entities == "forms" else body,
            client.get(entities, entity_id),
        )
        for entities, entity_id, body in every
    ]


def _names_in(client: Soundings, every: Sequence[tuple[str, str, Json]]) -> FindNames:
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
