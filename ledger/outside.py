"""What was issued outside SAJ, as the ledger has it: read only (docs/law.md exceptional)."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.open_documents import IS_OPEN
from ledger.tables import document, payload
from rules.exceptional import EXCEPCIONAL


@dataclass(frozen=True, slots=True)
class Outside:
    """A document that was issued outside SAJ, without what SAJ wrote in it; `hypothesis` is why."""

    document_id: str
    kind: str
    case_number: str | None
    unit: str | None
    state: str
    reason: str | None
    missing: list[str]
    national_number: str | None
    person: int
    hypothesis: str | None


def documents(
    connection: Connection, limit: int, after: str = "", *, unit: str | None = None, pending: bool = False
) -> list[Outside]:
    """Documents in the order of their ids, from the one after `after`."""
    columns: list[Any] = [document.c[name] for name in Outside.__slots__ if name != "hypothesis"]
    why = payload.c.data["exceptional"]["hypothesis"].as_string()
    mine = sa.and_(payload.c.document_id == document.c.document_id, payload.c.version == document.c.version)
    wanted = [document.c.retroactive, payload.c.data["origin"].as_string() == EXCEPCIONAL]
    wanted += [document.c.unit == unit] if unit else []
    wanted += [IS_OPEN] if pending else []
    chosen: sa.Select[Any] = (
        sa.select(*columns, why).join_from(document, payload, mine).where(document.c.document_id > after, *wanted)
    )
    return [Outside(*row) for row in connection.execute(chosen.order_by(document.c.document_id).limit(limit))]
