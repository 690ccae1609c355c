"""Dossiers: everything that the ledger knows of some persons, as a decision sees it."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import custody
from ledger.among import among
from ledger.document_rows import COLUMNS, READERS
from ledger.tables import antecedent, dead_letter, document, link, person
from rules.dossier import Antecedent, Court, Document, Dossier, Link, Merge, Person
from rules.history import UNWATCHED
from rules.windows import Windows
from rules.words import LinkState

# Compiled once: these run in every transaction.
_DOCUMENTS = sa.select(*COLUMNS).where(among(document.c.person, "persons"))
_RJIS = sa.select(person.c.person, person.c.rji, person.c.merges_from, person.c.merges_into, person.c.merge_told).where(
    among(person.c.person, "persons")
)
_DEAD_LETTERS = (
    sa.select(dead_letter.c.person, sa.func.count())
    .where(among(dead_letter.c.person, "persons"), dead_letter.c.ended_at.is_(None))
    .group_by(dead_letter.c.person)
)
_ANTECEDENTS = (
    sa.select(antecedent.c.document_id, antecedent.c.position, antecedent.c.names_document, antecedent.c.names_number)
    .select_from(sa.join(antecedent, document, document.c.document_id == antecedent.c.document_id))
    .where(among(document.c.person, "persons"))
)
_LINK = sa.select(link)
_LINK_TO_CHANGE = _LINK.with_for_update()


def load(connection: Connection, persons: Sequence[int], *, now: datetime, court: Court, windows: Windows) -> Dossier:
    """Everything that the ledger knows of these persons, as a decision sees it."""
    return Dossier(
        now=now,
        court=court,
        link=load_link(connection),
        windows=windows,
        persons=_persons(connection, persons, court.zone),
        documents=_documents(connection, persons),
    )


def load_link(connection: Connection, *, to_change: bool = False) -> Link:
    """The link as all processes see it; whoever is `to_change` it waits for whoever is at it."""
    row = connection.execute(_LINK_TO_CHANGE if to_change else _LINK).one()
    return Link(
        LinkState(row.state),
        row.since,
        row.cause,
        row.unavailable_since,
        row.last_failed_at,
        row.probe_at,
        row.opened_times,
        row.until,
        row.flaps,
        row.back_at,
    )


def _persons(connection: Connection, persons: Sequence[int], zone: tzinfo) -> dict[int, Person]:
    counts: Mapping[int, int] = dict(_rows(connection, _DEAD_LETTERS, persons))
    history = custody.events_of(connection, persons, zone)
    watched = custody.watches_of(connection, persons)

    def person_of(number: int, rji: str | None, *merge: str | None) -> Person:
        events, watch = tuple(history.get(number, ())), watched.get(number, UNWATCHED)
        return Person(number, rji, counts.get(number, 0), events, _merge(*merge), watch)

    return {row[0]: person_of(*row) for row in _rows(connection, _RJIS, persons)}


def _merge(from_rji: str | None, into_rji: str | None, told: str | None) -> Merge | None:
    return Merge(from_rji, into_rji, told) if from_rji and into_rji else None


def _antecedents(connection: Connection, persons: Sequence[int]) -> dict[str, tuple[Antecedent, ...]]:
    named: dict[str, tuple[Antecedent, ...]] = {}
    # In the order of their places; nearly every document names one at most.
    for document_id, _, names_document, names_number in sorted(_rows(connection, _ANTECEDENTS, persons)):
        one = Antecedent(names_document, names_number)
        named[document_id] = (*named[document_id], one) if document_id in named else (one,)
    return named


def _documents(connection: Connection, persons: Sequence[int]) -> dict[str, Document]:
    named, read = _antecedents(connection, persons), READERS[connection.dialect.name]
    return {row[0]: read(row, named) for row in _rows(connection, _DOCUMENTS, persons)}


def _rows(connection: Connection, chosen: sa.Select[Any], persons: Sequence[int]) -> list[Any]:
    """Rows as the driver gives them: of a person's file SQLAlchemy's own rows would be the dearest part by far."""
    with closing(connection.execute(chosen, {"persons": list(persons)})) as found:
        return list(found.cursor.fetchall())
