"""Seen: what the ledger has of records that are read again; read only, and nothing is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.cursors import NoCursorError, Place, cursors
from ledger.requests import document_of
from ledger.tables import dead_letter, document, inbox, payload
from rules.versions import is_replaceable_as
from schemas.document_issued import DocumentIssued
from schemas.reading import Event, Unreadable
from schemas.record import RawRecord

Read = tuple[RawRecord, Event | Unreadable]


class Sight(StrEnum):
    """What a record is to the ledger.

    `DONE`: its id was taken with this content. `NEW`: the inbox lacks it. `KNOWN`: the inbox lacks it, and the content is
    there under another id. `CONFLICT`: the id, or a document on its way, has other content. `UNREADABLE`: the ledger
    lacks its dead letter. `LETTER`: it is, or was, a dead letter, which goes its way by being redriven and no other.
    `AHEAD`: the group has yet to read it.
    """

    DONE = "DONE"
    NEW = "NEW"
    KNOWN = "KNOWN"
    CONFLICT = "CONFLICT"
    UNREADABLE = "UNREADABLE"
    LETTER = "LETTER"
    AHEAD = "AHEAD"


LEFT_ALONE = frozenset({Sight.DONE, Sight.LETTER, Sight.AHEAD})
"""What a replay into the ledger does not hand to the intake."""


@dataclass(frozen=True, slots=True)
class About:
    """The document that a record is about, as the ledger keeps it."""

    document_id: str
    person: int
    kind: str
    state: str
    reason: str | None
    unit: str | None
    case_number: str | None
    bnmp_id: str | None
    doing: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A record's sight, and the document that it is about, where the ledger has one."""

    sight: Sight
    about: About | None


def look(connection: Connection, group: str, reads: Sequence[Read]) -> list[Seen]:
    """What each of these records is to the ledger; raises NoCursorError where the group has no cursor for its partition."""
    if not reads:
        return []
    known = cursors(connection, group)
    letters = _letters(connection, [record for record, _ in reads])
    taken = _taken(connection, [(event.source, event.ce_id) for _, event in reads if isinstance(event, Event)])
    ids = {found for _, event in reads if (found := _document(event)) is not None}
    about = _about(connection, ids)
    contents = _contents(connection, ids)

    def sight(record: RawRecord, event: Event | Unreadable) -> Sight:
        place = (record.topic, record.partition)
        if place not in known:
            raise NoCursorError(place)
        if record.offset >= known[place].next_offset:
            return Sight.AHEAD
        if (*place, record.offset) in letters:
            return Sight.LETTER
        if isinstance(event, Unreadable):
            return Sight.UNREADABLE
        digest = taken.get((event.source, event.ce_id))
        if digest is not None:
            return Sight.DONE if digest == event.digest else Sight.CONFLICT
        return _of_content(event, about, contents)

    return [Seen(sight(record, event), about.get(_document(event) or "")) for record, event in reads]


def _of_content(event: Event, about: dict[str, About], contents: set[tuple[str, str]]) -> Sight:
    """What an event is of which the inbox lacks the id; whether a version conflicts is decided only when it is taken."""
    found = about.get(_document(event) or "")
    if found is None or not isinstance(event.body, DocumentIssued):
        return Sight.NEW
    if (found.document_id, event.digest) in contents:
        return Sight.KNOWN
    return Sight.NEW if is_replaceable_as(found.state, found.bnmp_id, found.doing) else Sight.CONFLICT


def _document(event: Event | Unreadable) -> str | None:
    if isinstance(event, Unreadable):
        return event.document_id
    return event.body.document_id if isinstance(event.body, DocumentIssued) else document_of(event)


def _letters(connection: Connection, records: Sequence[RawRecord]) -> set[tuple[str, int, int]]:
    """Which of these records are dead letters, ended ones too."""
    reach: dict[Place, tuple[int, int]] = {}
    for record in records:
        place = (record.topic, record.partition)
        low, high = reach.get(place, (record.offset, record.offset))
        reach[place] = min(low, record.offset), max(high, record.offset)
    key = (dead_letter.c.topic, dead_letter.c.partition, dead_letter.c.offset)
    within = [
        (key[0] == topic) & (key[1] == partition) & key[2].between(low, high)
        for (topic, partition), (low, high) in reach.items()
    ]
    return {
        (row.topic, row.partition, row.offset) for row in connection.execute(sa.select(*key).where(sa.or_(*within)))
    }


def _taken(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The digests under which these ids were taken, of those that were; a source at a time, for they are few."""
    by_source: dict[str, set[str]] = {}
    for source, ce_id in keys:
        by_source.setdefault(source, set()).add(ce_id)
    found: dict[tuple[str, str], str] = {}
    for source, ids in by_source.items():
        chosen = sa.select(inbox.c.ce_id, inbox.c.digest).where(inbox.c.source == source, among(inbox.c.ce_id, ids))
        found |= {(source, row.ce_id): row.digest for row in connection.execute(chosen)}
    return found


def _about(connection: Connection, ids: set[str]) -> dict[str, About]:
    columns = [document.c[name] for name in About.__slots__]
    rows = connection.execute(sa.select(*columns).where(among(document.c.document_id, ids))) if ids else ()
    return {row.document_id: About(*row) for row in rows}


def _contents(connection: Connection, ids: set[str]) -> set[tuple[str, str]]:
    chosen = sa.select(payload.c.document_id, payload.c.digest).where(among(payload.c.document_id, ids))
    return {(row.document_id, row.digest) for row in connection.execute(chosen)} if ids else set()
