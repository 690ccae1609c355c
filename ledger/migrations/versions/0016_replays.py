"""Replays: runs of plans, how far each is, and what became of every record."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "replay_run",
        sa.Column("replay_id", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("became", sa.JSON(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("replay_id"),
    )
    op.create_index("replay_run_plan", "replay_run", ["plan"], unique=False)
    for name, columns in (
        ("replay_place", [sa.Column("next_offset", sa.BigInteger(), nullable=False)]),
        (
            "replay_item",
            [
                sa.Column("first", sa.BigInteger(), nullable=False),
                sa.Column("last", sa.BigInteger(), nullable=False),
                sa.Column("became", sa.Text(), nullable=False),
            ],
        ),
    ):
        op.create_table(
            name,
            sa.Column("replay_id", sa.Text(), nullable=False),
            sa.Column("topic", sa.Text(), nullable=False),
            sa.Column("partition", sa.Integer(), nullable=False),
            *columns,
            sa.ForeignKeyConstraint(["replay_id"], ["replay_run.replay_id"]),
            sa.PrimaryKeyConstraint("replay_id", "topic", "partition", *(["first"] if name == "replay_item" else [])),
        )
