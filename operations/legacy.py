"""The stock: what of it is pending, as the units look for it, and how much lies outside what was asked for."""

from dataclasses import replace
from datetime import date

from pydantic import AwareDatetime

from ledger import acts, stock_list
from ledger.engine import Database
from ledger.stock_list import Pending, Which
from operations.answers import Answer
from operations.keys import hashed
from rules.legacy import PRESETS, half_a_year_before

__all__ = ["StockShown", "Which", "key_of_item", "listed", "preset", "usual"]

REVEALED = "STOCK_REVEALED"


class StockLine(Answer):
    """An item of the stock; `key` is how SAJ knows its person, hashed unless revealed; `gaps` are what SAJ told wrongly."""

    item_id: str
    kind: str
    unit: str
    case_number: str | None
    case_status: str | None
    custody_status: str | None
    summing_case: str | None
    issued_on: date | None
    documents: tuple[str, ...]
    gaps: tuple[str, ...]
    listed_at: AwareDatetime
    person: int
    key: str | None


class StockShown(Answer):
    """A page of pending items; `pending` is how many were asked for in all, `outside` how many others are pending."""

    pending: int
    outside: int
    issued_from: date | None
    issued_to: date | None
    items: tuple[StockLine, ...]
    next_cursor: str | None = None


def preset(name: str, which: Which) -> Which:
    """A list of the quick guide: its kind and situations, every day, any custody."""
    row = PRESETS[name]
    return replace(which, kind=row.item, situations=row.situations, issued_from=None, issued_to=None)


def usual(which: Which, today: date) -> Which:
    """What SAJ's screen shows by itself: the last six months, unless a case or days are asked for."""
    narrowed = which.case_number or which.issued_from or which.issued_to
    return which if narrowed else replace(which, issued_from=half_a_year_before(today))


def key_of_item(database: Database, item_id: str) -> str | None:
    """The key of the person of an item; None where the ledger does not know the item."""
    with database.reading() as connection:
        return stock_list.party_of(connection, item_id)


def listed(
    database: Database,
    which: Which,
    limit: int,
    cursor: str = "",
    *,
    secret: str,
    reveal: tuple[str, str] | None = None,
) -> StockShown:
    """Pending items in the order of their ids, from the one after `cursor`; `reveal` is (by, reason), and goes on record."""
    if reveal is not None:
        with database.transaction() as connection:
            acts.write(connection, REVEALED, "legacy_item", by=reveal[0], reason=reveal[1])
    with database.reading() as connection:
        pending, outside = stock_list.counted(connection, which)
        found = stock_list.pending(connection, which, limit + 1, cursor)
        lines = tuple(_line(one, secret, revealed=reveal is not None) for one in found[:limit])
    return StockShown(
        pending=pending,
        outside=outside,
        issued_from=which.issued_from,
        issued_to=which.issued_to,
        items=lines,
        next_cursor=lines[-1].item_id if len(found) > limit else None,
    )


def _line(one: Pending, secret: str, *, revealed: bool) -> StockLine:
    values = {name: getattr(one, name) for name in Pending.__slots__}
    key = one.key if revealed or one.key is None else hashed(secret, one.key)
    return StockLine(**values | {"key": key})
