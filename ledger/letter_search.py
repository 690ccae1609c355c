"""Searches among dead letters: what stands, for how long, and which documents wait behind it; read only and bounded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.letters import REDRIVE, Letter, name_of
from ledger.tables import act, dead_letter, document, person
from rules.words import Reason

_KEY = (dead_letter.c.topic, dead_letter.c.partition, dead_letter.c.offset)
_BEGINNING: Letter = ("", -1, -1)


@dataclass(frozen=True, slots=True)
class WhichLetters:
    """Which letters are meant; what is None does not narrow. `before`: found before this instant; `ended`: those as well."""

    letters: tuple[Letter, ...] | None = None
    code: str | None = None
    topic: str | None = None
    person: int | None = None
    before: datetime | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class FoundLetter:
    """A dead letter as the ledger keeps it; `holding` are the documents that wait behind it."""

    letter: Letter
    person: int | None
    code: str
    found_at: datetime
    ended_at: datetime | None
    redriven_at: datetime | None
    holding: tuple[str, ...]


def letters(connection: Connection, which: WhichLetters, limit: int, after: Letter = _BEGINNING) -> list[FoundLetter]:
    """Letters in the order of their topics, partitions and offsets, from the one after `after`."""
    named = {dead_letter.c.reason: which.code, dead_letter.c.topic: which.topic, dead_letter.c.person: which.person}
    wanted = [column == value for column, value in named.items() if value is not None]
    if which.letters is not None:
        wanted.append(sa.tuple_(*_KEY).in_(sorted(which.letters)))
    if which.before is not None:
        wanted.append(dead_letter.c.found_at < which.before)
    if not which.ended:
        wanted.append(dead_letter.c.ended_at.is_(None))
    chosen = sa.select(dead_letter).where(sa.tuple_(*_KEY) > after, *wanted).order_by(*_KEY).limit(limit)
    rows = connection.execute(chosen).all()
    found = [(row.topic, row.partition, row.offset) for row in rows]
    behind = _behind(connection, {row.person for row in rows if row.person is not None})
    again = _redriven(connection, found)
    return [
        FoundLetter(
            letter,
            row.person,
            row.reason,
            row.found_at,
            row.ended_at,
            again.get(letter),
            behind.get(row.person, ()) if row.ended_at is None else (),
        )
        for letter, row in zip(found, rows, strict=True)
    ]


def standing(connection: Connection, wanted: Collection[Letter]) -> set[Letter]:
    """Those of these letters that nobody has ended."""
    chosen = sa.select(*_KEY).where(sa.tuple_(*_KEY).in_(sorted(wanted)), dead_letter.c.ended_at.is_(None))
    return {(row.topic, row.partition, row.offset) for row in connection.execute(chosen)} if wanted else set()


def _behind(connection: Connection, persons: Collection[int]) -> dict[int | None, tuple[str, ...]]:
    """The documents that wait behind letters of these persons; who shares a person's RJI is the same human being."""
    rjis = dict(
        connection.execute(sa.select(person.c.person, person.c.rji).where(among(person.c.person, persons))).all()
    )
    known = {rji for rji in rjis.values() if rji is not None}
    same = connection.execute(sa.select(person.c.person, person.c.rji).where(among(person.c.rji, known))).all()
    of = {number: {number} | {one for one, rji in same if rji == rjis[number]} for number in rjis}
    everybody = set().union(*of.values())
    held = sa.select(document.c.person, document.c.document_id).where(
        among(document.c.person, everybody), document.c.reason == Reason.DEAD_LETTER_AHEAD
    )
    rows = connection.execute(held.order_by(document.c.document_id)).all()
    return {number: tuple(row.document_id for row in rows if row.person in mine) for number, mine in of.items()}


def _redriven(connection: Connection, found: Sequence[Letter]) -> dict[Letter, datetime]:
    names = {name_of(letter): letter for letter in found}
    chosen = sa.select(act.c.subject, sa.func.max(act.c.at)).where(
        act.c.subject.in_(sorted(names)), act.c.act == REDRIVE
    )
    return {names[subject]: at for subject, at in connection.execute(chosen.group_by(act.c.subject))}
