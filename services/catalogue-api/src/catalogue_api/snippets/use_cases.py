"""Showing what to paste for a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from catalogue_api.entities.change_steps import require_entity, require_read
from catalogue_api.entities.domain import Entity, body_document
from catalogue_api.entities.ports import Catalogue
from catalogue_api.snippets.domain import DELIVERIES, EmbedSnippet, SnippetForm, WidgetScript, embed_snippets
from soundings.access.roles import Principal
from soundings.events.catalogue import AgencyBody, SourceBody
from soundings.kernel.errors import FieldError
from soundings.widget_release import INTEGRITY, VERSION


@dataclass(frozen=True, slots=True)
class SnippetReport:
    """The snippets of a form, the script that they name, and what keeps them from working."""

    widget: WidgetScript
    snippets: Sequence[EmbedSnippet]
    origins: Sequence[str]
    findings: Sequence[FieldError]


@dataclass(frozen=True, slots=True)
class ShowSnippets:
    catalogue: Catalogue

    async def __call__(self, form_id: str, base: str, language: str | None, caller: Principal) -> SnippetReport:
        """``base`` is the public address of listening. Raises NotFound and ForeignAgency."""
        async with self.catalogue.reading() as reader:
            form = await require_entity(reader, "form", form_id)
            require_read(caller, form.agency_id)
            body = body_document(form.body)
            agency = await reader.get("agency", form.agency_id)
            source_id = body.get("source_id")
            source = await reader.get("source", source_id) if isinstance(source_id, str) else None
        spoken = language or (agency.body.default_language if agency and isinstance(agency.body, AgencyBody) else "en")
        origins = source.body.origins if source and isinstance(source.body, SourceBody) else ()
        widget = WidgetScript(VERSION, f"{base}/widget/{VERSION}.js", INTEGRITY)
        findings = _findings(form, source, origins)
        return SnippetReport(widget, embed_snippets(_asked(form.id, body, spoken), widget, base), origins, findings)


def _asked(form_id: str, body: Mapping[str, object], language: str) -> SnippetForm:
    texts = cast("Mapping[str, str]", body.get("button_text") or {})
    again, chosen = body.get("ask_again_after_days"), cast("Sequence[str]", body.get("deliveries") or ())
    return SnippetForm(
        form_id,
        label=texts.get(language) or next(iter(texts.values()), None),
        ask_again_after_days=again if isinstance(again, int) else None,
        deliveries=[delivery for delivery in DELIVERIES if delivery in chosen],
    )


def _findings(form: Entity, source: Entity | None, origins: Sequence[str]) -> list[FieldError]:
    found: list[FieldError] = []
    if not form.is_active:
        found.append(FieldError("state", "retired", "the form is retired: pages will not show it"))
    elif form.published is None:
        found.append(
            FieldError("published", "not_published", "publish the form first: pages show published versions only")
        )
    if source is None or not source.is_active:
        found.append(
            FieldError("source_id", "missing", "the form names no source in force, so pages cannot send answers")
        )
    elif len(_services(form)) > 1 and len(_services(source)) > 1:
        detail = "the form is about several services: say which in data-soundings-service, or ?service_id= of the link"
        found.append(FieldError("service_ids", "several", detail))
    if source is not None and source.is_active and not origins:
        detail = f"the source {source.id!r} lists no origins, so pages of other addresses than ours cannot send answers"
        found.append(FieldError("origins", "missing", detail))
    return found


def _services(entity: Entity) -> set[object]:
    named = body_document(entity.body).get("service_ids")
    return set(cast("Sequence[object]", named)) if named else set()
