"""Re-evaluating: today's rules over open documents, through decide-and-record as everything else; or only what that would do."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.deployment import Deployment
from ledger.open_documents import IS_OPEN
from ledger.papers import paper_of
from ledger.payloads import latest
from ledger.record import Recorder
from ledger.search import Which, narrowed
from ledger.tables import document
from rules.dossier import Document, changed
from rules.facts import DocumentReissued, PersonReviewed
from rules.versions import is_replaceable
from rules.words import State


@dataclass(frozen=True, slots=True)
class Change:
    """What today's rules make of an open document: from its state and reason at this version and sequence to others."""

    document_id: str
    person: int
    version: int
    sequence: int
    state: str
    reason: str | None
    to_state: str
    to_reason: str | None


def persons_of_open(connection: Connection, which: Which, after: int, limit: int) -> list[int]:
    """Persons with open documents that are meant, in the order of their numbers, from the one after `after`."""
    chosen = sa.select(document.c.person).where(IS_OPEN, document.c.person > after, *narrowed(which))
    return list(connection.scalars(chosen.distinct().order_by(document.c.person).limit(limit)))


def re_evaluate(
    connection: Connection, deployment: Deployment, now: datetime, persons: Collection[int], *, write: bool
) -> list[Change]:
    """Look at these persons' open documents, and at all that is bound to them, anew; gives what becomes different.

    What SAJ published is read again where the document is held for what was missing in it: a corrected reading counts as a
    corrected rule. Without `write` nothing is kept.
    """
    recorder = Recorder(connection, deployment, now)
    recorder.lock(persons)
    before = {kept.document_id: kept for person in sorted(persons) for kept in recorder.of(person).documents.values()}
    for kept in _held(before.values()):
        new = paper_of(latest(connection, kept.document_id), deployment.court)
        if new.gaps != kept.gaps:
            recorder.decide(DocumentReissued(changed(new, person=kept.person, version=kept.version)))
    for person in sorted(persons):
        recorder.decide(PersonReviewed(person))
    changes = [change for kept in before.values() if (change := _change(kept, recorder.document(kept.document_id)))]
    if write and changes:
        recorder.write()
    return sorted(changes, key=lambda change: change.document_id)


def _held(documents: Iterable[Document]) -> list[Document]:
    held = (kept for kept in documents if kept.state is State.HELD and kept.gaps and is_replaceable(kept))
    return sorted(held, key=lambda kept: kept.document_id)


def _change(old: Document, new: Document | None) -> Change | None:
    if new is None or old.state is None or new.state is None:
        return None
    if (old.state, old.reason, old.missing, old.doing) == (new.state, new.reason, new.missing, new.doing):
        return None
    return Change(old.document_id, old.person, old.version, old.sequence, old.state, old.reason, new.state, new.reason)
