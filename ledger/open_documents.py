"""What is open: the one condition, which is the partial index's too, so that who asks for it reads the open ones alone.

Nearly every document of a ledger that has run for a while has ended.
"""

import sqlalchemy as sa

from ledger.tables import document
from rules.transmission import TERMINAL

IS_OPEN = sa.text(f"state NOT IN ({', '.join(sorted(repr(str(state)) for state in TERMINAL))})")
"""Of `document` alone. In words and not in parameters: SQLite takes the index for its own condition only."""

INDEX = sa.Index(
    "document_open",
    document.c.state,
    document.c.reason,
    document.c.since,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)
