"""Open documents are found without reading those that have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OPEN = sa.text("state NOT IN ('EXCLUDED', 'REGISTERED', 'REJECTED')")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index(
        "document_open",
        "document",
        ["state", "reason", "since"],
        unique=False,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
