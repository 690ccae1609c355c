"""Documents and persons: what the ledger knows of them, and the way each has come."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from ledger import acts, listing, search
from ledger.engine import Connection, Database
from ledger.search import FoundDocument, Which
from operations.answers import (
    Decision,
    DocumentDetail,
    DocumentLine,
    DocumentPage,
    Lease,
    PersonShown,
)
from operations.custody import custody_of
from operations.evidence import Shown, evidence_of
from operations.keys import hashed
from rules import holds, messages
from rules.words import Reason, State

__all__ = ["REVEALED", "Shown", "listed", "number_of", "older_than", "show", "show_person"]

REVEALED = "PERSON_REVEALED"
_WAITS = frozenset({State.HELD, State.CONTINGENCY})


def listed(database: Database, which: Which, limit: int, cursor: str = "") -> DocumentPage:
    """Documents in the order of their ids, from the one after `cursor`."""
    with database.reading() as connection:
        lines, following = _page(connection, which, limit, cursor, database.clock())
    return DocumentPage(items=lines, next_cursor=following)


def older_than(database: Database, seconds: float) -> datetime:
    """The instant before which a document must have come to its state to be older than `seconds`."""
    return database.clock() - timedelta(seconds=seconds)


def number_of(database: Database, name: str) -> int | None:
    """The person whom an alias or the ledger's own number names; None where the ledger knows nobody by it."""
    with database.reading() as connection:
        return search.person_named(connection, name)


def same(database: Database, number: int) -> dict[int, tuple[str, ...]]:
    """A person and whoever has the same RJI, the same human being, each with all that names them."""
    with database.reading() as connection:
        return {each: search.a_person(connection, each).aliases for each in search.same_human(connection, number)}


def show(database: Database, document_id: str, places: Mapping[str, str] | None = None) -> Shown | None:
    """One document with every decision about it, oldest first; None where the ledger does not know it.

    `places`: by unit, where access to it is asked.
    """
    with database.reading() as connection:
        found = search.a_document(connection, document_id)
        if found is None:
            return None
        named = tuple(search.antecedents_of(connection, document_id))
        history = tuple(Decision(**asdict(row)) for row in listing.history_of(connection, document_id))
        stands_on = evidence_of(connection, found, history)
    detail = _detail(found, named, database.clock(), places or {})
    return Shown(document=detail, history=history, contingency=stands_on)


def show_person(
    database: Database, name: str, *, secret: str, limit: int, cursor: str = "", reveal: tuple[str, str] | None = None
) -> PersonShown | None:
    """A person and a page of its documents; None where nobody is called `name`.

    `reveal` is (by, reason): what names the person is then shown as it is, and that it was is put on record first.
    Raises ValueError when nobody signs for it.
    """
    with database.reading() as connection:
        number = search.person_named(connection, name)
    if number is None:
        return None
    if reveal is not None:
        with database.transaction() as connection:
            acts.write(connection, REVEALED, f"person {number}", by=reveal[0], reason=reveal[1])
    with database.reading() as connection:
        found = search.a_person(connection, number)
        held = custody_of(connection, number)
        lines, following = _page(connection, Which(person=number), limit, cursor, database.clock())

    def told(key: str) -> str | None:
        return key if reveal is not None else hashed(secret, key)

    return PersonShown(
        person=number,
        rji=told(found.rji) if found.rji else None,
        keys=tuple(told(key) for key in found.aliases),
        revealed=reveal is not None,
        lease=Lease(owner=found.owner, until=found.until) if found.owner else None,
        dead_letters=found.dead_letters,
        custody=held,
        documents=lines,
        next_cursor=following,
    )


def _page(
    connection: Connection, which: Which, limit: int, cursor: str, now: datetime
) -> tuple[tuple[DocumentLine, ...], str | None]:
    # One row more than asked tells whether there is a next page.
    found = search.documents(connection, which, limit + 1, cursor)
    lines = tuple(DocumentLine(**_line(each, now)) for each in found[:limit])
    return lines, lines[-1].document_id if len(found) > limit else None


def _line(found: FoundDocument, now: datetime) -> dict[str, Any]:
    who, _ = _hold(found, {})
    age = int((now - found.since).total_seconds()) if found.since else None
    values = {name: getattr(found, name) for name in DocumentLine.model_fields if hasattr(found, name)}
    return values | {"who": who, "age_seconds": age}


def _detail(
    found: FoundDocument, antecedents: tuple[str, ...], now: datetime, places: Mapping[str, str]
) -> DocumentDetail:
    values = {name: getattr(found, name) for name in DocumentDetail.model_fields if hasattr(found, name)}
    return DocumentDetail(
        **values | _line(found, now) | {"antecedents": antecedents, "remedy": _hold(found, places)[1]}
    )


def _hold(found: FoundDocument, places: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Who must act and what to do; nobody and nothing where no reason keeps it, or one that a newer release wrote.

    `places`: by unit, where its access is asked.
    """
    if found.state not in _WAITS or found.reason not in messages.HOLDS:
        return None, None
    reason = Reason(found.reason)
    return messages.HOLDS[reason][0], holds.remedy(found.kind, found.variant, reason, found.missing, places)
