"""Facts that wait for their document, custody events, what is taken back, who signs, what is escalated."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_IDENTIFIER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "pending_fact",
        sa.Column("id", _IDENTIFIER, autoincrement=True, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ce_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("saj_key", sa.LargeBinary(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("alarmed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pending_fact_document_id", "pending_fact", ["document_id"], unique=False)
    op.create_table(
        "custody",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("person", _IDENTIFIER, nullable=False),
        sa.Column("case_number", sa.Text(), nullable=True),
        sa.Column("event_code", sa.Integer(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("other_court", sa.Boolean(), nullable=True),
        sa.Column("place", sa.JSON(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"]),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("ix_custody_person", "custody", ["person"], unique=False)
    op.add_column("document", sa.Column("released", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("document", sa.Column("withdrawal", sa.JSON(), nullable=True))
    op.add_column("document", sa.Column("hands", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("document", sa.Column("cleared", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("document", sa.Column("escalate_at", Instant(), nullable=True))
    op.add_column("document", sa.Column("escalated", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_index(
        "document_escalation",
        "document",
        ["escalate_at"],
        unique=False,
        sqlite_where=sa.text("escalate_at IS NOT NULL"),
        postgresql_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.add_column("link", sa.Column("until", Instant(), nullable=True))
