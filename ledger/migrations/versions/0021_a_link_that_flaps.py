"""A link that flaps: how often it went again before it had settled, and the return from which what waits has its clock."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("link", sa.Column("flaps", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("link", sa.Column("back_at", Instant(), nullable=True))
