"""Which senders are sources of an agency, as a condition of a query."""

from sqlalchemy import ColumnElement, select, true

from metrics_worker.db.tables import catalogue_entity


def sent_within(source: ColumnElement[str], agency: str | None) -> ColumnElement[bool]:
    """Whether the sender in a column is a source of an agency, retired ones too; any sender where that is None."""
    if agency is None:
        return true()
    sources = select(catalogue_entity.c.id).where(
        catalogue_entity.c.entity == "source", catalogue_entity.c.agency_id == agency
    )
    return source.in_(sources)
