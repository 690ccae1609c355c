"""Checking the chains: the history is read once, in the order of its ids, and held against its codes and the seals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.chains import FIELDS, TOPIC, Seal, chain, code_of, instant, seal_code, seal_head, seal_of
from ledger.tables import history, outbox

_PAGE = 5000
What = Literal["EDITED", "REMOVED", "INSERTED", "TRUNCATED", "PERSON_MISSING", "SEAL_MISSING", "SEAL_ALTERED"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold: of a person's entry by its place in their chain and its id, or of a seal by its number."""

    what: What
    person: int | None
    position: int | None
    entry: int | None = None


@dataclass(slots=True)
class Checked:
    """What was looked at; `unchained` are entries of a release that had no chains."""

    entries: int = 0
    persons: int = 0
    seals: int = 0
    unchained: int = 0


def check(connection: Connection, key: bytes, seals: Sequence[Seal], counts: Checked) -> Iterator[Finding]:
    """Every finding, as it is met; counts what was looked at. It holds one small entry a person in memory.

    `seals` are the bodies of all that were published, in their order.
    """
    sealed: dict[tuple[int, int], str] = {}
    yield from _seals(connection, key, seals, sealed, counts)
    heads: dict[int, tuple[int, str]] = {}
    unchained = connection.scalar(sa.select(seal_head.c.unchained_to)) or 0
    for row in _entries(connection):
        counts.entries += 1
        if row.code is None:
            if row.id > unchained:
                yield Finding("INSERTED", row.person, None, row.id)
            counts.unchained += 1
            continue
        position, before = heads.get(row.person, (0, ""))
        if row.position <= position:
            yield Finding("INSERTED", row.person, row.position, row.id)
            continue
        if row.position > position + 1:
            # What follows cannot be judged by what was before it: its own code is taken for right from here on.
            yield Finding("REMOVED", row.person, position + 1)
        else:
            values = [getattr(row, name) for name in FIELDS]
            if code_of(key, row.person, row.position, before, instant(row.at), values) != row.code:
                yield Finding("EDITED", row.person, row.position, row.id)
        if sealed.pop((row.person, row.position), row.code) != row.code:
            yield Finding("EDITED", row.person, row.position, row.id)
        heads[row.person] = row.position, row.code
    counts.persons = len(heads)
    yield from _ends(connection, heads, sealed)


def _ends(
    connection: Connection, heads: Mapping[int, tuple[int, str]], sealed: Mapping[tuple[int, int], str]
) -> Iterator[Finding]:
    """Whose chain ends before it should, by the ledger's own note of it or by a seal; and who is gone altogether."""
    known = {row.person: (row.position, row.code) for row in connection.execute(sa.select(chain))}
    due = {person: position for person, (position, _) in known.items()}
    for person, position in sealed:
        due[person] = max(position, due.get(person, 0))
    for person, position in sorted(due.items()):
        if person not in heads:
            yield Finding("PERSON_MISSING", person, None)
        elif heads[person][0] < position:
            yield Finding("TRUNCATED", person, heads[person][0] + 1)
        elif person not in known or known[person] != heads[person]:
            yield Finding("EDITED", person, heads[person][0])


def _entries(connection: Connection) -> Iterator[Any]:
    last = 0
    while True:
        chosen = sa.select(history).where(history.c.id > last).order_by(history.c.id).limit(_PAGE)
        page = connection.execute(chosen).all()
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1].id


def _seals(
    connection: Connection,
    key: bytes,
    seals: Sequence[Seal],
    sealed: dict[tuple[int, int], str],
    counts: Checked,
) -> Iterator[Finding]:
    before, number = "", 0
    # What was not published yet lies in the outbox.
    for body in (*seals, *_unpublished(connection)):
        counts.seals += 1
        if body["number"] <= number:
            # The relay may publish a row twice; the same again says nothing new.
            continue
        if body["number"] != number + 1:
            yield Finding("SEAL_MISSING", None, number + 1)
        elif body["before"] != before:
            yield Finding("SEAL_ALTERED", None, body["number"])
        if seal_code(key, body) != body["code"]:
            yield Finding("SEAL_ALTERED", None, body["number"])
        sealed |= {(person, position): code for person, position, code in body["heads"]}
        before, number = body["code"], body["number"]
    told = connection.execute(sa.select(seal_head.c.number, seal_head.c.code)).one()
    if told.number > number:
        yield Finding("SEAL_MISSING", None, number + 1)
    elif told.number < number or told.code != before:
        yield Finding("SEAL_ALTERED", None, number)


def _unpublished(connection: Connection) -> list[Seal]:
    chosen = sa.select(outbox.c.value).where(outbox.c.topic == TOPIC).order_by(outbox.c.id)
    return [seal_of(value) for value in connection.scalars(chosen)]
