"""A partition that stopped because too many of its records died, and from where its dead letters count again."""

import sqlalchemy as sa
from alembic import op

from ledger.tables import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("consumed", sa.Column("stopped_at", Instant(), nullable=True))
    op.add_column("consumed", sa.Column("letters_from", sa.BigInteger(), nullable=False, server_default="0"))
