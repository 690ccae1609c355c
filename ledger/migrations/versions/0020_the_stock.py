"""The stock: items as SAJ lists them, and the unit's analysis that each document of theirs carries."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("document", sa.Column("analysis", sa.JSON(), nullable=True))
    op.create_table(
        "legacy_item",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=True),
        sa.Column("case_status", sa.Text(), nullable=True),
        sa.Column("custody_status", sa.Text(), nullable=True),
        sa.Column("summing_case", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=True),
        sa.Column("listed_at", Instant(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"]),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index("ix_legacy_item_person", "legacy_item", ["person"])
    op.create_index("ix_legacy_item_case_number", "legacy_item", ["case_number"])
    op.create_index(
        "legacy_item_pending",
        "legacy_item",
        ["unit"],
        sqlite_where=sa.text("colour IS NULL"),
        postgresql_where=sa.text("colour IS NULL"),
    )
