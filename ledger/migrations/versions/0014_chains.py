"""The history as chains: an entry's place and code, what each person's chain came to, and the last seal."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward; entries that are there have no codes, and up to which one that is so is kept."""
    op.add_column("history", sa.Column("position", sa.Integer(), nullable=True))
    op.add_column("history", sa.Column("code", sa.Text(), nullable=True))
    op.create_table(
        "chain",
        sa.Column("person", _IDENTIFIER, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "seal_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sealed_at", Instant(), nullable=True),
        sa.Column("unchained_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO seal_head SELECT 1, 0, '', NULL, COALESCE(MAX(id), 0) FROM history")
