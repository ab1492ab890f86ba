"""A digest of the last record that was applied of each partition, and why one was found not to fit the log.

Positions from before have none: whoever takes them first adopts the record that then stands before them.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BYTES = {"sqlite": "BLOB", "postgresql": "BYTEA"}


def upgrade() -> None:
    op.execute("ALTER TABLE position ADD COLUMN last_position BIGINT")
    op.execute(f"ALTER TABLE position ADD COLUMN last_digest {_BYTES[op.get_bind().dialect.name]}")
    op.execute("ALTER TABLE position ADD COLUMN log_mismatch TEXT")
