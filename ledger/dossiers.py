"""Dossiers: rows to the rules' documents and back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from ledger.tables import antecedent, custody, dead_letter, document, link, person
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

_LISTS = ("gaps", "missing", "cleared")
_MADE = ("antecedents", "attempts", "consent", "state", "reason", "step", "doing", "withdrawal", "hands", *_LISTS)
_PLAIN = tuple(field.name for field in fields(Document) if field.name not in _MADE)


# Compiled once: these run in every transaction.
_ASKED: sa.BindParameter[int] = sa.bindparam("persons", expanding=True)
_DOCUMENTS = sa.select(document).where(document.c.person.in_(_ASKED))
_RJIS = sa.select(person.c.person, person.c.rji).where(person.c.person.in_(_ASKED))
_DEAD_LETTERS = (
    sa.select(dead_letter.c.person, sa.func.count())
    .where(dead_letter.c.person.in_(_ASKED), dead_letter.c.ended_at.is_(None))
    .group_by(dead_letter.c.person)
)
_ANTECEDENTS = (
    sa.select(antecedent)
    .select_from(sa.join(antecedent, document, document.c.document_id == antecedent.c.document_id))
    .where(document.c.person.in_(_ASKED))
    .order_by(antecedent.c.document_id, antecedent.c.position)
)
_CUSTODY = (
    sa.select(custody.c.person, custody.c.event_id, custody.c.event, custody.c.effective_date)
    .where(custody.c.person.in_(_ASKED), custody.c.event.is_not(None), custody.c.effective_date.is_not(None))
    .order_by(custody.c.effective_date, custody.c.event_id)
)
_LINK = sa.select(link)
_LINK_TO_CHANGE = _LINK.with_for_update()


def load(connection: Connection, persons: Sequence[int], *, now: datetime, court: Court, windows: Windows) -> Dossier:
    """Everything that the ledger knows of these persons, as a decision sees it."""
    rows = connection.execute(_DOCUMENTS, {"persons": list(persons)}).all()
    named = _antecedents(connection, persons)
    return Dossier(
        now=now,
        court=court,
        link=load_link(connection),
        windows=windows,
        persons=_persons(connection, persons),
        documents={row.document_id: _document(row, named[row.document_id]) for row in rows},
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
    rows = connection.execute(_ANTECEDENTS, {"persons": list(persons)})
    named: dict[str, list[Antecedent]] = defaultdict(list)
    for row in rows:
        named[row.document_id].append(Antecedent(row.names_document, row.names_number))
    return named


def _document(row: Row[Any], named: Iterable[Antecedent]) -> Document:
    return Document(
        **{name: getattr(row, name) for name in _PLAIN},
        antecedents=tuple(named),
        gaps=tuple(row.gaps),
        missing=tuple(row.missing),
        cleared=tuple(row.cleared),
        attempts=tuple(_attempt(attempt) for attempt in row.attempts),
        consent=_consent(row.consent),
        state=State(row.state),
        reason=Reason(row.reason) if row.reason else None,
        step=Step(row.step) if row.step else None,
        doing=Step(row.doing) if row.doing else None,
        withdrawal=_withdrawal(row.withdrawal),
        hands=tuple(Hand(Role(role), user, unit) for role, user, unit in row.hands),
    )


def _attempt(kept: dict[str, str]) -> Attempt:
    return Attempt(datetime.fromisoformat(kept["at"]), kept["op"], AnswerClass(kept["class"]), kept["detail"])


def _consent(kept: dict[str, str] | None) -> ConsentGiven | None:
    if kept is None:
        return None
    return ConsentGiven(Consent(kept["answer"]), kept["by"], datetime.fromisoformat(kept["at"]))


def _withdrawal(kept: dict[str, str] | None) -> Withdrawal | None:
    if kept is None:
        return None
    return Withdrawal(**{**kept, "role": Role(kept["role"]), "at": datetime.fromisoformat(kept["at"])})  # type: ignore[arg-type]  # as written by row_of


def row_of(kept: Document) -> dict[str, Any]:
    """A document's row; its antecedents and SAJ's key are kept beside it."""
    consent, taken = kept.consent, kept.withdrawal
    return {name: getattr(kept, name) for name in _PLAIN} | {
        **{name: list(getattr(kept, name)) for name in _LISTS},
        "attempts": [attempt.told() for attempt in kept.attempts],
        "consent": {"answer": consent.answer, "by": consent.by, "at": consent.at.isoformat()} if consent else sa.null(),
        "state": kept.state,
        "reason": kept.reason,
        "step": kept.step,
        "doing": kept.doing,
        "withdrawal": asdict(taken) | {"at": taken.at.isoformat()} if taken else sa.null(),
        "hands": [[hand.role, hand.user, hand.unit] for hand in kept.hands],
    }
