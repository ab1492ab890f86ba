"""The policy table: what each operation asks of its caller. What is not in the table is denied."""

from dataclasses import dataclass
from enum import Enum

from soundings.access.roles import STAFF, Role


class Door(Enum):
    """The ways through a door other than a role."""

    PUBLIC = "public"  # nobody needs to say who they are; a staff token widens what they see
    SOURCE = "source"  # a source key, checked by the service itself


@dataclass(frozen=True, slots=True)
class Staff:
    """A staff token with one of these roles, which reaches an agency unless ``needs_agency`` is False."""

    roles: frozenset[Role]
    needs_agency: bool = True


@dataclass(frozen=True, slots=True)
class SourceOrStaff:
    """A source key, checked by the listening service itself, or a staff token with one of these roles."""

    roles: frozenset[Role]


Access = Door | Staff | SourceOrStaff

_ANY_STAFF = Staff(STAFF)
_MANAGER = Staff(frozenset({Role.MANAGER}))
_ADMIN = Staff(frozenset({Role.ADMIN}))
_ANALYST = Staff(frozenset({Role.ANALYST}))
_ADVOCATE = Staff(frozenset({Role.ADVOCATE}))

ENTITIES = (
    "agencies",
    "departments",
    "services",
    "measures",
    "forms",
    "sources",
    "standards",
    "touchpoints",
    "articles",
    "personas",
)

POLICY: dict[str, Access] = {
    # every service
    "livez": Door.PUBLIC,
    "readyz": Door.PUBLIC,
    "version": Door.PUBLIC,
    "docs": Door.PUBLIC,
    "docs_asset": Door.PUBLIC,
    "openapi": Door.PUBLIC,
    # listening
    "feedback.responses.submit": Door.SOURCE,
    "feedback.interactions.record": Door.SOURCE,
    "feedback.tallies.record": Door.SOURCE,
    "feedback.responses.preview": Door.SOURCE,
    "feedback.interactions.preview": Door.SOURCE,
    "feedback.tallies.preview": Door.SOURCE,
    "feedback.events.receive": Door.SOURCE,
    "feedback.responses.retract": Door.SOURCE,
    "feedback.interactions.retract": Door.SOURCE,
    "feedback.tallies.retract": Door.SOURCE,
    "feedback.receipts.erase": Door.PUBLIC,
    "feedback.subjects.find": _ADMIN,
    "feedback.erasures.erase": _ADMIN,
    "feedback.forms.get": Door.PUBLIC,
    "feedback.forms.respond": Door.PUBLIC,
    "feedback.forms.event": Door.PUBLIC,
    "feedback.forms.respond.preflight": Door.PUBLIC,
    "feedback.forms.event.preflight": Door.PUBLIC,
    "feedback.widget.newest": Door.PUBLIC,
    "feedback.widget.version": Door.PUBLIC,
    "feedback.page.show": Door.PUBLIC,
    "feedback.page.go_on": Door.PUBLIC,
    "feedback.page.asset": Door.PUBLIC,
    "feedback.reviews.review": _MANAGER,
    "feedback.connectors.receive": Door.SOURCE,
    "feedback.connectors.preview": SourceOrStaff(_MANAGER.roles),
    "feedback.connectors.seal": _MANAGER,
    # knowing
    "catalogue.forms.publish": _MANAGER,
    "catalogue.form_templates.list": Staff(STAFF, needs_agency=False),
    "catalogue.form_templates.fill": _ANY_STAFF,
    "catalogue.forms.findings": _ANY_STAFF,
    "catalogue.forms.versions": _ANY_STAFF,
    "catalogue.forms.version": _ANY_STAFF,
    "catalogue.forms.snippet": _ANY_STAFF,
    "catalogue.keys.create": _MANAGER,
    "catalogue.keys.list": _MANAGER,
    "catalogue.keys.revoke": _MANAGER,
    "catalogue.token_revocations.create": _ADMIN,
    "catalogue.token_revocations.list": _ADMIN,
    **{f"catalogue.{entities}.{verb}": _MANAGER for entities in ENTITIES for verb in ("put", "patch", "retire")},
    **{f"catalogue.{entities}.{verb}": _ANY_STAFF for entities in ENTITIES for verb in ("get", "list", "history")},
    # measuring
    "metrics.measures.list": Door.PUBLIC,
    "metrics.metrics.list": Door.PUBLIC,
    "metrics.metrics.get": Door.PUBLIC,
    "metrics.query": Door.PUBLIC,
    "metrics.responses.list": _ADVOCATE,
    "metrics.responses.get": _ADVOCATE,
    "metrics.interactions.list": _ANALYST,
    "metrics.subjects.records": _ADMIN,
    "metrics.records.compare": Door.SOURCE,
    "metrics.dead_letters.list": _ADMIN,
    "metrics.dead_letters.replay": _ADMIN,
    "metrics.parked.list": _ADMIN,
    "metrics.parked.resume": _ADMIN,
    # the front page of the embedded mode
    "front_page": Door.PUBLIC,
}
