"""Listings: what the ledger knows, read only, for those who ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.certificates import certificate
from ledger.tables import custody, dead_letter, document, history, outbox


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document as a listing shows it; nothing of it names a person."""

    document_id: str
    kind: str
    state: str
    reason: str | None
    step: str | None
    doing: str | None
    priority: int
    unit: str | None
    since: datetime | None
    national_number: str | None
    bnmp_status: str | None
    opened_at: datetime | None
    registered_at: datetime | None
    retroactive: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One decision about a document: when, on which fact, what came of it and why."""

    at: datetime
    fact: str
    state: str
    reason: str | None
    step: str | None
    doing: str | None
    turn: int
    sequence: int
    attempt: int
    detail: str


def _columns(table: sa.Table, shape: type) -> list[sa.Column[Any]]:
    return [table.c[name] for name in shape.__dataclass_fields__]  # type: ignore[attr-defined]  # a dataclass


def documents(connection: Connection, limit: int = 1000, after: str = "") -> list[DocumentRow]:
    """Documents in the order of their ids, from the one after `after`."""
    chosen = sa.select(*_columns(document, DocumentRow)).where(document.c.document_id > after)
    return [DocumentRow(*row) for row in connection.execute(chosen.order_by(document.c.document_id).limit(limit))]


def document_row(connection: Connection, document_id: str) -> DocumentRow | None:
    """One document, or None."""
    chosen = sa.select(*_columns(document, DocumentRow)).where(document.c.document_id == document_id)
    row = connection.execute(chosen).one_or_none()
    return DocumentRow(*row) if row else None


def history_of(connection: Connection, document_id: str) -> list[HistoryRow]:
    """A document's way, oldest first."""
    chosen = sa.select(*_columns(history, HistoryRow)).where(history.c.document_id == document_id)
    return [HistoryRow(*row) for row in connection.execute(chosen.order_by(history.c.id))]


def counts(connection: Connection) -> dict[str, int]:
    """How many dead letters, certidões, custody events and unpublished outbox rows there are."""
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in (dead_letter, certificate, custody, outbox)
    }


def reasons_ever(connection: Connection, reason: str) -> set[str]:
    """Documents that ever stood under this reason."""
    return set(connection.scalars(sa.select(history.c.document_id).where(history.c.reason == reason).distinct()))


def saj_key(connection: Connection, document_id: str) -> bytes | None:
    """The Kafka key under which SAJ published a document; None where the ledger does not know it, or it had none."""
    key: bytes | None = connection.scalar(sa.select(document.c.saj_key).where(document.c.document_id == document_id))
    return key
