"""What BNMP showed of antecedents that are not ours, and RJIs that are said to be one person."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("person", sa.Column("merges_from", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("merges_into", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("merge_told", sa.Text(), nullable=True))
    op.create_index("ix_person_rji", "person", ["rji"], unique=False)
    op.create_index("ix_person_merges_from", "person", ["merges_from"], unique=False)
    op.add_column("document", sa.Column("found", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("document", sa.Column("looked_up_at", Instant(), nullable=True))
    op.add_column("document", sa.Column("rji", sa.Text(), nullable=True))
