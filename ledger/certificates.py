"""Certidões of SAJ's own: what a resolved contingency leaves in the case, and whether SAJ has released it."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.bulk import upsert
from ledger.tables import Instant, document, metadata
from rules.certificate import Certificate
from rules.words import CertificateStatus, OwnCertificate

certificate = sa.Table(
    "certificate",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("document_id", sa.Text, sa.ForeignKey("document.document_id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("medium", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("signer", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Column("national_number", sa.Text),
    sa.Column("rji", sa.Text),
    sa.Column("released_at", Instant),
    sa.Column("released_by", sa.Text),
)
_COLUMNS = tuple(certificate.c[field.name] for field in fields(Certificate))


def of_id(connection: Connection, certificate_id: str) -> Certificate | None:
    """One certidão, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(certificate.c.id == certificate_id)).one_or_none()
    return _made(row) if row else None


def of_document(connection: Connection, document_id: str) -> list[Certificate]:
    """The certidões about a document, in the order of their ids."""
    chosen = sa.select(*_COLUMNS).where(certificate.c.document_id == document_id)
    return [_made(row) for row in connection.execute(chosen.order_by(certificate.c.id))]


Placed = tuple[Certificate, int, str | None]
"""A certidão with its person and its unit."""
_PLACED = sa.select(*_COLUMNS, document.c.person, document.c.unit).join_from(certificate, document)


def one(connection: Connection, certificate_id: str) -> Placed | None:
    """One certidão, or None."""
    row = connection.execute(_PLACED.where(certificate.c.id == certificate_id)).one_or_none()
    return _placed(row) if row else None


def listed(
    connection: Connection, limit: int, after: str = "", *, status: str | None = None, unit: str | None = None
) -> list[Placed]:
    """Certidões in the order of their ids, from the one after `after`."""
    wanted = [certificate.c.id > after]
    wanted += [certificate.c.status == status] if status else []
    wanted += [document.c.unit == unit] if unit else []
    rows = connection.execute(_PLACED.where(*wanted).order_by(certificate.c.id).limit(limit))
    return [_placed(row) for row in rows]


def write(connection: Connection, made: Iterable[Certificate]) -> None:
    """Write certidões as they now are."""
    rows = [asdict(one) for one in sorted(made, key=lambda one: one.id)]
    upsert(connection, certificate, ("id",), rows)


def _placed(row: Any) -> Placed:
    return _made(row[:-2]), row[-2], row[-1]


def _made(row: Any) -> Certificate:
    named: dict[str, Any] = dict(zip((field.name for field in fields(Certificate)), row, strict=True))
    named |= {"kind": OwnCertificate(named["kind"]), "status": CertificateStatus(named["status"])}
    return Certificate(**named)
