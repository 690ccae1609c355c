"""The history of parties whole, what was said of a person's custody, and the party of a document's case."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None

_IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("custody", sa.Column("party_id", sa.Text(), nullable=True))
    op.add_column("custody", sa.Column("kind_code", sa.Integer(), nullable=True))
    op.add_column("custody", sa.Column("counts_for_sentence", sa.Boolean(), nullable=True))
    op.add_column("custody", sa.Column("place_kind", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("party_id", sa.Text(), nullable=True))
    op.create_table(
        "custody_watch",
        sa.Column("person", _IDENTIFIER, nullable=False),
        sa.Column("banners", sa.JSON(), nullable=False),
        sa.Column("divergences", sa.JSON(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.person"]),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_index("ix_custody_watch_due_at", "custody_watch", ["due_at"], unique=False)
