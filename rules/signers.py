"""Signers: what a refused or doubtful access does to the one document that it touches (docs/law.md safety-5).

BNMP's refusal and absent credentials hold whatever the document is. Our own copy of a user's access only warns where a
release is at stake, and may hold anything else until that access changes or somebody asks for another try.
"""

from rules import access, messages
from rules.casework import Casework, stands_in_queue
from rules.contingency import standing_evidence
from rules.dossier import Document, changed
from rules.doubt import stop
from rules.escalation import incident
from rules.facts import AccessChanged, AccessDoubted, Answer, SignerUnknown
from rules.settling import NO_DUE, decide_one
from rules.words import Reason, Role, State

_AT_REST = (State.READY, State.HELD, State.CONTINGENCY)


def signer_unknown(work: Casework, fact: SignerUnknown) -> None:
    """Absent credentials hold the one document that needs them."""
    document = work.documents[fact.document_id]
    if document.state in _AT_REST and document.doing is None:
        _forbid(work, document, "no credentials of a signer", fact.missing, fact.user)


def forbidden(work: Casework, document: Document, answer: Answer) -> None:
    """BNMP refuses a user, by an answer that is noted on the document already: this one alone waits for the access."""
    hand = answer.hand
    missing = (access.lack(access.REFUSED, hand.role, hand.unit),) if hand else ()
    _forbid(work, document, answer.detail, missing, hand.user if hand else None)


def _forbid(work: Casework, document: Document, detail: str, missing: tuple[str, ...], user: str | None) -> None:
    """Hold a document until the access of this user changes, or somebody acts."""
    stop(work, document, Reason.ACCESS, detail, missing=missing, awaits=user)


def access_doubted(work: Casework, fact: AccessDoubted) -> None:
    """Warn once where a release is at stake, hold otherwise; what somebody asked to try all the same is not held again."""
    document = work.documents[fact.document_id]
    doubts = tuple(one for one in fact.doubts if one not in document.cleared)
    if not doubts or document.state not in _AT_REST or document.doing is not None:
        return
    # A release that is open is a chain, if only its own.
    if not work.look(document.document_id).chains_of(document.document_id):
        # What waits for something else waits for that first.
        if document.reason is None:
            _forbid(work, document, "access doubted", doubts, fact.user)
        return
    document = work.put(changed(document, cleared=(*document.cleared, *doubts)), f"access doubted: {' '.join(doubts)}")
    remedy = access.remedy(doubts, work.dossier.court.access_at)
    incident(work, document, "ACCESS_UNKNOWN", Role.MAGISTRADO, messages.DOUBTED.format(remedy=remedy))


def access_changed(work: Casework, fact: AccessChanged) -> None:
    """What waited for a user's access is tried again, and their access is looked at anew."""
    document = work.documents[fact.document_id]
    if document.reason is Reason.ACCESS:
        try_again(work, changed(document, cleared=access.but_doubts(document.cleared)), "access changed")


def try_again(work: Casework, document: Document, detail: str) -> None:
    """Decide a document at rest anew and give it a new place in its queue."""
    decide_one(
        work,
        work.put(changed(document, attempts=standing_evidence(document), missing=(), awaits=None, **NO_DUE), detail),
    )
    after = work.documents[document.document_id]
    if stands_in_queue(after) and after.turn == document.turn:
        work.put(work.wake(after))
