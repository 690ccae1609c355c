"""Acts have their place when they are committed; those before this release are given theirs by the next seal."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("seal_head", sa.Column("unplaced_to", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE seal_head SET unplaced_to = (SELECT COALESCE(MAX(id), 0) FROM act WHERE position IS NULL)")
