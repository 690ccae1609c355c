"""Pending facts: what SAJ said of a document that has not come yet, kept in order and applied when it comes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.bulk import insert
from ledger.tables import document, pending_fact
from schemas.reading import READERS, Event

# More than a document can need; what comes beyond them is refused, or a dead letter where nobody waits for an answer.
MOST = 20

Waiting = tuple[Event, bytes | None]
"""An event, and the Kafka key under which it came."""


def row(document_id: str, event: Event, key: bytes | None, now: datetime) -> dict[str, Any]:
    """A row that waits."""
    return {
        "document_id": document_id,
        "source": event.source,
        "ce_id": event.ce_id,
        "type": event.type,
        "digest": event.digest,
        "saj_key": key,
        "data": event.data,
        "received_at": now,
    }


def of_row(kept: Mapping[str, Any]) -> Waiting:
    """What waits, as it was when it came."""
    body, gaps = READERS[kept["type"]](kept["data"])
    event = Event(
        type=kept["type"],
        ce_id=kept["ce_id"],
        source=kept["source"],
        time=kept["received_at"],
        digest=kept["digest"],
        traceparent=None,
        data=kept["data"],
        body=body,
        gaps=gaps,
        unknown_fields=0,
    )
    return event, kept["saj_key"]


def waiting(connection: Connection, documents: Collection[str]) -> dict[str, list[Waiting]]:
    """What waits for these documents, in the order in which it came."""
    chosen = sa.select(pending_fact).where(pending_fact.c.document_id.in_(sorted(documents)))
    found: dict[str, list[Waiting]] = {}
    for kept in connection.execute(chosen.order_by(pending_fact.c.id)).mappings() if documents else ():
        found.setdefault(kept["document_id"], []).append(of_row(dict(kept)))
    return found


def keep(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write down what waits."""
    insert(connection, pending_fact, rows)


def forget(connection: Connection, documents: Collection[str]) -> None:
    """What waited for these documents has been applied."""
    if documents:
        connection.execute(pending_fact.delete().where(pending_fact.c.document_id.in_(sorted(documents))))


def arrived(connection: Connection, limit: int) -> list[str]:
    """Documents that are here although something waits for them: it came while they were being written."""
    here = sa.select(pending_fact.c.document_id).join(document, document.c.document_id == pending_fact.c.document_id)
    return list(connection.scalars(here.distinct().order_by(pending_fact.c.document_id).limit(limit)))


def is_overdue(connection: Connection, before: datetime) -> bool:
    """Whether something has waited since `before` and nobody was told."""
    late = pending_fact.c.alarmed_at.is_(None) & (pending_fact.c.received_at <= before)
    return connection.scalar(sa.select(pending_fact.c.id).where(late).limit(1)) is not None


def alarm(connection: Connection, now: datetime, before: datetime, limit: int) -> list[tuple[str, str]]:
    """Mark what has waited since `before` as told, once; gives (document_id, type)."""
    late = pending_fact.c.alarmed_at.is_(None) & (pending_fact.c.received_at <= before)
    chosen = sa.select(pending_fact.c.id, pending_fact.c.document_id, pending_fact.c.type).where(late)
    found = connection.execute(chosen.order_by(pending_fact.c.id).limit(limit)).all()
    ids = [one.id for one in found]
    if ids:
        connection.execute(pending_fact.update().where(pending_fact.c.id.in_(ids)).values(alarmed_at=now))
    return [(one.document_id, one.type) for one in found]
