"""Planning and applying a declaration over the catalogue's own doors."""

from collections.abc import Sequence
from typing import cast

from soundings.client import Soundings
from soundings_embedded.catalogue_files.domain import Step, declared, step

Json = dict[str, object]


def plan(client: Soundings, document: object) -> Sequence[Step]:
    """What would have to happen for the catalogue to be as the document says; changes nothing."""
    return [
        step(entities, entity_id, body, client.get(entities, entity_id))
        for entities, entity_id, body in declared(document)
    ]


def carry_out(client: Soundings, one: Step) -> str:
    """Do one step, and publish a form whose newest version is not what it says; what was done, in a few words."""
    done = {"create": "created", "change": f"changed ({', '.join(one.changes)})", "keep": "as it was"}[one.action]
    if one.action != "keep":
        client.put(one.entities, one.entity_id, one.body)
    if one.entities == "forms":
        before = cast("Json", client.get("forms", one.entity_id)).get("published")
        version = client.publish(one.entity_id)
        if version != before:
            done += f", published as version {version}"
    return done
