"""The list of the stock as its units look at it: what is pending, narrowed as on SAJ's own screen, read only."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.stock import legacy_item
from ledger.tables import alias


@dataclass(frozen=True, slots=True)
class Which:
    """Which pending items are meant; what is None or empty does not narrow.

    `summing`: of a sum of sentences the case alone into which the others are summed.
    """

    unit: str | None = None
    case_number: str | None = None
    kind: str | None = None
    situations: tuple[str, ...] = ()
    custody_status: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    summing: bool = True


@dataclass(frozen=True, slots=True)
class Pending:
    """An item without what SAJ wrote in it; `person` is the ledger's own number, `key` how SAJ knows the person."""

    item_id: str
    kind: str
    unit: str
    case_number: str | None
    case_status: str | None
    custody_status: str | None
    summing_case: str | None
    issued_on: date | None
    documents: list[str]
    gaps: list[str]
    listed_at: datetime
    person: int
    key: str | None


_T = legacy_item.c
_PENDING = _T.colour.is_(None)
# The alias of an item's person by which SAJ knows them, as a record's key.
_KEY = (
    sa.select(sa.func.min(alias.c.alias))
    .where(alias.c.person == _T.person, alias.c.alias.like("%:%"))
    .correlate(legacy_item)
    .scalar_subquery()
    .label("key")
)


def pending(connection: Connection, which: Which, limit: int, after: str = "") -> list[Pending]:
    """Items in the order of their ids, from the one after `after`."""
    columns = [_KEY if name == "key" else _T[name] for name in Pending.__slots__]
    chosen = sa.select(*columns).where(_PENDING, _T.item_id > after, *_narrowed(which))
    return [Pending(*row) for row in connection.execute(chosen.order_by(_T.item_id).limit(limit))]


def counted(connection: Connection, which: Which) -> tuple[int, int]:
    """How many pending items are meant, and how many of the same unit, or of all, lie outside."""
    of_unit = [_T.unit == which.unit] if which.unit else []
    asked = sa.select(sa.func.count()).select_from(legacy_item).where(_PENDING)
    inside = connection.scalar(asked.where(*_narrowed(which))) or 0
    return inside, (connection.scalar(asked.where(*of_unit)) or 0) - inside


def party_of(connection: Connection, item_id: str) -> str | None:
    """How SAJ knows the person of an item; None where there is no such item."""
    found: str | None = connection.scalar(sa.select(_KEY).where(_T.item_id == item_id))
    return found


def _narrowed(which: Which) -> list[sa.ColumnElement[bool]]:
    named = {name: getattr(which, name) for name in ("unit", "case_number", "kind", "custody_status")}
    wanted = [_T[name] == value for name, value in named.items() if value is not None]
    wanted += [_T.case_status.in_(which.situations)] if which.situations else []
    wanted += [_T.issued_on >= which.issued_from] if which.issued_from else []
    wanted += [_T.issued_on <= which.issued_to] if which.issued_to else []
    summing = sa.or_(_T.summing_case.is_(None), _T.summing_case == _T.case_number)
    return [*wanted, *([summing] if which.summing else [])]
