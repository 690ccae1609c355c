"""Hearing: what each readable record of a batch does, in its order: documents, acts, names, custody, the link."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import custody, link_tests, pending, permissions, regularising, resolutions
from ledger.among import among
from ledger.batches import Arrival, Batch
from ledger.bulk import insert
from ledger.letters import dead
from ledger.link_tests import UserTest
from ledger.links import change
from ledger.persons import find
from ledger.requests import NAMINGS, act_of, by_of, document_of, released_of
from ledger.supplies import owner, resolve, supply, version
from ledger.tables import payload
from rules import breaker, messages
from rules.acts import RetryAsked, RjiMerged
from rules.casework import Say
from rules.custody import UNMAPPED, is_unmapped
from rules.dossier import Document, changed
from rules.facts import DocumentIssued, DocumentReissued, PersonReviewed
from rules.versions import is_replaceable
from rules.words import Role
from schemas import commands
from schemas.codes import Code
from schemas.command import OfLegacyItem
from schemas.custody_recorded import CustodyRecorded
from schemas.reading import Event
from schemas.record import RawRecord


def hear(batch: Batch, fresh: Sequence[Arrival], named: Mapping[str, int]) -> None:
    """Let each record of the batch act; its persons are locked."""
    known = {a.document.document_id for a in fresh if a.document}
    asked = {found for a in fresh if isinstance(a.event, Event) and (found := document_of(a.event))}
    batch.digests = _digests(batch.connection, sorted(known | asked))
    batch.waiting = pending.waiting(batch.connection, known | asked)
    permissions.load(batch, fresh)
    for arrival in fresh:
        if isinstance(arrival.event, Event):
            _hear(batch, arrival, arrival.event, named)


def hear_late(batch: Batch, documents: Sequence[str]) -> None:
    """Apply what waits for these documents, which are locked."""
    batch.digests = _digests(batch.connection, documents)
    batch.waiting = pending.waiting(batch.connection, documents)
    permissions.load(batch, ())
    for document_id in documents:
        hear_waiting(batch, document_id)


def write(batch: Batch) -> None:
    """Write what came with the decisions: versions, what waits, and last of all the link."""
    insert(batch.connection, payload, batch.payloads)
    pending.forget(batch.connection, batch.applied)
    pending.keep(batch.connection, [row for rows in batch.kept.values() for row in rows])
    permissions.write(batch)
    for event, key in batch.resolutions:
        reason, applied = resolutions.spread(batch, event, key)
        _answer(batch, event.body, reason, key, applied=applied)
    link_tests.keep(batch.connection, batch.tests)
    for step, by in batch.steps:
        change(batch.connection, batch.deployment, batch.now, step, by=by)


def _hear(batch: Batch, arrival: Arrival, event: Event, named: Mapping[str, int]) -> None:
    if arrival.document is not None and arrival.names is not None:
        _document(batch, arrival, event, arrival.document, named[arrival.names.party])
    elif isinstance(event.body, CustodyRecorded) and arrival.names is not None:
        _custody(batch, event, event.body, named[arrival.names.party], arrival.record.key)
    elif document_of(event) is not None:
        _act_or_wait(batch, arrival.record, event)
    elif isinstance(event.body, commands.Command):
        if isinstance(event.body, commands.ResolutionRequested):
            # What is resolved is looked for when this batch's own documents are written.
            batch.resolutions.append((event, arrival.record.key))
        _command(batch, event, event.body, arrival, named[arrival.names.party] if arrival.names else None)
        batch.count("command")


def _document(batch: Batch, arrival: Arrival, event: Event, document: Document, person: int) -> None:
    seen = batch.digests.setdefault(document.document_id, set())
    if event.digest in seen:
        batch.count("same_content")
        return
    before = batch.recorder.document(document.document_id)
    if before is None:
        _issue(batch, arrival, event, DocumentIssued(changed(document, person=person, version=1)))
        hear_waiting(batch, document.document_id)
    elif before.person == person and is_replaceable(before):
        _issue(batch, arrival, event, DocumentReissued(changed(document, person=person, version=before.version + 1)))
    else:
        dead(batch, arrival.record, Code.CONFLICTING_DOCUMENT, document.document_id, document)
        batch.dead.append((event.source, event.ce_id))
        return
    seen.add(event.digest)


def _issue(batch: Batch, arrival: Arrival, event: Event, fact: DocumentIssued | DocumentReissued) -> None:
    batch.recorder.decide(fact, saj_key=arrival.record.key)
    batch.count("document")
    version(batch, event, fact.document, event.data)


def hear_waiting(batch: Batch, document_id: str) -> None:
    """Apply, in the order in which it came, what was said of a document before it was known."""
    rows = batch.kept.pop(document_id, [])
    found = batch.waiting.pop(document_id, [])
    if found:
        batch.applied.add(document_id)
    for event, key in [*found, *(pending.of_row(row) for row in rows)]:
        _act(batch, event, key)


def _act_or_wait(batch: Batch, record: RawRecord, event: Event) -> None:
    """What is said of a document that is not known yet waits for it, a bounded number of things for each."""
    document_id = document_of(event) or ""
    batch.count("command")
    if batch.recorder.document(document_id) is not None:
        _act(batch, event, record.key)
        return
    if isinstance(event.body, commands.CertificateReleased):
        # A certidão comes after its document: without the one there is none of the other.
        _answer(batch, event.body, "UNKNOWN_CERTIFICATE", record.key)
        return
    waits = batch.kept.setdefault(document_id, [])
    if len(waits) + len(batch.waiting.get(document_id, ())) < pending.MOST:
        waits.append(pending.row(document_id, event, record.key, batch.now))
    elif isinstance(event.body, commands.Command):
        _answer(batch, event.body, "TOO_MANY", record.key)
    else:
        # A withdrawal may free somebody: an operator looks at it.
        dead(batch, record, Code.UNPROCESSABLE, document_id, None)
        batch.dead.append((event.source, event.ce_id))


def _act(batch: Batch, event: Event, key: bytes | None) -> None:
    fact = act_of(event, batch.users)
    if fact is not None:
        batch.recorder.decide(fact, saj_key=key)
        if isinstance(fact, RetryAsked):
            batch.steps.append((partial(breaker.tried, now=batch.now), None))
    elif isinstance(event.body, commands.DataSupplied):
        supply(batch, event, event.body, key)
    elif isinstance(event.body, commands.CertificateReleased):
        batch.recorder.decide(released_of(event.body, batch.recorder, batch.users), saj_key=key)
    elif isinstance(event.body, commands.ResolutionRequested):
        resolve(batch, event, event.body, key)


def _command(batch: Batch, event: Event, body: commands.Command, arrival: Arrival, person: int | None) -> None:
    naming = NAMINGS.get(type(body))
    if naming is not None:
        _name(batch, body, naming, arrival.record.key)
    elif isinstance(body, commands.RjiMerged):
        _merge(batch, body, arrival.record.key)
    elif isinstance(body, commands.LinkForced | commands.LinkTested):
        _link(batch, body, arrival.record.key)
    elif isinstance(body, commands.AccessChanged):
        refusal = permissions.heard(batch, body)
        _answer(batch, body, refusal or "APPLIED", arrival.record.key, applied=refusal is None)
    elif isinstance(body, commands.StandingOrder):
        refusal = permissions.ordered(batch, body, arrival.record.key)
        _answer(batch, body, refusal or "APPLIED", arrival.record.key, applied=refusal is None)
    elif isinstance(body, OfLegacyItem) and not regularising.heard(batch, event, arrival.record.key, person):
        _answer(batch, body, "UNKNOWN_ITEM", arrival.record.key)


def _name(batch: Batch, body: Any, naming: Callable[..., Any], key: bytes | None) -> None:
    person = owner(batch, f"{batch.deployment.court.tribunal}:{body.party_id}")
    if person is None or not batch.recorder.holds(person):
        _answer(batch, body, "UNKNOWN_PERSON", key)
    else:
        decision = batch.recorder.decide(
            naming(body.command_id, person, body.rji, by_of(body, batch.users)), saj_key=key
        )
        if (decision.rjis or {}).get(person) == body.rji:
            told = {"party_id": body.party_id, "rji": body.rji, "message": messages.LINKED}
            batch.answers.append((Say("bnmp.person.linked.v1", told), key))


def _merge(batch: Batch, body: commands.RjiMerged, key: bytes | None) -> None:
    """Two RJIs are said to be one, of persons whom the ledger knows by them (docs/law.md safety-23)."""
    pair = {body.from_rji, body.into_rji}
    persons = {*batch.recorder.having(pair), *filter(batch.recorder.holds, find(batch.connection, pair).values())}
    if not persons:
        _answer(batch, body, "UNKNOWN_PERSON", key)
        return
    merged = RjiMerged(body.command_id, tuple(sorted(persons)), body.from_rji, body.into_rji, by_of(body, batch.users))
    batch.recorder.decide(merged, saj_key=key)


def _link(batch: Batch, body: commands.LinkForced | commands.LinkTested, key: bytes | None) -> None:
    """A word about the link is done last of all in the transaction: the link is the last thing that is locked."""
    by = by_of(body, batch.users)
    if isinstance(body, commands.LinkTested):
        failed = "ERROR" in (body.client, body.app_server)
        batch.tests.append(UserTest(body.user, body.at, body.client, body.app_server))
        if failed:
            batch.steps.append((partial(breaker.asked, now=batch.now), None))
        _answer(batch, body, "TEST_FAILED" if failed else "TEST_OK", key, applied=True)
        return
    forced = breaker.Forced(body.state, body.cause, body.notice, body.until)
    refusal = breaker.why_not(forced, by, batch.now, batch.deployment.windows)
    if refusal is None:
        batch.steps.append((partial(breaker.force, forced=forced, now=batch.now, windows=batch.deployment.windows), by))
    _answer(batch, body, refusal or "APPLIED", key, applied=refusal is None)


def _answer(batch: Batch, body: Any, reason: str, key: bytes | None, *, applied: bool = False) -> None:
    data = {"command_id": body.command_id, "reason": reason, "message": messages.COMMANDS[reason]}
    batch.answers.append((Say(f"bnmp.command.{'applied' if applied else 'refused'}.v1", data), key))


def history_of_parties(batch: Batch, fresh: Sequence[Arrival], named: Mapping[str, int]) -> None:
    """Keep custody events before the persons are loaded; the same event again replaces what was typed before."""
    rows: dict[str, dict[str, Any]] = {}
    for arrival in fresh:
        event = arrival.event
        if isinstance(event, Event) and isinstance(event.body, CustodyRecorded) and arrival.names is not None:
            person = named[arrival.names.party]
            rows[event.body.event_id] = custody.row_of(event.body, event.gaps, person, batch.now)
    custody.keep(batch.connection, rows)


def _custody(batch: Batch, event: Event, body: CustodyRecorded, person: int, key: bytes | None) -> None:
    """Look at the person again; what does not hold is told to the unit, field by field (docs/law.md custody)."""
    batch.recorder.decide(PersonReviewed(person), saj_key=key)
    batch.count("custody")
    wrong = [{"field": gap.field, "rule": gap.rule} for gap in event.gaps]
    place = body.custody.place if body.custody else None
    if place is not None and is_unmapped(place.code, batch.deployment.court.places):
        # Told before a guia is needed (docs/law.md FAIL-5).
        wrong.append({"field": "custody.place.code", "rule": UNMAPPED})
    if wrong:
        told = {
            "event_id": body.event_id,
            "party_id": body.party.party_id,
            "case_number": body.case.number if body.case else None,
            "wrong": wrong,
            "who": {"role": Role.SERVIDOR, "unit": body.unit},
            "message": messages.CUSTODY_HELD,
        }
        batch.answers.append((Say("bnmp.custody.held.v1", told), key))


def _digests(connection: Connection, documents: Sequence[str]) -> dict[str, set[str]]:
    rows = connection.execute(
        sa.select(payload.c.document_id, payload.c.digest).where(among(payload.c.document_id, documents))
    )
    digests: dict[str, set[str]] = {}
    for row in rows:
        digests.setdefault(row.document_id, set()).add(row.digest)
    return digests
