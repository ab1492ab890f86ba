"""The policy table: what each operation asks of its caller. What is not in the table is denied."""

from dataclasses import dataclass
from enum import Enum

from soundings.access.roles import STAFF, StaffRole


class AuthScheme(Enum):
    """Authentication schemes of operations that require no staff role."""

    PUBLIC = "public"  # no authentication; a staff token extends what is visible
    SOURCE = "source"  # a source key, checked by the service itself


@dataclass(frozen=True, slots=True)
class StaffRoles:
    """A staff token with one of these roles, which reaches an agency unless ``needs_agency`` is False."""

    roles: frozenset[StaffRole]
    needs_agency: bool = True


@dataclass(frozen=True, slots=True)
class SourceOrStaff:
    """A source key, checked by the listening service itself, or a staff token with one of these roles."""

    roles: frozenset[StaffRole]


Access = AuthScheme | StaffRoles | SourceOrStaff

_ANY_STAFF = StaffRoles(STAFF)
_MANAGER = StaffRoles(frozenset({StaffRole.MANAGER}))
_ADMIN = StaffRoles(frozenset({StaffRole.ADMIN}))
_ANALYST = StaffRoles(frozenset({StaffRole.ANALYST}))
_ADVOCATE = StaffRoles(frozenset({StaffRole.ADVOCATE}))

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

# Keys are route names. A route that is missing here is denied, so a forgotten entry cannot open an
# endpoint.
POLICY: dict[str, Access] = {
    # every service
    "livez": AuthScheme.PUBLIC,
    "readyz": AuthScheme.PUBLIC,
    "version": AuthScheme.PUBLIC,
    "docs": AuthScheme.PUBLIC,
    "docs_asset": AuthScheme.PUBLIC,
    "openapi": AuthScheme.PUBLIC,
    # feedback-api
    "feedback.responses.submit": AuthScheme.SOURCE,
    "feedback.interactions.record": AuthScheme.SOURCE,
    "feedback.tallies.record": AuthScheme.SOURCE,
    "feedback.responses.preview": AuthScheme.SOURCE,
    "feedback.interactions.preview": AuthScheme.SOURCE,
    "feedback.tallies.preview": AuthScheme.SOURCE,
    "feedback.events.receive": AuthScheme.SOURCE,
    "feedback.responses.retract": AuthScheme.SOURCE,
    "feedback.interactions.retract": AuthScheme.SOURCE,
    "feedback.tallies.retract": AuthScheme.SOURCE,
    "feedback.receipts.erase": AuthScheme.PUBLIC,
    "feedback.receipts.show": AuthScheme.PUBLIC,
    "feedback.receipts.erase_by_page": AuthScheme.PUBLIC,
    "feedback.subjects.find": _ADMIN,
    "feedback.erasures.erase": _ADMIN,
    "feedback.forms.get": AuthScheme.PUBLIC,
    "feedback.forms.respond": AuthScheme.PUBLIC,
    "feedback.forms.event": AuthScheme.PUBLIC,
    "feedback.forms.respond.preflight": AuthScheme.PUBLIC,
    "feedback.forms.event.preflight": AuthScheme.PUBLIC,
    "feedback.widget.newest": AuthScheme.PUBLIC,
    "feedback.widget.version": AuthScheme.PUBLIC,
    "feedback.page.show": AuthScheme.PUBLIC,
    "feedback.page.go_on": AuthScheme.PUBLIC,
    "feedback.page.asset": AuthScheme.PUBLIC,
    "feedback.reviews.review": StaffRoles(frozenset({StaffRole.MANAGER, StaffRole.ADVOCATE})),
    "feedback.connectors.receive": AuthScheme.SOURCE,
    "feedback.connectors.preview": SourceOrStaff(_MANAGER.roles),
    "feedback.connectors.seal": _MANAGER,
    # catalogue-api
    "catalogue.declarations.check": _MANAGER,
    "catalogue.forms.publish": _MANAGER,
    "catalogue.form_templates.list": StaffRoles(STAFF, needs_agency=False),
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
    # metrics-worker
    "metrics.measures.list": AuthScheme.PUBLIC,
    "metrics.metrics.list": AuthScheme.PUBLIC,
    "metrics.metrics.get": AuthScheme.PUBLIC,
    "metrics.query": AuthScheme.PUBLIC,
    "metrics.responses.list": _ADVOCATE,
    "metrics.responses.get": _ADVOCATE,
    "metrics.interactions.list": _ANALYST,
    "metrics.subjects.records": _ADMIN,
    "metrics.records.compare": AuthScheme.SOURCE,
    "metrics.dead_letters.list": _ADMIN,
    "metrics.dead_letters.replay": _ADMIN,
    "metrics.parked.list": _ADMIN,
    "metrics.parked.resume": _ADMIN,
    # the landing page of the embedded mode
    "front_page": AuthScheme.PUBLIC,
}
