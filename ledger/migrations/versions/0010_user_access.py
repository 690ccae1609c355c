"""What each user may do, and whose access a held document waits for."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "user_access",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("duties", sa.JSON(), nullable=False),
        sa.Column("sca_confirmed", sa.Boolean(), nullable=False),
        sa.Column("saj_authenticated", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("settles_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("user"),
    )
