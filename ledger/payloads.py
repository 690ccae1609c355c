"""Payloads: what SAJ published of a document, as received, and which pieces in BNMP are ours."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.tables import document, payload


def latest(connection: Connection, document_id: str) -> dict[str, Any]:
    """The data of a document's latest version."""
    return dict(connection.execute(_LATEST, {"document": document_id}).scalar_one())


_LATEST = (
    sa.select(payload.c.data)
    .where(payload.c.document_id == sa.bindparam("document"))
    .order_by(payload.c.version.desc())
    .limit(1)
)


def latest_of(connection: Connection, documents: Collection[str]) -> dict[str, dict[str, Any]]:
    """The data of each of these documents' latest version, read at once."""
    # In the order of the versions: the last one stays.
    return {row[0]: dict(row[1]) for row in connection.execute(_LATEST_OF, {"documents": documents})}


_LATEST_OF = (
    sa.select(payload.c.document_id, payload.c.data)
    .where(among(payload.c.document_id, "documents"))
    .order_by(payload.c.version)
)


def owned_pieces(connection: Connection, case_number: str, but: str) -> frozenset[str]:
    """BNMP ids of the case's pieces that belong to other documents of ours (docs/law.md safety-26)."""
    chosen = sa.select(document.c.bnmp_id).where(
        document.c.case_number == case_number, document.c.document_id != but, document.c.bnmp_id.is_not(None)
    )
    return frozenset(connection.scalars(chosen))
