"""Resolution of an item's form and service in the catalogue."""

from typing import Final

from feedback_api.catalogue_projection.read_models import FormView
from feedback_api.intake.context import CatalogueLookup, IntakeContext, named_service, own_service
from feedback_api.intake.errors import invalid_field, missing_field
from feedback_api.intake.field_readers import Item, read_reference, whole_number

_VERSION_MAX: Final = 1_000_000


def resolve_form(item: Item, sender: IntakeContext, directory: CatalogueLookup) -> FormView:
    """The version of the form that an item names, or else its newest one; refuses what is not the agency's."""
    form_id = read_reference(item, "form_id")
    if form_id is None:
        raise missing_field("form_id")
    version = whole_number(item, "form_version", 1, _VERSION_MAX)
    view = directory.find_form(form_id, version)
    if view is not None and view.agency_id == sender.agency.id:
        return view
    if view is None and version is not None and directory.find_form(form_id) is not None:
        raise invalid_field("form_version", "unknown_version", "is not a published version of this form")
    raise invalid_field("form_id", "unknown_form", "is not a published form of your agency that is in force")


def resolve_form_service(item: Item, form: FormView, sender: IntakeContext, directory: CatalogueLookup) -> str:
    """The service that an item names; else the only one of the form, or else of the source."""
    service_id = named_service(item, sender, directory)
    if service_id is None:
        only = form.only_service or sender.source.only_service
        if only is None:
            raise missing_field("service_id")
        service_id = own_service(only, sender, directory)
    if service_id not in form.service_ids:
        raise invalid_field("service_id", "not_of_form", "is not a service that this form asks about")
    return service_id
