"""The limit of dead letters: a partition of which too many records die in a row is stopped, rather than poured away.

What is published wrong in numbers is a producer's or a release's fault, and among it may be releases of persons. The
cursor stays behind what died; what is in the ledger already goes on. Only a signed act lets the partition go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import acts, incidents
from ledger.batches import Batch
from ledger.cursors import Cursor, Place
from ledger.engine import now
from ledger.tables import consumed, dead_letter

RESUMED = "PARTITION_RESUMED"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A partition of which a group takes nothing until somebody signs."""

    group: str
    topic: str
    partition: int
    stopped_at: datetime


def stop(batch: Batch, group: str, known: Mapping[Place, Cursor], ends: Mapping[Place, int]) -> set[Place]:
    """Stop those of the partitions where records of the batch died that are over the limit; gives them, each an incident.

    Over the limit: so many dead among the last twice as many offsets, for a transaction's markers are offsets as well.
    """
    connection, deployment, over = batch.connection, batch.deployment, set()
    for place in sorted(batch.died):
        cursor, end = known.get(place), ends.get(place)
        if cursor is None or end is None:
            continue
        first = max(cursor.letters_from, end - 2 * deployment.dead_letter_limit)
        if _count(connection, place, first, end) < deployment.dead_letter_limit:
            continue
        connection.execute(consumed.update().where(_here(group, place)).values(stopped_at=now(connection)))
        name = f"{place[0]}[{place[1]}]"
        detail = {"group": group, "next_offset": end}
        incidents.say_once(connection, deployment, "DEAD_LETTER_LIMIT", name, where=name, detail=detail)
        over.add(place)
    return over


def resume(connection: Connection, group: str, place: Place, *, by: str, reason: str) -> int | None:
    """Let a stopped partition go on from its cursor, which is given; None where it is not stopped.

    Its dead letters count anew from there. Raises ValueError where nobody signs.
    """
    stopped = sa.select(consumed.c.next_offset).where(_here(group, place), consumed.c.stopped_at.is_not(None))
    at: int | None = connection.scalar(stopped.with_for_update())
    if at is None:
        return None
    detail = {"group": group, "next_offset": at}
    acts.write(connection, RESUMED, f"{place[0]}[{place[1]}]", by=by, reason=reason, detail=detail)
    connection.execute(consumed.update().where(_here(group, place)).values(stopped_at=None, letters_from=at))
    return at


def stopped(connection: Connection) -> list[Stopped]:
    """Every partition that is stopped."""
    columns = (consumed.c.group, consumed.c.topic, consumed.c.partition, consumed.c.stopped_at)
    chosen = sa.select(*columns).where(consumed.c.stopped_at.is_not(None))
    return [Stopped(*row) for row in connection.execute(chosen.order_by(*columns[:3]))]


def _count(connection: Connection, place: Place, first: int, end: int) -> int:
    table = dead_letter.c
    here = (table.topic == place[0]) & (table.partition == place[1]) & (table.offset >= first) & (table.offset < end)
    return connection.scalar(sa.select(sa.func.count()).select_from(dead_letter).where(here)) or 0


def _here(group: str, place: Place) -> sa.ColumnElement[bool]:
    table = consumed.c
    return (table.group == group) & (table.topic == place[0]) & (table.partition == place[1])
