"""Publishing forms, and reading what was published."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalogue_api.entities.change_steps import (
    ChangeAuthor,
    load_proposal,
    require_entity,
    require_read,
    require_write,
    save_change,
    validate_proposal,
)
from catalogue_api.entities.domain import Entity, EntityProposal, EntityVersion, body_document
from catalogue_api.entities.errors import EntityRetired, NotFound
from catalogue_api.entities.ports import Catalogue, CatalogueReader, CatalogueWriter
from catalogue_api.entities.preconditions import Preconditions
from catalogue_api.forms.domain import KIND, published_version
from catalogue_api.forms.lint import lint_form
from soundings.access.roles import Principal
from soundings.events.forms import FormBody, FormVersion, FormVersionChanged
from soundings.kernel.clock import Clock
from soundings.kernel.errors import FieldError

_NUMBER_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The form, the number of its newest version, whether that came into being just now, and what is to be known."""

    form: Entity
    version: int
    is_new: bool
    findings: Sequence[FieldError] = ()


@dataclass(frozen=True, slots=True)
class PublishForm:
    """Makes a version of a form as it is now; unless the newest version says just that."""

    catalogue: Catalogue
    clock: Clock

    async def __call__(self, form_id: str, caller: Principal, conditions: Preconditions) -> PublishResult:
        """Raises NotFound, EntityRetired, ForeignAgency, ChangedMeanwhile, and Refused when it makes no sense now."""
        author = ChangeAuthor.of(caller, self.clock)
        async with self.catalogue.writing() as writer:
            form = await require_entity(writer, KIND.name, form_id)
            require_write(caller, KIND.name, form.agency_id)
            conditions.require(form)
            if not form.is_active:
                raise EntityRetired("It is retired; a PUT revives it.")
            proposal = await load_proposal(writer, KIND, form_id, form.body, before=form, now=author.now)
            validate_proposal(KIND, proposal, caller)
            published = await _publish(writer, form, proposal, author)
        return replace(published, findings=tuple(lint_form(_body(proposal))))


async def _publish(
    writer: CatalogueWriter, form: Entity, proposal: EntityProposal, author: ChangeAuthor
) -> PublishResult:
    newest = await _newest(writer, form)
    number = newest.version + 1 if newest is not None else 1
    version = published_version(form.id, number, _body(proposal), proposal.known)
    # Publishing is idempotent: responses keep the version number of identical content.
    if newest is not None and _says(version) == _says(newest):
        return PublishResult(form, newest.version, is_new=False)
    await writer.keep_version(
        EntityVersion(KIND.name, form.id, number, body_document(version), author.now, author.name)
    )
    # The version event precedes the entity snapshot, so a consumer never sees a published number
    # without its version.
    await writer.enqueue_event(_version_event(version, author.now))
    after = replace(form, revision=form.revision + 1, published=number, updated_at=author.now)
    await save_change(writer, KIND, form, after, author)
    return PublishResult(after, number, is_new=True)


def version_event(version: EntityVersion) -> FormVersionChanged:
    """The event of a published form version."""
    return _version_event(FormVersion.model_validate(version.body, extra="ignore"), version.at)


def _version_event(version: FormVersion, at: datetime) -> FormVersionChanged:
    return FormVersionChanged(id=f"{version.form_id}@{version.version}", revision=1, changed_at=at, body=version)


async def _newest(reader: CatalogueReader, form: Entity) -> FormVersion | None:
    if form.published is None:
        return None
    kept = await reader.version(KIND.name, form.id, form.published)
    return None if kept is None else FormVersion.model_validate(kept.body, extra="ignore")


def _body(proposal: EntityProposal) -> FormBody:
    if not isinstance(proposal.body, FormBody):
        raise TypeError("only forms are published")
    return proposal.body


def _says(version: FormVersion) -> dict[str, object]:
    return {name: value for name, value in body_document(version).items() if name != "version"}


@dataclass(frozen=True, slots=True)
class ListVersions:
    """Lists the versions of a form, the newest first."""

    catalogue: Catalogue

    async def __call__(self, form_id: str, caller: Principal) -> Sequence[EntityVersion]:
        """Raises NotFound and ForeignAgency."""
        async with self.catalogue.reading() as reader:
            require_read(caller, (await require_entity(reader, KIND.name, form_id)).agency_id)
            return list(reversed(await reader.versions(KIND.name, {form_id})))


@dataclass(frozen=True, slots=True)
class GetVersion:
    catalogue: Catalogue

    async def __call__(self, form_id: str, number: int, caller: Principal) -> EntityVersion:
        """Raises NotFound and ForeignAgency."""
        async with self.catalogue.reading() as reader:
            require_read(caller, (await require_entity(reader, KIND.name, form_id)).agency_id)
            version = await reader.version(KIND.name, form_id, number) if 0 < number <= _NUMBER_MAX else None
        if version is None:
            raise NotFound(f"The form {form_id!r} has no version {number}.")
        return version


@dataclass(frozen=True, slots=True)
class LintForm:
    """Lints a draft form."""

    catalogue: Catalogue

    async def __call__(self, form_id: str, caller: Principal) -> Sequence[FieldError]:
        """Raises NotFound and ForeignAgency."""
        async with self.catalogue.reading() as reader:
            form = await require_entity(reader, KIND.name, form_id)
        require_read(caller, form.agency_id)
        return tuple(lint_form(form.body)) if isinstance(form.body, FormBody) else ()
