"""Forms that a declaration makes of a template: `template: a11-v2`, and whatever it says otherwise."""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from catalogue_api.forms.templates.render import TEMPLATES, TemplateContext, render_template
from soundings_embedded.catalogue_apply.domain import BadDeclaration, Json

Names = Mapping[str, str]
FindNames = Callable[[str, str], Names | None]
"""The names by language of an entity of a kind (first, in the plural) with an id (second); None where there is none."""


def expand_template(form_id: str, body: Json, names: FindNames) -> Json:
    """The body of a form: that of its template with what else it says in its place; as it is where it has none.

    ``template`` is an id, or ``{id, languages}`` to have only some of its languages.
    """
    if "template" not in body:
        return body
    place = f"forms.{form_id}"
    template_id, languages = _asked_for(place, body["template"])
    said = {name: value for name, value in body.items() if name != "template"}
    return {**render_template(TEMPLATES[template_id], _setting(place, said, names), languages), **said}


def _asked_for(place: str, said: object) -> tuple[str, Sequence[str]]:
    details = cast("Json", said) if isinstance(said, dict) else {"id": said}
    template = TEMPLATES.get(str(details.get("id")))
    if template is None or not details.keys() <= {"id", "languages"}:
        raise BadDeclaration(f"{place}.template: must be one of {', '.join(TEMPLATES)}, or {{id, languages}}.")
    languages = _ids(f"{place}.template", details, "languages") if "languages" in details else ()
    unknown = [one for one in languages if one not in template.languages]
    if unknown:
        raise BadDeclaration(f"{place}.template: {template.id} is written in {', '.join(template.languages)} only.")
    return template.id, languages


def _setting(place: str, said: Json, names: FindNames) -> TemplateContext:
    agency_id, services = str(said.get("agency_id")), _ids(place, said, "service_ids")
    agency = names("agencies", agency_id)
    if agency is None:
        raise BadDeclaration(f"{place}.agency_id: a template needs the name of an agency, and {agency_id!r} is none.")
    return TemplateContext(
        agency_id=agency_id,
        service_ids=services,
        source_id=None if said.get("source_id") is None else str(said["source_id"]),
        agency=agency,
        service=names("services", services[0]) if len(services) == 1 else None,
    )


def _ids(place: str, said: Json, name: str) -> Sequence[str]:
    ids = said.get(name)
    if not isinstance(ids, list) or not ids:
        raise BadDeclaration(f"{place}.{name}: must be a list that is not empty.")
    return [str(one) for one in cast("list[object]", ids)]
