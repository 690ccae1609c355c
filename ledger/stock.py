"""The stock: items as SAJ listed them, what was made of each, and what became of it (docs/law.md legacy)."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.bulk import upsert
from ledger.persons import bound_to, persons_of
from ledger.tables import Identifier, Instant, metadata, person
from rules.legacy import Colour, Item, StockItem

_LONGEST = 64

legacy_item = sa.Table(
    "legacy_item",
    metadata,
    sa.Column("item_id", sa.Text, primary_key=True),
    sa.Column("person", Identifier, sa.ForeignKey(person.c.person), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("case_number", sa.Text, index=True),
    sa.Column("case_status", sa.Text),
    sa.Column("custody_status", sa.Text),
    sa.Column("summing_case", sa.Text),
    sa.Column("issued_on", sa.Date),
    sa.Column("documents", sa.JSON, nullable=False),
    sa.Column("gaps", sa.JSON, nullable=False),
    sa.Column("colour", sa.Text),
    sa.Column("listed_at", Instant, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
)
_PENDING = legacy_item.c.colour.is_(None)
sa.Index("legacy_item_pending", legacy_item.c.unit, sqlite_where=_PENDING, postgresql_where=_PENDING)


def documents_of(item_id: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """The ids of the document that an item is about, SAJ's own where it told it, and of its certidão."""
    origin = data.get("origin_data")
    own = origin.get("document_id") if isinstance(origin, dict) else None
    named = own if isinstance(own, str) and own else _fitting(f"ACERVO:{item_id}")
    return named, _fitting(f"{named}:CUM")


def _fitting(name: str) -> str:
    """The name, or where it would be too long for an identifier what stands for it alone."""
    return name if len(name) <= _LONGEST else hashlib.sha256(name.encode()).hexdigest()


def of_id(connection: Connection, item_id: str) -> tuple[StockItem, dict[str, Any]] | None:
    """One item, and what SAJ listed of it; None where there is none."""
    row = connection.execute(sa.select(legacy_item).where(legacy_item.c.item_id == item_id)).one_or_none()
    return None if row is None else (_item(row), dict(row.data))


def concerned(connection: Connection, items: Collection[str], named: Collection[str] = ()) -> set[int]:
    """The persons of these items, and of those whose documents are bound to what the items are about, or `named`."""
    if not items and not named:
        return set()
    rows = connection.execute(sa.select(legacy_item).where(among(legacy_item.c.item_id, items))).all()
    ids = {found for row in rows for found in documents_of(row.item_id, row.data)} | set(named)
    return {*(row.person for row in rows), *persons_of(connection, ids).values(), *bound_to(connection, ids, ())}


class Shelf:
    """The items of a transaction as they now are, and what SAJ has just said of them."""

    def __init__(self, connection: Connection) -> None:
        """Begin with nothing changed."""
        self._connection = connection
        self._items: dict[str, StockItem] = {}
        self._listed: dict[str, dict[str, Any]] = {}
        self._coloured: dict[str, Colour] = {}

    def of(self, item_id: str) -> tuple[StockItem, dict[str, Any]] | None:
        """An item as it now is, and what SAJ listed of it; None where there is none."""
        kept, item = of_id(self._connection, item_id), self._items.get(item_id)
        if item is None:
            return kept
        row = self._listed.get(item_id)
        return item, dict(row["data"]) if row else kept[1] if kept else {}

    def lists(self, row: dict[str, Any]) -> None:
        """What SAJ says of an item; it is kept with the decision that lists it."""
        self._listed[row["item_id"]] = row

    def take(self, items: Mapping[str, StockItem], coloured: Mapping[str, Colour]) -> None:
        """Let what was decided stand."""
        self._items |= items
        self._coloured |= coloured

    def write(self) -> None:
        """Write items as they now are."""
        for item_id, item in sorted(self._items.items()):
            values = {"documents": list(item.documents)}
            row = self._listed.get(item_id)
            if row is not None:
                upsert(self._connection, legacy_item, ("item_id",), [{**row, "colour": None, **values}])
            else:
                self._update(item_id, **values)
        for item_id, became in sorted(self._coloured.items()):
            self._update(item_id, colour=became)

    def _update(self, item_id: str, **values: Any) -> None:
        self._connection.execute(legacy_item.update().where(legacy_item.c.item_id == item_id).values(**values))


def row_of(item: StockItem, told: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The row of an item that SAJ lists, with what else was `told` of it."""
    return {
        "item_id": item.item_id,
        "person": item.person,
        "kind": item.kind,
        "unit": item.unit,
        "case_number": item.case_number,
        "summing_case": item.summing_case,
        "listed_at": now,
        **told,
    }


def _item(row: Any) -> StockItem:
    became = Colour(row.colour) if row.colour else None
    return StockItem(
        row.item_id,
        row.person,
        Item(row.kind),
        row.unit,
        row.case_number,
        row.summing_case,
        tuple(row.documents),
        became,
    )
