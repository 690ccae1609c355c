"""Contents: what a ledger holds, apart from its own numbers and the instants at which it happened to write.

Two ledgers that took the same records have the same contents. Without `decided` only what SAJ's records say by themselves
is looked at: what was decided of them goes by BNMP's answers and the clock as well.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.access import user_access
from ledger.standing_orders import standing_order
from ledger.stock import legacy_item
from ledger.tables import alias, antecedent, custody, dead_letter, document, history, inbox, payload, pending_fact

_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """The rows of a table by their `key`, and what of each is looked at; `decided` is looked at only where that is meant."""

    table: sa.Table
    key: tuple[str, ...]
    said: tuple[str, ...]
    decided: tuple[str, ...] = ()
    where: sa.ColumnElement[bool] | None = None


CONTENTS: tuple[Content, ...] = (
    # An RJI may come from BNMP; a party comes from SAJ alone.
    Content(alias, ("alias",), (), where=alias.c.alias.contains(":")),
    Content(
        inbox,
        ("source", "ce_id"),
        ("type", "digest"),
        ("outcome",),
    ),
    Content(payload, ("document_id", "digest"), ("version",), ("source", "ce_id", "data")),
    Content(
        document,
        ("document_id",),
        (
            "party_id",
            "saj_key",
            "version",
            "kind",
            "variant",
            "case_number",
            "medium",
            "unit",
            "issued_at",
            "gaps",
            "institutional",
            "owner_system",
            "released_by_judge",
            "valid_until",
            "term_days",
            "fulfilled_on",
        ),
        ("state", "reason", "missing", "priority", "sequence", "turn", "consent", "hands", "withdrawal", "retroactive"),
    ),
    Content(antecedent, ("document_id", "position"), ("names_document", "names_number")),
    Content(
        custody,
        ("event_id",),
        (
            "party_id",
            "case_number",
            "event_code",
            "effective_date",
            "unit",
            "other_court",
            "place",
            "recorded_at",
            "gaps",
            "kind_code",
            "counts_for_sentence",
            "place_kind",
        ),
    ),
    Content(
        user_access, ("user",), ("role", "position", "units", "duties", "sca_confirmed", "saj_authenticated", "at")
    ),
    Content(standing_order, ("order_id",), ("unit", "kinds", "begins", "ends", "by")),
    Content(
        legacy_item,
        ("item_id",),
        ("kind", "unit", "case_number", "case_status", "custody_status", "summing_case", "issued_on", "gaps"),
        ("documents", "colour"),
    ),
    Content(pending_fact, ("source", "ce_id"), ("document_id", "type", "digest")),
    Content(dead_letter, ("topic", "partition", "offset"), (), ("reason",)),
    Content(history, ("document_id", "sequence", "id"), (), ("fact", "state", "reason", "step", "turn", "attempt")),
)

Row = tuple[tuple[Any, ...], dict[str, Any]]
"""The key of a row, and what it holds by its columns' names, as JSON has it."""


def rows(connection: Connection, content: Content, *, decided: bool = False) -> Iterator[Row]:
    """The rows of a content in the order of their keys' bytes, which is the same on both databases; a few at a time."""
    names = (*content.said, *(content.decided if decided else ()))
    chosen = sa.select(*(content.table.c[name] for name in (*content.key, *names))).order_by(
        *(_in_order(connection, content.table.c[name]) for name in content.key)
    )
    if content.where is not None:
        chosen = chosen.where(content.where)
    width = len(content.key)
    for row in connection.execution_options(yield_per=_ROWS).execute(chosen):
        yield tuple(row[:width]), dict(zip(names, map(_told, row[width:]), strict=True))


def digest(connection: Connection) -> str:
    """The hex SHA-256 over all contents, what was decided included."""
    made = hashlib.sha256()
    for content in CONTENTS:
        made.update(content.table.name.encode())
        for key, held in rows(connection, content, decided=True):
            # The history's own numbers say its order, and are the ledger's own.
            named = [part for name, part in zip(content.key, key, strict=True) if name != "id"]
            made.update(json.dumps([named, held], separators=(",", ":")).encode())
    return made.hexdigest()


def _in_order(connection: Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    if connection.dialect.name == "postgresql" and isinstance(column.type, sa.Text):
        return sa.collate(column, "C")
    return column


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return json.loads(json.dumps(value, sort_keys=True)) if isinstance(value, dict | list) else value
