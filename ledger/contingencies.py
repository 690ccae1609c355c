"""Contingencies that are left: opened documents that are not registered yet, as their units look for them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.links import load_link
from ledger.open_documents import IS_OPEN
from ledger.tables import antecedent, document
from rules.kinds import KINDS, resolution
from rules.words import LinkState, Resolution

_NAMES = sa.exists().where(antecedent.c.document_id == document.c.document_id)
_LEFT = sa.and_(document.c.opened_at.is_not(None), IS_OPEN)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An opened document that is not registered, without what SAJ wrote in it."""

    document_id: str
    kind: str
    unit: str | None
    person: int
    state: str
    reason: str | None
    missing: list[str]
    opened_at: datetime


def kinds_of(category: str | None, contramandados: Resolution) -> list[str]:
    """The kinds that are resolved under a category; without one, all that may be issued under contingency."""
    eligible = [kind for kind, row in KINDS.items() if row.eligible]
    return [kind for kind in eligible if category in (None, resolution(kind, contramandados))]


def waiting(
    connection: Connection, kinds: Collection[str], limit: int, after: str = "", unit: str | None = None
) -> list[Waiting]:
    """What is left of these kinds, in the order of the documents' ids from the one after `after`."""
    columns: list[sa.Column[Any]] = [document.c[name] for name in Waiting.__slots__]
    chosen = sa.select(*columns).where(_LEFT, document.c.kind.in_(kinds), document.c.document_id > after)
    if unit is not None:
        chosen = chosen.where(document.c.unit == unit)
    return [Waiting(*row) for row in connection.execute(chosen.order_by(document.c.document_id).limit(limit))]


def left(connection: Connection, unit: str | None = None) -> dict[str, int]:
    """How many are left, by kind."""
    chosen = sa.select(document.c.kind, sa.func.count()).where(_LEFT).group_by(document.c.kind)
    rows = connection.execute(chosen if unit is None else chosen.where(document.c.unit == unit))
    return {kind: int(count) for kind, count in rows}


@dataclass(frozen=True, slots=True)
class StandsOn:
    """What else a contingency stands on: the answer that counts, and the unit's word, as the ledger keeps them.

    `gaps` are what its form lacks; `names_antecedents`: it names at least one.
    """

    consent: dict[str, str] | None
    confirmed: dict[str, str] | None
    gaps: list[str]
    names_antecedents: bool


def stands_on(connection: Connection, document_id: str) -> StandsOn:
    """What a document's contingency stands on; the document is there."""
    chosen = sa.select(document.c.consent, document.c.confirmed, document.c.gaps, _NAMES)
    return StandsOn(*connection.execute(chosen.where(document.c.document_id == document_id)).one())


def link_since(connection: Connection) -> datetime | None:
    """Since when the link is back, from which on what is left has its clock; None while it is away."""
    link = load_link(connection)
    return (link.since or datetime.min.replace(tzinfo=UTC)) if link.state is LinkState.UP else None
