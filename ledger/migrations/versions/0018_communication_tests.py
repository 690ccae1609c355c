"""The last communication test of each user, and the last calls of ours that did not reach BNMP."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Identifier, Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "link_test",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("app_server", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user"),
    )
    op.create_index("ix_link_test_at", "link_test", ["at"], unique=False)
    op.create_table(
        "link_failure",
        sa.Column("id", Identifier, autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
