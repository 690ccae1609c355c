"""Arrivals: a batch of records becomes one transaction.

Cursor, inbox, persons in their order, decisions, dead letters, outbox, next offsets: all or nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import cursors, outbox
from ledger.bulk import insert, upsert
from ledger.cursors import Place
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.persons import Names, bound_to, find, find_or_add
from ledger.record import Recorder, persons_of, record
from ledger.tables import dead_letter, inbox, payload
from ledger.tables import outbox as outbox_table
from rules.casework import Say
from rules.dossier import Document
from rules.facts import ContingencyAnswered, DocumentIssued, DocumentReissued, PersonReviewed
from rules.words import State
from schemas.codes import Code
from schemas.reading import Event, Unreadable
from schemas.record import RawRecord

_REPLACEABLE = frozenset({State.READY, State.HELD})


class GapError(Exception):
    """Records between the cursor and the batch were not handed over; `gaps` are (place, cursor, first)."""

    def __init__(self, gaps: Sequence[tuple[Place, int, int]]) -> None:
        super().__init__(f"{len(gaps)} partitions have records before the batch")
        self.gaps = tuple(gaps)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record as it was read: a document (with its rules' form), a command's fact, or unreadable."""

    record: RawRecord
    event: Event | Unreadable
    document: Document | None = None
    names: Names | None = None
    command: ContingencyAnswered | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch did: the next offset of each partition, and counts by what became of the records."""

    next_offsets: Mapping[Place, int]
    counts: Mapping[str, int]

    def then(self, later: "Taken") -> "Taken":
        """Both together."""
        counts = Counter(self.counts) + Counter(later.counts)
        return Taken({**self.next_offsets, **later.next_offsets}, dict(counts))


@dataclass(slots=True)
class _Batch:
    connection: Connection
    deployment: Deployment
    now: datetime
    recorder: Recorder
    counts: dict[str, int] = field(default_factory=dict)
    inbox: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    says: list[dict[str, Any]] = field(default_factory=list)
    digests: dict[str, set[str]] = field(default_factory=dict)
    behind_letters: set[int] = field(default_factory=set)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def take(
    database: Database, deployment: Deployment, group: str, arrivals: Sequence[Arrival], now: datetime, *, gaps: bool
) -> Taken:
    """Take a batch in one transaction; where `gaps` are looked for, GapError and NoCursorError leave nothing written."""
    ordered = in_order(arrivals)
    with database.transaction() as connection:
        known = cursors.cursors(connection, group)
        new = [a for a in ordered if a.record.offset >= _next(known, a.record)]
        ends = _ends(known, new, gaps=gaps)
        batch = _Batch(connection, deployment, now, Recorder(connection, deployment, now))
        counted = len(ordered) - len(new)
        if counted:
            batch.counts["already_consumed"] = counted
        _apply(batch, new)
        cursors.advance(connection, group, ends)
        return Taken(ends, batch.counts)


def in_order(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Order over topics and partitions is what was stamped; within a partition it is the offset, whatever was."""
    latest: dict[Place, int] = {}
    placed = []
    for arrival in sorted(arrivals, key=lambda a: (a.record.topic, a.record.partition, a.record.offset)):
        place = (arrival.record.topic, arrival.record.partition)
        # A producer's clock may have gone back: a record is never before the one ahead of it.
        latest[place] = max(arrival.record.timestamp_ms, latest.get(place, 0))
        placed.append((latest[place], place, arrival.record.offset, arrival))
    return [arrival for *_, arrival in sorted(placed, key=lambda one: one[:3])]


def _next(known: Mapping[Place, cursors.Cursor], record: RawRecord) -> int:
    cursor = known.get((record.topic, record.partition))
    return cursor.next_offset if cursor else 0


def _ends(known: Mapping[Place, cursors.Cursor], new: Sequence[Arrival], *, gaps: bool) -> dict[Place, int]:
    ends: dict[Place, int] = {}
    found = []
    for arrival in new:
        place = (arrival.record.topic, arrival.record.partition)
        if gaps and place not in known:
            raise cursors.NoCursorError(place)
        expected = ends.get(place, _next(known, arrival.record))
        if arrival.record.offset > expected:
            found.append((place, expected, arrival.record.offset))
        ends[place] = arrival.record.offset + 1
    if gaps and found:
        raise GapError(found)
    return ends


def _apply(batch: _Batch, arrivals: Sequence[Arrival]) -> None:
    fresh = [arrival for arrival in arrivals if _is_fresh(batch, arrival)]
    _letters(batch, fresh)
    issued = [arrival.document for arrival in fresh if arrival.document]
    named = find_or_add(batch.connection, [a.names for a in fresh if a.names])
    commanded = persons_of(batch.connection, [a.command.document_id for a in fresh if a.command])
    known = persons_of(batch.connection, [d.document_id for d in issued])
    bound = bound_to(batch.connection, [d.document_id for d in issued], [a for d in issued for a in d.antecedents])
    by_key = sorted(batch.behind_letters)
    batch.recorder.lock({*named.values(), *commanded.values(), *known.values(), *bound, *by_key})
    batch.digests = _digests(batch.connection, list(known))
    for arrival in fresh:
        if arrival.document is not None and arrival.names is not None:
            _document(batch, arrival, arrival.document, named[arrival.names.party])
        elif arrival.command is not None:
            batch.recorder.decide(arrival.command, saj_key=arrival.record.key)
            batch.count("command")
    for person in by_key:
        batch.recorder.decide(PersonReviewed(person))
    batch.recorder.write()
    # Letters found while deciding stand before persons who were loaded without them.
    late = sorted(batch.behind_letters - set(by_key))
    if late:
        record(batch.connection, batch.deployment, batch.now, [PersonReviewed(person) for person in late], late)
    insert(batch.connection, payload, batch.payloads)
    upsert(batch.connection, inbox, ("source", "ce_id"), list(batch.inbox.values()), keep=True)
    insert(batch.connection, outbox_table, batch.letters + batch.says)


