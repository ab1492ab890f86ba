"""Making a form of a template: an agency's names in its texts, and whom it asks about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from catalogue_api.forms.templates import omb_a11, short_forms
from catalogue_api.forms.templates.blocks import AGENCY, SERVICE, FormTemplate, Json

TEMPLATES: Final[Mapping[str, FormTemplate]] = {one.id: one for one in (*omb_a11.TEMPLATES, *short_forms.TEMPLATES)}
"""All templates by id, in the order in which they are listed."""

_OUR_SERVICES: Final = {"en": "our services", "es": "nuestros servicios", "ar": "خدماتنا"}
Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TemplateContext:
    """What a template is filled with: an agency and its services by their ids, their names, and the source if known.

    ``service`` is the name of the only service; None where there are several.
    """

    agency_id: str
    service_ids: Sequence[str]
    source_id: str | None
    agency: Names
    service: Names | None


def render_template(template: FormTemplate, setting: TemplateContext, languages: Collection[str] = ()) -> Json:
    """The body of a form, ready to be written; in ``languages`` only where some are named."""
    wanted = [language for language in template.languages if not languages or language in languages]
    filled = cast("Json", _filled(dict(template.body), setting, wanted))
    about: Json = {"agency_id": setting.agency_id, "service_ids": list(setting.service_ids)}
    if setting.source_id is not None:
        about["source_id"] = setting.source_id
    return {**about, **filled}


def _filled(value: object, setting: TemplateContext, languages: Sequence[str]) -> object:
    if isinstance(value, list | tuple):
        return [_filled(one, setting, languages) for one in cast("Sequence[object]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("Json", value)
    if "en" in fields:
        return {language: _named(str(fields[language]), language, setting) for language in languages}
    return {name: _filled(one, setting, languages) for name, one in fields.items()}


def _named(text: str, language: str, setting: TemplateContext) -> str:
    service = _OUR_SERVICES[language] if setting.service is None else _name(setting.service, language)
    return text.replace(AGENCY, _name(setting.agency, language)).replace(SERVICE, service)


def _name(names: Names, language: str) -> str:
    return names.get(language) or next(iter(names.values()))
