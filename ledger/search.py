"""Searches: documents and persons as operators look for them, read only and bounded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.due import asks
from ledger.open_documents import IS_OPEN
from ledger.tables import alias, antecedent, dead_letter, document, person
from rules.words import State


@dataclass(frozen=True, slots=True)
class Which:
    """Which documents are meant; what is None does not narrow. `before`: in their state since before this instant."""

    state: str | None = None
    reason: str | None = None
    kind: str | None = None
    unit: str | None = None
    case_number: str | None = None
    person: int | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document as the ledger keeps it, without what SAJ wrote in it; `person` is the ledger's own number."""

    document_id: str
    person: int
    version: int
    kind: str
    variant: str | None
    case_number: str | None
    unit: str | None
    issued_at: datetime | None
    state: str
    reason: str | None
    missing: list[str]
    since: datetime | None
    priority: int
    turn: int
    step: str | None
    doing: str | None
    attempts: list[dict[str, str]]
    failed_access_at: datetime | None
    text: str | None
    opened_at: datetime | None
    retroactive: bool
    bnmp_id: str | None
    national_number: str | None
    bnmp_status: str | None
    registered_at: datetime | None
    due_at: datetime | None
    due_fact: str | None


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person: its number, everything that names it (personal data), who works on it, its open dead letters."""

    person: int
    rji: str | None
    aliases: tuple[str, ...]
    owner: str | None
    until: datetime | None
    dead_letters: int


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A document that a queue's record would ask its reader to carry on with."""

    document_id: str
    person: int
    turn: int
    priority: int


_COLUMNS = [document.c[name] for name in FoundDocument.__slots__]


def documents(connection: Connection, which: Which, limit: int, after: str = "") -> list[FoundDocument]:
    """Documents in the order of their ids, from the one after `after`."""
    chosen = sa.select(*_COLUMNS).where(document.c.document_id > after, *narrowed(which))
    return [FoundDocument(*row) for row in connection.execute(chosen.order_by(document.c.document_id).limit(limit))]


def narrowed(which: Which) -> list[sa.ColumnElement[bool]]:
    """The conditions on `document` that say which are meant."""
    named = {name: getattr(which, name) for name in ("state", "reason", "kind", "unit", "case_number", "person")}
    wanted = [document.c[name] == value for name, value in named.items() if value is not None]
    if which.before is not None:
        wanted.append(document.c.since < which.before)
    return wanted


def documents_of(connection: Connection, document_ids: Collection[str]) -> dict[str, FoundDocument]:
    """These documents, by their ids; what the ledger does not know is left out."""
    rows = connection.execute(sa.select(*_COLUMNS).where(among(document.c.document_id, document_ids)))
    return {found.document_id: found for found in (FoundDocument(*row) for row in rows)}


def a_document(connection: Connection, document_id: str) -> FoundDocument | None:
    """One document, or None."""
    row = connection.execute(sa.select(*_COLUMNS).where(document.c.document_id == document_id)).one_or_none()
    return FoundDocument(*row) if row else None


def antecedents_of(connection: Connection, document_id: str) -> list[str]:
    """What a document names as its antecedents, by SAJ's id or by national number, in its order."""
    chosen = sa.select(antecedent.c.names_document, antecedent.c.names_number)
    rows = connection.execute(chosen.where(antecedent.c.document_id == document_id).order_by(antecedent.c.position))
    return [names for row in rows if (names := row[0] or row[1])]


def person_named(connection: Connection, name: str) -> int | None:
    """The person whom an alias (an RJI, or `<tribunal>:<party_id>`) or the ledger's own number names."""
    found = connection.scalar(sa.select(alias.c.person).where(alias.c.alias == name))
    # An RJI has eleven digits; the ledger's own numbers do not come near.
    if found is None and name.isdecimal() and len(name) < 11:
        found = connection.scalar(sa.select(person.c.person).where(person.c.person == int(name)))
    return found


def same_human(connection: Connection, number: int) -> list[int]:
    """A person's number and those of whoever has the same RJI."""
    rji = connection.scalar(sa.select(person.c.rji).where(person.c.person == number))
    if rji is None:
        return [number]
    return sorted(connection.scalars(sa.select(person.c.person).where(person.c.rji == rji)))


def a_person(connection: Connection, number: int) -> FoundPerson:
    """A person who is there."""
    row = connection.execute(sa.select(person).where(person.c.person == number)).one()
    names = connection.scalars(sa.select(alias.c.alias).where(alias.c.person == number).order_by(alias.c.alias))
    dead = sa.select(sa.func.count()).select_from(dead_letter)
    waiting = connection.scalar(dead.where(dead_letter.c.person == number, dead_letter.c.ended_at.is_(None)))
    return FoundPerson(number, row.rji, tuple(names), row.owner, row.until, waiting or 0)


def waiting_by_link(connection: Connection) -> dict[str, int]:
    """How many documents the link's state keeps waiting, by reason; CONTINGENCY: opened and not yet resolved."""
    held = sa.select(document.c.reason, sa.func.count()).where(
        IS_OPEN, document.c.state == State.HELD, document.c.reason.in_(("WAITING_LINK", "AWAITING_CONSENT"))
    )
    found = {reason: int(count) for reason, count in connection.execute(held.group_by(document.c.reason))}
    opened = sa.select(sa.func.count()).select_from(document).where(IS_OPEN, document.c.state == State.CONTINGENCY)
    empty = {"WAITING_LINK": 0, "AWAITING_CONSENT": 0}
    return empty | found | {"CONTINGENCY": connection.scalar(opened) or 0}


def open_work(connection: Connection, *, contingency: bool, limit: int, after: str = "") -> list[OpenWork]:
    """What the sender, or the resolver (`contingency`), has yet to do, in the order of the documents' ids.

    For a queue whose records are gone: these are the documents whose latest record would not be finished
    (rules/queue.py is_finished). `after` is the last id of the page before.
    """
    mine: sa.ColumnElement[bool]
    if contingency:
        mine = document.c.opened_at.is_not(None)
        mine &= ~((document.c.state == State.CONTINGENCY) & document.c.reason.is_not(None))
    else:
        mine = document.c.opened_at.is_(None) & document.c.state.in_((State.READY, State.SENDING, State.UNCERTAIN))
        mine |= asks()
    columns: list[sa.Column[Any]] = [document.c[name] for name in OpenWork.__slots__]
    chosen = sa.select(*columns).where(document.c.document_id > after, IS_OPEN, mine)
    return [OpenWork(*row) for row in connection.execute(chosen.order_by(document.c.document_id).limit(limit))]