def _is_fresh(batch: _Batch, arrival: Arrival) -> bool:
    """Whether the event was never seen; the same id with other content becomes a dead letter."""
    event = arrival.event
    if isinstance(event, Unreadable):
        return True
    key = (event.source, event.ce_id)
    before = batch.inbox.get(key) or _seen(batch.connection, key)
    if before is None:
        batch.inbox[key] = _inbox_row(batch, event, "APPLIED")
        return True
    if before["digest"] == event.digest:
        batch.count("duplicate")
    else:
        _dead(batch, arrival.record, Code.CONFLICTING_DUPLICATE, None, arrival.document)
    return False


def _seen(connection: Connection, key: tuple[str, str]) -> dict[str, Any] | None:
    row = connection.execute(
        sa.select(inbox.c.digest).where((inbox.c.source == key[0]) & (inbox.c.ce_id == key[1]))
    ).one_or_none()
    return {"digest": row.digest} if row else None


def _inbox_row(batch: _Batch, event: Event, outcome: str) -> dict[str, Any]:
    return {
        "source": event.source,
        "ce_id": event.ce_id,
        "type": event.type,
        "digest": event.digest,
        "outcome": outcome,
        "received_at": batch.now,
    }


def _letters(batch: _Batch, fresh: Sequence[Arrival]) -> None:
    """Write the dead letters down before the persons behind them are loaded."""
    for arrival in fresh:
        event = arrival.event
        if isinstance(event, Unreadable):
            _dead(batch, arrival.record, event.code, event.document_id, None)


def _dead(batch: _Batch, record: RawRecord, code: Code, document_id: str | None, document: Document | None) -> None:
    if _is_dead_already(batch.connection, record):
        batch.count("duplicate")
        return
    person = _person_of_key(batch, record.key)
    if person is not None:
        batch.behind_letters.add(person)
    batch.count("dead_letter")
    batch.letters.append(outbox.dead_letter(record, code, "intake", batch.now))
    row = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "person": person}
    insert(batch.connection, dead_letter, [row | {"reason": code, "found_at": batch.now}])
    said = {
        "dlq_reason": code,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "document_id": document.document_id if document else document_id,
        "message": "Mensagem ilegível: o operador foi avisado. Confirme se havia ordem de liberdade.",
    }
    composer = outbox.Composer(batch.deployment, batch.now, {}, {})
    batch.says.append(composer.row(Say("bnmp.record.unreadable.v1", said), key=record.key))


def _is_dead_already(connection: Connection, record: RawRecord) -> bool:
    """Whether this very record was found dead before: a replay says nothing twice."""
    at = (dead_letter.c.topic == record.topic) & (dead_letter.c.partition == record.partition)
    here = sa.select(dead_letter.c.offset).where(at, dead_letter.c.offset == record.offset)
    return connection.scalar(here) is not None


def _person_of_key(batch: _Batch, key: bytes | None) -> int | None:
    """The person whom a record's key names; one never seen is added, for a later document may be theirs."""
    try:
        name = (key or b"").decode()
    except UnicodeDecodeError:
        return None
    is_rji = name.isascii() and name.isdigit() and len(name) == 11
    if not is_rji and not name.startswith(f"{batch.deployment.court.tribunal}:"):
        return None
    found = find(batch.connection, [name]).get(name)
    return found if found is not None else find_or_add(batch.connection, [Names(name)])[name]


def _digests(connection: Connection, documents: Sequence[str]) -> dict[str, set[str]]:
    rows = connection.execute(
        sa.select(payload.c.document_id, payload.c.digest).where(payload.c.document_id.in_(documents))
    )
    digests: dict[str, set[str]] = {}
    for row in rows:
        digests.setdefault(row.document_id, set()).add(row.digest)
    return digests


def _document(batch: _Batch, arrival: Arrival, document: Document, person: int) -> None:
    event = arrival.event
    if isinstance(event, Unreadable):
        return
    seen = batch.digests.setdefault(document.document_id, set())
    if event.digest in seen:
        batch.count("same_content")
        return
    before = batch.recorder.document(document.document_id)
    if before is None:
        _issue(batch, arrival, event, DocumentIssued(replace(document, person=person, version=1)))
    elif before.person == person and _is_replaceable(before):
        _issue(batch, arrival, event, DocumentReissued(replace(document, person=person, version=before.version + 1)))
    else:
        _dead(batch, arrival.record, Code.CONFLICTING_DOCUMENT, document.document_id, document)
        batch.inbox[event.source, event.ce_id]["outcome"] = "DEAD"
        return
    seen.add(event.digest)


def _is_replaceable(before: Document) -> bool:
    """Whether nothing of it can be in BNMP; that its person was looked for is no beginning, and is done anew."""
    return before.state in _REPLACEABLE and before.bnmp_id is None and before.doing is None


def _issue(batch: _Batch, arrival: Arrival, event: Event, fact: DocumentIssued | DocumentReissued) -> None:
    batch.recorder.decide(fact, saj_key=arrival.record.key)
    batch.count("document")
    batch.payloads.append(
        {
            "source": event.source,
            "ce_id": event.ce_id,
            "document_id": fact.document.document_id,
            "version": fact.document.version,
            "digest": event.digest,
            "received_at": batch.now,
            "data": event.data,
        }
    )
