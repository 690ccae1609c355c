"""Orders: what the registry is asked to do for a document, composed in the transaction that begins it."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from bnmp.order import Order
from consumers.lanes import Lane
from ledger.payloads import latest, latest_of
from ledger.record import Recorder
from rules import annulment
from rules.antecedents import needs
from rules.contingency import justification
from rules.dossier import Court, Document
from rules.exceptional import justification as justification_of
from rules.identity import person_of
from schemas.document_issued import DocumentIssued, document_issued

# Of each person, so that a lane is small: most have a handful of open documents.
MOST_FETCHED = 16


def of(recorder: Recorder, lane: Lane, document: Document, court: Court) -> Order:
    """A document on its way, with what the ledger knows besides."""
    dossier = recorder.of(lane.person)
    wanted = needs(document, dossier)
    reached = (dossier.documents[found] for found in wanted.reached)
    said = body(recorder, lane, document)
    return Order(
        document=said,
        rji=person_of(document, dossier).rji,
        bnmp_id=document.bnmp_id,
        antecedents=(*(found.bnmp_id for found in reached if found.bnmp_id), *wanted.shown),
        justification=_why(said, document, court),
        text=document.text,
        hands=document.hands,
        idempotency_key=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{court.tribunal}/{document.document_id}")),
    )


def _why(said: DocumentIssued, document: Document, court: Court) -> str | None:
    """With what justification a document is registered after the fact; None for one that is registered in time."""
    failed_at = document.failed_access_at or document.since
    stated = justification_of(said.origin, said.exceptional.justification if said.exceptional else None)
    waited = justification(failed_at, court) if document.retroactive and failed_at else None
    return stated or waited


def to_annul(recorder: Recorder, lane: Lane, document: Document, court: Court) -> Order:
    """A piece to be taken out of BNMP again: its justification is the annulment's own."""
    why, hands = annulment.terms(document)
    return replace(of(recorder, lane, document, court), justification=why, hands=(*document.hands, *hands))


def fetch(recorder: Recorder, lanes: Iterable[Lane]) -> None:
    """Fetch what these lanes may want to read, all in one statement; what it leaves out `body` fetches when it is wanted."""
    wanted: dict[str, tuple[Lane, int]] = {}
    for lane in lanes:
        open_ones = (one for one in recorder.of(lane.person).documents.values() if not one.ended)
        wanted |= {one.document_id: (lane, one.version) for one in islice(open_ones, MOST_FETCHED)}
    if not wanted:
        return
    for document_id, data in latest_of(recorder.connection, wanted).items():
        lane, version = wanted[document_id]
        lane.unread[document_id, version] = data


def body(recorder: Recorder, lane: Lane, document: Document) -> DocumentIssued:
    """What SAJ published, read once a lane: a version never changes."""
    key = (document.document_id, document.version)
    if key not in lane.bodies:
        fetched = lane.unread.pop(key, None)
        said = latest(recorder.connection, document.document_id) if fetched is None else fetched
        lane.bodies[key], _ = document_issued(said)
    return lane.bodies[key]
