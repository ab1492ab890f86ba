"""Filling a template with the names of an agency."""

from dataclasses import dataclass

from catalogue_api.entities.change_steps import require_read
from catalogue_api.entities.domain import B, Document
from catalogue_api.entities.errors import NotFound
from catalogue_api.entities.ports import Catalogue, CatalogueReader
from catalogue_api.forms.templates.render import TEMPLATES, TemplateContext, render_template
from soundings.access.roles import Principal
from soundings.events.catalogue import AgencyBody, ServiceBody
from soundings.kernel.errors import FieldError, InvalidInput
from soundings.kernel.ids import is_slug


@dataclass(frozen=True, slots=True)
class TemplateRequest:
    """Which template is filled with what; ``languages`` narrows it where some are named."""

    template_id: str
    agency_id: str
    service_ids: tuple[str, ...]
    source_id: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FillTemplate:
    """Makes the body of a form of a template, with an agency's names in it; nothing is kept."""

    catalogue: Catalogue

    async def __call__(self, wanted: TemplateRequest, caller: Principal) -> Document:
        """Raises NotFound, ForeignAgency, and Refused for an agency, service or language that is not there."""
        template = TEMPLATES.get(wanted.template_id)
        if template is None:
            raise NotFound(f"There is no template {wanted.template_id!r}; there are {', '.join(TEMPLATES)}.")
        require_read(caller, wanted.agency_id)
        for language in wanted.languages:
            if language not in template.languages:
                spoken = ", ".join(template.languages)
                raise InvalidInput(
                    [FieldError("language", "unknown", f"{template.id} is written in {spoken}, not in {language}")]
                )
        async with self.catalogue.reading() as reader:
            return render_template(template, await _setting(reader, wanted), wanted.languages)


async def _setting(reader: CatalogueReader, wanted: TemplateRequest) -> TemplateContext:
    agency = await _in_force(reader, "agency", wanted.agency_id, AgencyBody)
    services = [await _in_force(reader, "service", one, ServiceBody) for one in wanted.service_ids]
    return TemplateContext(
        agency_id=wanted.agency_id,
        service_ids=wanted.service_ids,
        source_id=wanted.source_id,
        agency=agency.name,
        service=services[0].name if len(services) == 1 else None,
    )


async def _in_force(reader: CatalogueReader, kind: str, entity_id: str, model: type[B]) -> B:
    found = await reader.get(kind, entity_id) if is_slug(entity_id) else None
    if found is None or not found.is_active or not isinstance(found.body, model):
        raise InvalidInput([FieldError(kind, "unknown", f"no such {kind}")])
    return found.body
