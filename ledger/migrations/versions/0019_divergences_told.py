"""Differences between the ledger and BNMP that were told, and how far the comparison of both has come."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "divergence",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", _IDENTIFIER, nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("document_id", sa.Text(), nullable=True),
        sa.Column("told_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_divergence_person", "divergence", ["person"])
    op.create_index("ix_divergence_unit", "divergence", ["unit"])
    op.create_table(
        "comparison",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
