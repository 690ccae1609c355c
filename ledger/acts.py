"""Acts: what operators did to the ledger itself, and who saw what is hidden; each row is signed and never changed.

It gets its place in the chain of acts and its code at the end of the transaction that writes it (ledger/chains.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.chains import chain_acts
from ledger.engine import at_end, now
from ledger.tables import act

LONGEST = 500


@dataclass(frozen=True, slots=True)
class Act:
    """One act: by whom, why, what it was and about what; `detail` is small JSON without personal data."""

    at: datetime
    by: str
    reason: str
    act: str
    subject: str
    detail: Mapping[str, Any]


def write(
    connection: Connection, name: str, subject: str, *, by: str, reason: str, detail: Mapping[str, Any] | None = None
) -> Act:
    """Put an act on record in the caller's transaction; raises ValueError where nobody or nothing signs for it."""
    if not by.strip() or not reason.strip():
        raise ValueError("an act is signed: --by and --reason say who and why")
    made = Act(now(connection), by.strip()[:LONGEST], reason.strip()[:LONGEST], name, subject, dict(detail or {}))
    values = {field: getattr(made, field) for field in Act.__slots__}
    number = connection.scalar(act.insert().values(**values).returning(act.c.id))
    # By then this transaction holds all else that it locks, so that nobody waits for an act and is waited for.
    at_end(connection, chain_acts, number or 0)
    return made


@dataclass(frozen=True, slots=True)
class Which:
    """Which acts are meant; what is None does not narrow."""

    by: str | None = None
    act: str | None = None
    subject: str | None = None


def listed(connection: Connection, which: Which, limit: int, before: int | None = None) -> list[tuple[int, Act]]:
    """Acts with their numbers, the latest first, before the number `before`."""
    wanted = [act.c[name] == value for name in Which.__slots__ if (value := getattr(which, name)) is not None]
    if before is not None:
        wanted.append(act.c.id < before)
    chosen = sa.select(act.c.id, *(act.c[field] for field in Act.__slots__)).where(*wanted)
    return [(row[0], Act(*row[1:])) for row in connection.execute(chosen.order_by(act.c.id.desc()).limit(limit))]


def of(connection: Connection, name: str, subject: str) -> list[Act]:
    """Every act of that name about that subject, oldest first."""
    chosen = sa.select(*(act.c[field] for field in Act.__slots__)).where(act.c.act == name, act.c.subject == subject)
    return [Act(*row) for row in connection.execute(chosen.order_by(act.c.id))]
