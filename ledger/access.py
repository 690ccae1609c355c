"""Access: our own copy of what each user may do, as SAJ told it last (docs/law.md access)."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.tables import Instant, document, metadata
from rules.access import Access, Duty
from rules.words import Role

user_access = sa.Table(
    "user_access",
    metadata,
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("position", sa.Text),
    sa.Column("units", sa.JSON, nullable=False),
    sa.Column("duties", sa.JSON, nullable=False),
    sa.Column("sca_confirmed", sa.Boolean, nullable=False),
    sa.Column("saj_authenticated", sa.Boolean, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("settles_at", Instant, nullable=False),
)
_AWAITS = document.c.awaits
sa.Index("document_awaits", _AWAITS, sqlite_where=_AWAITS.is_not(None), postgresql_where=_AWAITS.is_not(None))
_INSERT = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def of(connection: Connection, users: Collection[str]) -> dict[str, Access]:
    """What is known of these users; whoever nobody told us of is left out."""
    if not users:
        return {}
    rows = connection.execute(sa.select(user_access).where(among(user_access.c.user, users)))
    return {row.user: _read(row) for row in rows}


def write(connection: Connection, known: Iterable[Access], now: datetime, settles: float) -> None:
    """Write down what was told of users, in their order; what is there and was said later stays.

    `settles`: the seconds during which an answer of BNMP's may still be under way that knew nothing of the change.
    """
    for one in sorted(known, key=lambda access: access.user):
        row = _row(one) | {"changed_at": now, "settles_at": now + timedelta(seconds=settles)}
        insert: Any = _INSERT[connection.dialect.name](user_access).values(row)
        newer = insert.excluded.at >= user_access.c.at
        rest = {name: insert.excluded[name] for name in row if name != "user"}
        connection.execute(insert.on_conflict_do_update(index_elements=["user"], set_=rest, where=newer))


def _row(one: Access) -> dict[str, Any]:
    return {
        "user": one.user,
        "role": one.role,
        "position": one.position,
        "units": sorted(one.units),
        "duties": [[duty.unit, duty.begins.isoformat(), duty.ends.isoformat()] for duty in one.duties],
        "sca_confirmed": one.sca_confirmed,
        "saj_authenticated": one.saj_authenticated,
        "at": one.at,
    }


def _read(row: Any) -> Access:
    duties = [(unit, *map(datetime.fromisoformat, period)) for unit, *period in row.duties]
    return Access(
        row.user,
        Role(row.role),
        row.at,
        row.position,
        frozenset(row.units),
        tuple(Duty(*duty) for duty in duties),
        row.sca_confirmed,
        row.saj_authenticated,
    )
