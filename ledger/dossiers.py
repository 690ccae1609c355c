"""Dossiers: rows to the rules' documents and back."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.tables import Instant, antecedent, custody, dead_letter, document, link, person
from rules.dossier import (
    Antecedent,
    Attempt,
    ConsentGiven,
    Court,
    Custody,
    Document,
    Dossier,
    Hand,
    Link,
    Person,
    Withdrawal,
)
from rules.windows import Windows
from rules.words import AnswerClass, Consent, CustodyEvent, LinkState, Reason, Role, State, Step

_FIELDS = tuple(field.name for field in fields(Document))
_LISTS_OF_TEXT = ("gaps", "missing", "cleared")
_MADE = (
    "antecedents",
    "attempts",
    "consent",
    "state",
    "reason",
    "step",
    "doing",
    "withdrawal",
    "hands",
    *_LISTS_OF_TEXT,
)
_PLAIN = tuple(name for name in _FIELDS if name not in _MADE)


# Compiled once: these run in every transaction.
_DOCUMENTS = sa.select(*(sa.null() if name == "antecedents" else document.c[name] for name in _FIELDS)).where(
    among(document.c.person, "persons")
)
_RJIS = sa.select(person.c.person, person.c.rji).where(among(person.c.person, "persons"))
_DEAD_LETTERS = (
    sa.select(dead_letter.c.person, sa.func.count())
    .where(among(dead_letter.c.person, "persons"), dead_letter.c.ended_at.is_(None))
    .group_by(dead_letter.c.person)
)
_ANTECEDENTS = (
    sa.select(antecedent.c.document_id, antecedent.c.names_document, antecedent.c.names_number)
    .select_from(sa.join(antecedent, document, document.c.document_id == antecedent.c.document_id))
    .where(among(document.c.person, "persons"))
    .order_by(antecedent.c.document_id, antecedent.c.position)
)
_CUSTODY = (
    sa.select(custody.c.person, custody.c.event_id, custody.c.event, custody.c.effective_date)
    .where(among(custody.c.person, "persons"), custody.c.event.is_not(None), custody.c.effective_date.is_not(None))
    .order_by(custody.c.effective_date, custody.c.event_id)
)
_LINK = sa.select(link)
_LINK_TO_CHANGE = _LINK.with_for_update()


def load(connection: Connection, persons: Sequence[int], *, now: datetime, court: Court, windows: Windows) -> Dossier:
    """Everything that the ledger knows of these persons, as a decision sees it."""
    named = _antecedents(connection, persons)
    return Dossier(
        now=now,
        court=court,
        link=load_link(connection),
        windows=windows,
        persons=_persons(connection, persons),
        documents={kept.document_id: kept for kept in _documents(connection, persons, named)},
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
    )


def _persons(connection: Connection, persons: Sequence[int]) -> dict[int, Person]:
    asked = {"persons": list(persons)}
    counts = {row[0]: row[1] for row in connection.execute(_DEAD_LETTERS, asked)}
    history: dict[int, list[Custody]] = defaultdict(list)
    for row in connection.execute(_CUSTODY, asked):
        history[row.person].append(Custody(row.event_id, CustodyEvent(row.event), row.effective_date))
    rows = connection.execute(_RJIS, asked)
    return {
        row.person: Person(row.person, row.rji, counts.get(row.person, 0), tuple(history[row.person])) for row in rows
    }


def _antecedents(connection: Connection, persons: Sequence[int]) -> dict[str, list[Antecedent]]:
    named: dict[str, list[Antecedent]] = defaultdict(list)
    for document_id, names_document, names_number in _rows(connection, _ANTECEDENTS, persons):
        named[document_id].append(Antecedent(names_document, names_number))
    return named


def _rows(connection: Connection, chosen: sa.Select[Any], persons: Sequence[int]) -> list[tuple[Any, ...]]:
    """Rows as the driver gives them: of a person's file SQLAlchemy's own rows would be the dearest part by far."""
    with closing(connection.execute(chosen, {"persons": list(persons)})) as found:
        return list(found.cursor.fetchall())


def _documents(
    connection: Connection, persons: Sequence[int], named: Mapping[str, Sequence[Antecedent]]
) -> Iterator[Document]:
    readers = [(_FIELDS.index(name), read) for name, read in _READERS[connection.dialect.name].items()]
    for row in _rows(connection, _DOCUMENTS, persons):
        values = list(row)
        for at, read in readers:
            if values[at] is not None:
                values[at] = read(values[at])
        values[_ANTECEDENTS_AT] = tuple(named.get(values[0], ()))
        yield _made_of(values)


def _made_of(values: Sequence[Any]) -> Document:
    """What `Document(*values)` is, made in half the time: its own constructor looks every field up by name."""
    made = object.__new__(Document)
    for put, value in zip(_SLOTS, values, strict=True):
        put(made, value)
    return made


def _attempt(kept: dict[str, str]) -> Attempt:
    return Attempt(datetime.fromisoformat(kept["at"]), kept["op"], AnswerClass(kept["class"]), kept["detail"])


def _consent(kept: dict[str, str]) -> ConsentGiven:
    return ConsentGiven(Consent(kept["answer"]), kept["by"], datetime.fromisoformat(kept["at"]))


def _withdrawal(kept: dict[str, str]) -> Withdrawal:
    return Withdrawal(**{**kept, "role": Role(kept["role"]), "at": datetime.fromisoformat(kept["at"])})  # type: ignore[arg-type]  # as written by row_of


def _hands(kept: list[list[str]]) -> tuple[Hand, ...]:
    return tuple(Hand(Role(role), user, unit) for role, user, unit in kept)


def _attempts(kept: list[dict[str, str]]) -> tuple[Attempt, ...]:
    return tuple(_attempt(attempt) for attempt in kept)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def _parsed(read: Callable[[Any], Any]) -> Callable[[str], Any]:
    # Nearly every list is empty.
    return lambda text: () if text == "[]" else read(json.loads(text))


_Reader = Callable[[Any], Any]
_WORDS: Mapping[str, _Reader] = {
    name: {word.value: word for word in words}.__getitem__
    for name, words in (("state", State), ("reason", Reason), ("step", Step), ("doing", Step))
}
_LISTS: Mapping[str, _Reader] = {
    **dict.fromkeys(_LISTS_OF_TEXT, tuple),
    "attempts": _attempts,
    "consent": _consent,
    "withdrawal": _withdrawal,
    "hands": _hands,
}
_INSTANTS = tuple(name for name in _FIELDS if name in document.c and isinstance(document.c[name].type, Instant))
_FLAGS = tuple(name for name in _FIELDS if name in document.c and isinstance(document.c[name].type, sa.Boolean))
# What the two drivers leave to be read; SQLite has neither dates, nor instants, nor truth, nor lists.
_READERS: Mapping[str, Mapping[str, _Reader]] = {
    "postgresql": {**_WORDS, **_LISTS},
    "sqlite": {
        **_WORDS,
        **{name: _parsed(read) for name, read in _LISTS.items()},
        **dict.fromkeys(_INSTANTS, _utc),
        **dict.fromkeys(_FLAGS, bool),
        "valid_until": date.fromisoformat,
    },
}
_SLOTS = tuple(getattr(Document, name).__set__ for name in _FIELDS)
_ANTECEDENTS_AT = _FIELDS.index("antecedents")


def row_of(kept: Document) -> dict[str, Any]:
    """A document's row; its antecedents and SAJ's key are kept beside it."""
    consent, taken = kept.consent, kept.withdrawal
    return {name: getattr(kept, name) for name in _PLAIN} | {
        **{name: list(getattr(kept, name)) for name in _LISTS_OF_TEXT},
        "attempts": [attempt.told() for attempt in kept.attempts],
        "consent": {"answer": consent.answer, "by": consent.by, "at": consent.at.isoformat()} if consent else None,
        "state": kept.state,
        "reason": kept.reason,
        "step": kept.step,
        "doing": kept.doing,
        "withdrawal": asdict(taken) | {"at": taken.at.isoformat()} if taken else None,
        "hands": [[hand.role, hand.user, hand.unit] for hand in kept.hands],
    }
