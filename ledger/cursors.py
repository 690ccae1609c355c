"""Cursors: which record of each partition is next. They are the truth; Kafka's group offsets follow them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.bulk import upsert
from ledger.engine import LedgerError
from ledger.tables import consumed

Place = tuple[str, int]
"""A topic's name and a partition."""


class NoCursorError(LedgerError):
    """A partition has no cursor: nobody said where its reading begins; run saj-bnmp offsets init."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"no cursor for {place[0]}[{place[1]}]: run saj-bnmp offsets init --from earliest|latest|TIME")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next offset to take of a partition, and the id of the topic it was set for.

    `stopped_at`: too many of its records died, and nothing is taken until somebody signs; `letters_from`: those that died
    before this offset no longer count.
    """

    next_offset: int
    topic_id: str | None
    stopped_at: datetime | None = None
    letters_from: int = 0


def cursors(connection: Connection, group: str) -> dict[Place, Cursor]:
    """Every cursor of a group."""
    return _cursors(connection, sa.select(consumed).where(consumed.c.group == group))


def lock_cursors(connection: Connection, group: str, places: Collection[Place]) -> dict[Place, Cursor]:
    """The cursors of these places, locked in their order: who took a partition before is waited for."""
    here = sa.tuple_(consumed.c.topic, consumed.c.partition).in_(sorted(places))
    ordered = (
        sa.select(consumed).where(consumed.c.group == group, here).order_by(consumed.c.topic, consumed.c.partition)
    )
    return _cursors(connection, ordered.with_for_update())


def _cursors(connection: Connection, chosen: sa.Select[Any]) -> dict[Place, Cursor]:
    rows = connection.execute(chosen)
    return {
        (row.topic, row.partition): Cursor(row.next_offset, row.topic_id, row.stopped_at, row.letters_from)
        for row in rows
    }


def advance(connection: Connection, group: str, places: Mapping[Place, int]) -> None:
    """Move cursors forward; one is never moved back."""
    for (topic, partition), offset in sorted(places.items()):
        where = (consumed.c.group == group) & (consumed.c.topic == topic) & (consumed.c.partition == partition)
        moved = consumed.update().where(where, consumed.c.next_offset < offset).values(next_offset=offset)
        connection.execute(moved)


def init(connection: Connection, group: str, places: Mapping[Place, Cursor]) -> dict[Place, Cursor]:
    """Set the first cursors, only where none exist; returns those that were set."""
    known = cursors(connection, group)
    new = {place: cursor for place, cursor in places.items() if place not in known}
    rows = [
        {
            "group": group,
            "topic": topic,
            "partition": partition,
            "topic_id": cursor.topic_id,
            "next_offset": cursor.next_offset,
        }
        for (topic, partition), cursor in sorted(new.items())
    ]
    upsert(connection, consumed, ("group", "topic", "partition"), rows, keep=True)
    return new


def skip(connection: Connection, group: str, place: Place, to: int) -> int | None:
    """Take a cursor forward past what will never be read; gives where it stood, None where it is not before `to`."""
    topic, partition = place
    where = (consumed.c.group == group) & (consumed.c.topic == topic) & (consumed.c.partition == partition)
    before: int | None = connection.scalar(sa.select(consumed.c.next_offset).where(where).with_for_update())
    if before is None or before >= to:
        return None
    connection.execute(consumed.update().where(where).values(next_offset=to))
    return before
