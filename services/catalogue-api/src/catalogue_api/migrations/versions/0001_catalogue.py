"""The first shape: entities, references, versions, changes, source keys and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    _entities()
    _versions_and_changes()
    _source_keys()
    _outbox()


def _entities() -> None:
    op.create_table(
        "entities",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("agency_id", sa.String, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("published", sa.Integer, nullable=True),
        sa.Column("sought", sa.String, nullable=False),
    )
    op.create_index("entities_by_agency", "entities", ["kind", "agency_id", "id"])
    op.create_table(
        "entity_references",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("to_kind", sa.String, primary_key=True),
        sa.Column("to_id", sa.String, primary_key=True),
    )
    op.create_index("entity_references_back", "entity_references", ["to_kind", "to_id", "kind", "id"])


def _versions_and_changes() -> None:
    op.create_table(
        "versions",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("revision", sa.BigInteger, primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("old", sa.String, nullable=True),
        sa.Column("new", sa.String, nullable=True),
    )


def _source_keys() -> None:
    op.create_table(
        "source_keys",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("source_id", sa.String, nullable=False),
        sa.Column("key_hash", sa.String, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("revoked_at", sa.BigInteger, nullable=True),
        sa.Column("revoked_by", sa.String, nullable=True),
    )
    op.create_index("source_keys_by_source", "source_keys", ["source_id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=True),
        sa.Column("headers", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    counter = op.create_table(
        "outbox_counter",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(counter, [{"id": 1, "next": 1}])
