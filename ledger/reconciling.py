"""Reconciling: whom to compare with BNMP, in an order that can be taken up again, and what differs by what was told."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.open_documents import IS_OPEN
from ledger.tables import custody_watch, document, person
from rules.identifiers import CASE
from rules.kinds import KINDS
from rules.words import Reason, State


@dataclass(frozen=True, slots=True)
class Held:
    """A document that waits because it differs from what BNMP shows."""

    document_id: str
    person: int
    kind: str
    unit: str | None
    missing: list[str]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Watched:
    """Divergences of a person's custody that were told and stand: each its kind and what it is about."""

    person: int
    divergences: list[str]


def persons(connection: Connection, after: int, limit: int, unit: str | None = None) -> list[int]:
    """Persons with documents, of a unit or of any, by their numbers; of those who share an RJI the first alone."""
    other = person.alias()
    same = sa.exists().where(other.c.rji == person.c.rji, other.c.person < person.c.person, _has(other, unit))
    chosen = sa.select(person.c.person).where(person.c.person > after, _has(person, unit), ~same)
    return list(connection.scalars(chosen.order_by(person.c.person).limit(limit)))


def _has(whose: sa.FromClause, unit: str | None) -> sa.ColumnElement[bool]:
    has = sa.exists().where(document.c.person == whose.c.person)
    return has if unit is None else has.where(document.c.unit == unit)


def same(connection: Connection, number: int) -> list[int]:
    """All persons of the ledger who are this one."""
    rji = sa.select(person.c.rji).where(person.c.person == number).scalar_subquery()
    chosen = sa.select(person.c.person).where((person.c.person == number) | (person.c.rji == rji))
    return list(connection.scalars(chosen.order_by(person.c.person)))


def units(connection: Connection) -> list[str]:
    """The units (SAJ's codes) that have issued documents."""
    return list(connection.scalars(sa.select(document.c.unit).where(document.c.unit != "").distinct().order_by("unit")))


def known(connection: Connection, pieces: Collection[str]) -> frozenset[str]:
    """Those of BNMP's ids that a document of ours owns."""
    return frozenset(connection.scalars(sa.select(document.c.bnmp_id).where(among(document.c.bnmp_id, pieces))))


def on_the_way(connection: Connection, cases: Collection[str]) -> frozenset[tuple[str, int]]:
    """Of these cases (20 digits), each that has an open document without a piece yet, with that piece's type."""
    written = [shown for case in cases if (shown := CASE.shown(case)) is not None]
    chosen = sa.select(document.c.case_number, document.c.kind).where(
        among(document.c.case_number, written), document.c.bnmp_id.is_(None), IS_OPEN
    )
    return frozenset(
        (CASE.bare(case) or "", KINDS[kind].peca) for case, kind in connection.execute(chosen) if kind in KINDS
    )


def held(connection: Connection, limit: int, after: str = "") -> list[Held]:
    """Documents held for a divergence, in the order of their ids."""
    columns: list[sa.Column[Any]] = [document.c[name] for name in Held.__slots__]
    chosen = sa.select(*columns).where(
        document.c.reason == Reason.DIVERGENCE,
        document.c.state.in_((State.HELD, State.CONTINGENCY)),
        document.c.document_id > after,
    )
    return [Held(*row) for row in connection.execute(chosen.order_by(document.c.document_id).limit(limit))]


def watched(connection: Connection, limit: int, after: int = 0) -> Iterator[Watched]:
    """Persons of whose custody a divergence was told and stands, by their numbers."""
    chosen = sa.select(custody_watch.c.person, custody_watch.c.divergences).where(
        custody_watch.c.person > after, sa.cast(custody_watch.c.divergences, sa.Text) != "[]"
    )
    for row in connection.execute(chosen.order_by(custody_watch.c.person).limit(limit)):
        yield Watched(row.person, row.divergences)
