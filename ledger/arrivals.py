"""Arrivals: a batch of records becomes one transaction.

Cursor, inbox, persons in their order, decisions, dead letters, outbox, next offsets: all or nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import cursors, outbox
from ledger.batches import Arrival, GapError, Taken, ends_of, in_order, next_of
from ledger.bulk import claim, insert
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.persons import Names, bound_to, find, find_or_add
from ledger.record import Recorder, persons_of, record
from ledger.tables import dead_letter, inbox, payload
from ledger.tables import outbox as outbox_table
from rules.casework import Say
from rules.dossier import Document
from rules.facts import DocumentIssued, DocumentReissued, PersonReviewed
from rules.words import State
from schemas.codes import Code
from schemas.reading import Event, Unreadable
from schemas.record import RawRecord

__all__ = ["Arrival", "GapError", "Taken", "in_order", "take"]

_INBOX_KEY = ("source", "ce_id")
_RECORD = ("topic", "partition", "offset")
# Longer ones no party has: its id is bounded, and an index keeps no more than some 2,700 bytes.
_LONGEST_ALIAS = 200
_REPLACEABLE = frozenset({State.READY, State.HELD})


@dataclass(slots=True)
class _Batch:
    connection: Connection
    deployment: Deployment
    now: datetime
    recorder: Recorder
    counts: dict[str, int] = field(default_factory=dict)
    claimed: dict[tuple[str, str], str] = field(default_factory=dict)
    unclaimed: dict[tuple[str, str], str] = field(default_factory=dict)
    dead: list[tuple[str, str]] = field(default_factory=list)
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
        known = cursors.lock_cursors(connection, group, {(a.record.topic, a.record.partition) for a in ordered})
        new = [a for a in ordered if a.record.offset >= next_of(known, a.record)]
        ends = ends_of(known, new, gaps=gaps)
        batch = _Batch(connection, deployment, now, Recorder(connection, deployment, now))
        counted = len(ordered) - len(new)
        if counted:
            batch.counts["already_consumed"] = counted
        _apply(batch, new)
        cursors.advance(connection, group, ends)
        return Taken(ends, batch.counts)


def _apply(batch: _Batch, arrivals: Sequence[Arrival]) -> None:
    _claim(batch, arrivals)
    named = find_or_add(batch.connection, _named(batch, arrivals))
    fresh = [arrival for arrival in arrivals if _is_fresh(batch, arrival)]
    _letters(batch, fresh)
    issued = [arrival.document for arrival in fresh if arrival.document]
    ids = [document.document_id for document in issued]
    commanded = [a.command.document_id for a in fresh if a.command]

    def bound() -> set[int]:
        known = persons_of(batch.connection, [*commanded, *ids])
        return {*known.values(), *bound_to(batch.connection, ids, [a for d in issued for a in d.antecedents])}

    by_key = sorted(batch.behind_letters)
    batch.recorder.lock({*(named[a.names.party] for a in fresh if a.names), *by_key}, bound)
    batch.digests = _digests(batch.connection, ids)
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
    _bury(batch)
    insert(batch.connection, outbox_table, batch.letters + batch.says)


def _claim(batch: _Batch, arrivals: Sequence[Arrival]) -> None:
    """Claim the events' ids in the inbox, all in their order; what was there before, or comes twice, is not ours."""
    events: dict[tuple[str, str], Event] = {}
    for arrival in arrivals:
        if isinstance(arrival.event, Event):
            events.setdefault((arrival.event.source, arrival.event.ce_id), arrival.event)
    rows = [_inbox_row(batch, event) for event in events.values()]
    claimed = claim(batch.connection, inbox, _INBOX_KEY, rows)
    batch.unclaimed = _seen(batch.connection, [key for key in events if key not in claimed])
    batch.claimed = {key: events[key].digest for key in events if key in claimed}


def _named(batch: _Batch, arrivals: Sequence[Arrival]) -> Iterator[Names]:
    """Who is named in a batch, by what was read or by the key: whoever is a dead letter's later is known by then."""
    for arrival in arrivals:
        if arrival.names is not None:
            yield arrival.names
        alias = _alias(batch, arrival.record.key)
        if alias is not None and arrival.command is None and (arrival.names is None or alias != arrival.names.rji):
            yield Names(alias)


def _is_fresh(batch: _Batch, arrival: Arrival) -> bool:
    """Whether the event was never seen; the same id with other content becomes a dead letter."""
    event = arrival.event
    if isinstance(event, Unreadable):
        return True
    key = (event.source, event.ce_id)
    if key in batch.claimed and key not in batch.unclaimed:
        batch.unclaimed[key] = event.digest
        return True
    if batch.unclaimed[key] == event.digest:
        batch.count("duplicate")
    else:
        _dead(batch, arrival.record, Code.CONFLICTING_DUPLICATE, None, arrival.document)
    return False


def _seen(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The digests under which these ids were taken before."""
    asked = sa.tuple_(inbox.c.source, inbox.c.ce_id).in_(sorted(keys))
    rows = connection.execute(sa.select(inbox.c.source, inbox.c.ce_id, inbox.c.digest).where(asked)) if keys else ()
    return {(row.source, row.ce_id): row.digest for row in rows}


def _inbox_row(batch: _Batch, event: Event) -> dict[str, Any]:
    return {
        "source": event.source,
        "ce_id": event.ce_id,
        "type": event.type,
        "digest": event.digest,
        "outcome": "APPLIED",
        "received_at": batch.now,
    }


def _bury(batch: _Batch) -> None:
    """Note in the inbox which events came to nothing: a redriven one may claim its place again."""
    if batch.dead:
        here = sa.tuple_(inbox.c.source, inbox.c.ce_id).in_(sorted(batch.dead))
        batch.connection.execute(inbox.update().where(here).values(outcome="DEAD"))


def _letters(batch: _Batch, fresh: Sequence[Arrival]) -> None:
    """Write the dead letters down before the persons behind them are loaded."""
    for arrival in fresh:
        event = arrival.event
        if isinstance(event, Unreadable):
            _dead(batch, arrival.record, event.code, event.document_id, None)


def _dead(batch: _Batch, record: RawRecord, code: Code, document_id: str | None, document: Document | None) -> None:
    alias = _alias(batch, record.key)
    person = find(batch.connection, [alias]).get(alias) if alias else None
    row = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "person": person}
    # A replay finds this very record dead before, and says nothing twice.
    if not claim(batch.connection, dead_letter, _RECORD, [row | {"reason": code, "found_at": batch.now}]):
        batch.count("duplicate")
        return
    if person is not None:
        batch.behind_letters.add(person)
    batch.count("dead_letter")
    batch.letters.append(outbox.dead_letter(record, code, "intake", batch.now))
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


def _alias(batch: _Batch, key: bytes | None) -> str | None:
    """The alias of a person that a record's key is; one never seen is added, for a later document may be theirs."""
    try:
        name = (key or b"").decode()
    except UnicodeDecodeError:
        return None
    is_rji = name.isascii() and name.isdigit() and len(name) == 11
    is_party = name.startswith(f"{batch.deployment.court.tribunal}:") and len(name) <= _LONGEST_ALIAS
    return name if is_rji or (is_party and "\0" not in name) else None


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
        batch.dead.append((event.source, event.ce_id))
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
