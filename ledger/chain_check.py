"""Checking the chains: the history is read once, in the order of its ids, and held against its codes and the seals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.chains import FIELDS, TOPIC, Seal, act_code, chain, code_of, instant, seal_code, seal_head, seal_of
from ledger.payload_check import payloads_altered
from ledger.tables import act, history, outbox
from schemas.seal import ACTS

_PAGE = 5000
What = Literal["EDITED", "REMOVED", "INSERTED", "TRUNCATED", "PERSON_MISSING", "SEAL_MISSING", "SEAL_ALTERED"]
Sealed = dict[tuple[int, int], str]
"""What was sealed: the code at a place in a person's chain."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold: of a person's entry by its place in their chain and its id, or of a seal by its number.

    Person `ACTS`: of an operator's act. With a `document`: of its version `position` as it was received.
    """

    what: What
    person: int | None
    position: int | None
    entry: int | None = None
    document: str | None = None


@dataclass(slots=True)
class Checked:
    """What was looked at; `unchained` are entries of a release that had no chains."""

    entries: int = 0
    persons: int = 0
    seals: int = 0
    unchained: int = 0
    acts: int = 0
    payloads: int = 0


@dataclass(slots=True)
class Seals:
    """The seals as they follow one another; `number` and `code` are of the last that was taken."""

    key: bytes
    number: int = 0
    code: str = ""

    def take(self, body: Seal, sealed: Sealed) -> Iterator[Finding]:
        """Hold the next seal against the one before it, and add what it sealed."""
        if body["number"] <= self.number:
            # The relay may publish a row twice; the same again says nothing new.
            return
        if body["number"] != self.number + 1:
            yield Finding("SEAL_MISSING", None, self.number + 1)
        elif body["before"] != self.code:
            yield Finding("SEAL_ALTERED", None, body["number"])
        if seal_code(self.key, body) != body["code"]:
            yield Finding("SEAL_ALTERED", None, body["number"])
        sealed |= {(person, position): code for person, position, code in body["heads"]}
        self.code, self.number = body["code"], body["number"]


@dataclass(slots=True)
class Walk:
    """One way over all chains, entry by entry; it holds one small entry a person in memory.

    `sealed` is what is to be met on the way, and what is left of it at the end was not. Entries up to `unchained_to` may
    have no code.
    """

    key: bytes
    sealed: Sealed
    unchained_to: int
    heads: dict[int, tuple[int, str]] = field(default_factory=dict)

    def entry(self, row: Any, counts: Checked) -> Iterator[Finding]:
        """The next entry of the history."""
        counts.entries += 1
        if row.code is None:
            if row.id > self.unchained_to:
                yield Finding("INSERTED", row.person, None, row.id)
            counts.unchained += 1
            return
        values = [getattr(row, name) for name in FIELDS]
        told = instant(row.at)
        yield from self._held(
            row.person,
            row,
            lambda before: code_of(self.key, row.person, row.position, before, told, values, row.payload),
        )

    def act(self, row: Any) -> Iterator[Finding]:
        """The next act that has its place."""
        yield from self._held(ACTS, row, lambda before: act_code(self.key, row.position, before, row))

    def _held(self, person: int, row: Any, code_after: Callable[[str], str]) -> Iterator[Finding]:
        position, before = self.heads.get(person, (0, ""))
        if row.position <= position:
            yield Finding("INSERTED", person, row.position, row.id)
            return
        if row.position > position + 1:
            # What follows cannot be judged by what was before it: its own code is taken for right from here on.
            yield Finding("REMOVED", person, position + 1)
        elif code_after(before) != row.code:
            yield Finding("EDITED", person, row.position, row.id)
        if self.sealed.pop((person, row.position), row.code) != row.code:
            yield Finding("EDITED", person, row.position, row.id)
        self.heads[person] = row.position, row.code

    def unmet(self, known: dict[int, tuple[int, str]]) -> Iterator[Finding]:
        """Whose chain ends before it should, by the ledger's own note of it or by a seal; and who is gone altogether.

        Without any note by the seals alone.
        """
        due = dict.fromkeys(self.heads, 0) | {person: position for person, (position, _) in known.items()}
        for person, position in self.sealed:
            due[person] = max(position, due.get(person, 0))
        for person, position in sorted(due.items()):
            if person not in self.heads:
                yield Finding("PERSON_MISSING", person, None)
            elif self.heads[person][0] < position:
                yield Finding("TRUNCATED", person, self.heads[person][0] + 1)
            elif known and known.get(person) != self.heads[person]:
                yield Finding("EDITED", person, self.heads[person][0])


def check(connection: Connection, key: bytes, seals: Sequence[Seal], counts: Checked) -> Iterator[Finding]:
    """Every finding, as it is met; counts what was looked at.

    `seals` are the bodies of all that were published, in their order.
    """
    book, sealed = Seals(key), Sealed()
    # What was not published yet lies in the outbox.
    for body in (*seals, *_unpublished(connection)):
        counts.seals += 1
        yield from book.take(body, sealed)
    told = connection.execute(sa.select(seal_head)).one()
    if told.number > book.number:
        yield Finding("SEAL_MISSING", None, book.number + 1)
    elif told.number < book.number or told.code != book.code:
        yield Finding("SEAL_ALTERED", None, book.number)
    walk, last = Walk(key, sealed, told.unchained_to), 0
    while page := entries(connection, last, _PAGE):
        for row in page:
            yield from walk.entry(row, counts)
        last = page[-1].id
    counts.persons = len(walk.heads)
    for row in acts_in_order(connection):
        counts.acts += 1
        yield from walk.act(row)
    yield from acts_put_in(connection)
    known = {row.person: (row.position, row.code) for row in connection.execute(sa.select(chain))}
    yield from walk.unmet(known)
    for what, document_id, version in payloads_altered(connection, counts):
        yield Finding(what, None, version, None, document_id)


def entries(connection: Connection, after: int, limit: int, to: int | None = None) -> Sequence[Any]:
    """Entries of the history in the order of their ids, after one and up to another."""
    chosen = sa.select(history).where(history.c.id > after, *([history.c.id <= to] if to is not None else []))
    return connection.execute(chosen.order_by(history.c.id).limit(limit)).all()


def ends(connection: Connection) -> tuple[int, int]:
    """Up to which entry the history has no chains, and its last entry."""
    unchained = sa.select(seal_head.c.unchained_to)
    return connection.scalar(unchained) or 0, connection.scalar(sa.select(sa.func.max(history.c.id))) or 0


def acts_in_order(connection: Connection) -> Iterator[Any]:
    """The acts that have their place, in the order of their chain."""
    last = 0
    while page := connection.execute(
        sa.select(act).where(act.c.position > last).order_by(act.c.position).limit(_PAGE)
    ).all():
        yield from page
        last = page[-1].position


def acts_put_in(connection: Connection) -> Iterator[Finding]:
    """Acts that have no place and should: nobody who signs wrote them. One is committed with its place or not at all."""
    unplaced_to = sa.select(seal_head.c.unplaced_to).scalar_subquery()
    chosen = sa.select(act.c.id).where(act.c.position.is_(None), act.c.id > unplaced_to)
    for number in connection.scalars(chosen.order_by(act.c.id).limit(_PAGE)):
        yield Finding("INSERTED", ACTS, None, number)


def _unpublished(connection: Connection) -> list[Seal]:
    chosen = sa.select(outbox.c.value).where(outbox.c.topic == TOPIC).order_by(outbox.c.id)
    return [seal_of(value) for value in connection.scalars(chosen)]
