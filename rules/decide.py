"""The one function that decides: what a fact does to the documents of the persons at hand.

fact -> decision -> record -> say. A decision is a value: the changed documents, one history entry for
each, and what is to be said. The same function serves the processor, the lanes, the clock and replay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rules import annulment, doubt, lookup, naming, registration, signers, stock, unsigned
from rules.acts import (
    CertificateReleased,
    ContingencyAnswered,
    DataSupplied,
    DocumentWithdrawn,
    ExclusionAsked,
    ItemExcluded,
    ItemListed,
    RegularisationAsked,
    ResolutionAsked,
    RetryAsked,
    RjiLinked,
    RjiMerged,
    RjiUnlinked,
    SignerAssigned,
    StatementGiven,
)
from rules.casework import Casework, Entry, Say, is_held, stands_in_queue
from rules.certificate import Certificate
from rules.change import maker
from rules.contingency import standing_evidence
from rules.dispensation import compare_text
from rules.dossier import Document, Dossier, Merge, changed
from rules.escalation import escalate, incident
from rules.facts import (
    AccessChanged,
    AccessDoubted,
    AnsweredLate,
    ChainBroke,
    DocumentIssued,
    DocumentReissued,
    DoubtRead,
    DueFell,
    EscalationFell,
    Fact,
    LeaseTakenOver,
    LookedUp,
    PersonReviewed,
    PieceSwept,
    SignerUnknown,
    StepAnswered,
    StepBegun,
)
from rules.history import Watch
from rules.legacy import Colour, StockItem
from rules.outcomes import offered, told_as_held
from rules.requests import act
from rules.resolving import resolve
from rules.settling import OVERDUE, confirmation_due, decide_one, offer_due, settle
from rules.versions import reissue
from rules.watching import watch
from rules.words import DueFact, Reason, Role, State


@dataclass(frozen=True, slots=True)
class Decision:
    """What a fact does: documents and their history, what to say, RJIs learnt, merges, custody watched, certidões, items."""

    documents: Mapping[str, Document]
    entries: tuple[Entry, ...] = ()
    says: tuple[Say, ...] = ()
    rjis: Mapping[int, str | None] | None = None
    merges: Mapping[int, Merge | None] | None = None
    watches: Mapping[int, Watch] | None = None
    certificates: tuple[Certificate, ...] = ()
    items: Mapping[str, StockItem] | None = None
    coloured: Mapping[str, Colour] | None = None


_decision, _entry = maker(Decision), maker(Entry)


def decide(dossier: Dossier, fact: Fact) -> Decision:
    """Decide what `fact` does to `dossier`; total over every fact, and never raises for a known one."""
    work = Casework(dossier, type(fact).__name__)
    HANDLERS[type(fact)](work, fact)
    settle(work)
    return decided(work, watch(work, fact))


def decided(work: Casework, watches: Mapping[int, Watch] | None = None) -> Decision:
    """What was worked out, as the decision that is recorded."""
    # What was worked out is the decision's from now on: nothing is copied.
    return _decision(
        {document_id: work.documents[document_id] for document_id in work.touched},
        tuple([_entry(document_id, work.fact, detail) for document_id, detail in work.touched.items()]),
        tuple(work.says),
        work.rjis,
        work.merges,
        watches,
        tuple(work.certificates),
        work.items,
        work.coloured,
    )


def _issued(work: Casework, fact: DocumentIssued) -> None:
    work.put(fact.document)
    decide_one(work, fact.document)
    compare_text(work, fact.document.document_id)


def _reissued(work: Casework, fact: DocumentReissued) -> None:
    reissue(work, fact.document)


def _reviewed(work: Casework, _: PersonReviewed) -> None:
    """Nothing of its own: every open document is looked at."""
    work.look_at_all()


def _due_fell(work: Casework, fact: DueFell) -> None:
    document = work.documents[fact.document_id]
    due = document.due_fact
    document = work.put(changed(document, due_at=None, due_fact=None), f"due {due}")
    if due == "LOOK_UP" and (is_held(document) or document.state is State.REGISTERED):
        lookup.ask_again(work, document)
    elif due == "ANNUL":
        annulment.fallen_due(work, document)
    elif due == "OFFER_AGAIN" and document.reason in (Reason.AWAITING_CONSENT, Reason.WAITING_LINK):
        document = work.say_outcome(document, offered(document))
        work.put(changed(document, **offer_due(document, work.dossier)))
    elif due == DueFact.CONFIRM and is_held(document):
        # Nobody has done what it waits for: the one above is told as well (docs/law.md resolution).
        document = work.say_outcome(document, told_as_held(document, work.dossier.court, OVERDUE.get(document.reason)))
        work.put(changed(document, **confirmation_due(work.dossier)))
    elif due == "ASK_AGAIN" and document.reason is Reason.REGISTRY_FAULT:
        decide_one(work, changed(document, attempts=standing_evidence(document)))
    elif document.state is State.UNCERTAIN or (due == "RETRY" and stands_in_queue(document)):
        work.put(work.wake(document))


def _answered_late(work: Casework, fact: AnsweredLate) -> None:
    """Whoever holds the lease now reads the registry; the same step may be under way again."""
    work.put(work.documents[fact.document_id], f"late answer {fact.answer.answer} to {fact.step}")


def _chain_broke(work: Casework, fact: ChainBroke) -> None:
    document = work.put(work.documents[fact.document_id], "chain broken")
    incident(work, document, "CHAIN_BROKEN", Role.MAGISTRADO)


HANDLERS: dict[type, Callable[[Casework, Any], None]] = {
    DocumentIssued: _issued,
    DocumentReissued: _reissued,
    ContingencyAnswered: act,
    DocumentWithdrawn: act,
    RetryAsked: act,
    ExclusionAsked: act,
    DataSupplied: act,
    SignerAssigned: act,
    StatementGiven: act,
    CertificateReleased: act,
    ResolutionAsked: resolve,
    ItemListed: stock.listed,
    RegularisationAsked: stock.regularised,
    ItemExcluded: stock.excluded,
    RjiLinked: naming.linked,
    RjiUnlinked: naming.unlinked,
    RjiMerged: naming.merged,
    PersonReviewed: _reviewed,
    StepBegun: registration.begun,
    StepAnswered: registration.answered,
    AnsweredLate: _answered_late,
    DoubtRead: doubt.doubt_read,
    LookedUp: lookup.looked_up,
    PieceSwept: unsigned.swept,
    LeaseTakenOver: registration.taken_over,
    DueFell: _due_fell,
    EscalationFell: escalate,
    SignerUnknown: signers.signer_unknown,
    AccessDoubted: signers.access_doubted,
    AccessChanged: signers.access_changed,
    ChainBroke: _chain_broke,
}
