"""Labels of source keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the label, which keys made before do not have."""
    op.add_column("source_keys", sa.Column("label", sa.String, nullable=True))
