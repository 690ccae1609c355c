"""Acts of operators as a chain, and entries of the history that vouch for the payload they took in."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward; the acts that are there are chained with the next seal, their payloads are not blamed."""
    op.add_column("history", sa.Column("payload", sa.Text(), nullable=True))
    op.add_column("act", sa.Column("position", sa.Integer(), nullable=True))
    op.add_column("act", sa.Column("code", sa.Text(), nullable=True))
    op.create_index("act_position", "act", ["position"], unique=True)
    op.add_column("seal_head", sa.Column("unvouched_to", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE seal_head SET unvouched_to = (SELECT COALESCE(MAX(id), 0) FROM history)")
