"""Certidões as documents: whom they name and when SAJ released them; who confirmed a resolution."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    for name in ("national_number", "rji", "released_by"):
        op.add_column("certificate", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("certificate", sa.Column("released_at", Instant(), nullable=True))
    op.add_column("document", sa.Column("confirmed", sa.JSON(), nullable=True))
