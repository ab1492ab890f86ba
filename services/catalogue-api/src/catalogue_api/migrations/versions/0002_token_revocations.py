"""Revoked staff tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of revoked tokens; there are few, and all of them are read at once."""
    op.create_table(
        "token_revocations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("jti", sa.String, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_by", sa.String, nullable=False),
    )
