"""Dossiers: rows to the rules' documents and back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from ledger.tables import antecedent, dead_letter, document, link, person
from rules.dossier import Antecedent, Attempt, ConsentGiven, Court, Document, Dossier, Link, Person
from rules.windows import Windows
from rules.words import AnswerClass, Consent, LinkState, Reason, State, Step

_PLAIN = tuple(
    field.name
    for field in fields(Document)
    if field.name not in ("antecedents", "gaps", "missing", "attempts", "consent", "state", "reason", "step", "doing")
)


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
    )


def _persons(connection: Connection, persons: Sequence[int]) -> dict[int, Person]:
    asked = {"persons": list(persons)}
    counts = {row[0]: row[1] for row in connection.execute(_DEAD_LETTERS, asked)}
    rows = connection.execute(_RJIS, asked)
    return {row.person: Person(row.person, row.rji, counts.get(row.person, 0)) for row in rows}


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
        attempts=tuple(_attempt(attempt) for attempt in row.attempts),
        consent=_consent(row.consent),
        state=State(row.state),
        reason=Reason(row.reason) if row.reason else None,
        step=Step(row.step) if row.step else None,
        doing=Step(row.doing) if row.doing else None,
    )


def _attempt(kept: dict[str, str]) -> Attempt:
    return Attempt(datetime.fromisoformat(kept["at"]), kept["op"], AnswerClass(kept["class"]), kept["detail"])


def _consent(kept: dict[str, str] | None) -> ConsentGiven | None:
    if kept is None:
        return None
    return ConsentGiven(Consent(kept["answer"]), kept["by"], datetime.fromisoformat(kept["at"]))


def row_of(kept: Document) -> dict[str, Any]:
    """A document's row; its antecedents and SAJ's key are kept beside it."""
    consent = kept.consent
    return {name: getattr(kept, name) for name in _PLAIN} | {
        "gaps": list(kept.gaps),
        "missing": list(kept.missing),
        "attempts": [attempt.told() for attempt in kept.attempts],
        "consent": {"answer": consent.answer, "by": consent.by, "at": consent.at.isoformat()} if consent else sa.null(),
        "state": kept.state,
        "reason": kept.reason,
        "step": kept.step,
        "doing": kept.doing,
    }
