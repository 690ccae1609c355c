"""What a deadline counts from: the term of a mandado, and the day of fulfilment that a certidão tells."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("document", sa.Column("term_days", sa.Integer(), nullable=True))
    op.add_column("document", sa.Column("fulfilled_on", sa.Date(), nullable=True))
