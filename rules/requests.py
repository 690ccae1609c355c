"""Requests: what an act of the court or of an operator does to a document, and what is answered.

Every act is answered, applied or refused, with a reason and a sentence for the counter; who may ask what is a
table (rules/authority.py, docs/law.md safety-28).
"""

from collections.abc import Callable
from typing import Any, cast

from rules import messages
from rules.access import but_doubts, is_doubt
from rules.acts import (
    Act,
    CertificateReleased,
    ContingencyAnswered,
    DataSupplied,
    DocumentWithdrawn,
    ExclusionAsked,
    RetryAsked,
    SignerAssigned,
    StatementGiven,
)
from rules.authority import COMMAND_OF, Ruling, effect_of, ruling
from rules.casework import Casework, Say
from rules.certificate import Certificate, released
from rules.chain import is_sticky
from rules.contingency import TRY, is_tried, may_be_offered
from rules.dossier import ConsentGiven, Document, Withdrawal, changed
from rules.doubt import doubt, settled_by_retry
from rules.escalation import incident
from rules.kinds import MANDADOS
from rules.outcomes import offered
from rules.settling import NO_DUE, apply, decide_one
from rules.signers import try_again
from rules.transmission import Event
from rules.verdict import verdict
from rules.versions import is_completable, reissue
from rules.withdrawals import DO_NOT_SEND, EXCLUDED, INCOMPLETE, TO_THE_JUDGE, to_be_annulled, why_it_stands
from rules.words import CertificateStatus, Reason, Role, State, Statement

_MOVABLE = frozenset({State.READY, State.HELD, State.CONTINGENCY})
_ASKED_AGAIN = frozenset({Reason.AWAITING_CONSENT, Reason.WAITING_LINK})


def act(work: Casework, fact: Act) -> None:
    """Answer an act: refused by the first rule that speaks against it, or applied."""
    document = work.documents.get(fact.document_id)
    if document is None:
        answer(work, fact.command_id, "UNKNOWN_DOCUMENT", applied=False)
        return
    ruled = _ruling(document, fact)
    refusal = ruled.refusal or _REFUSES[type(fact)](document, fact)
    if refusal is None:
        if ruled.unknown:
            incident(work, document, "ACCESS_UNKNOWN", Role.ADMINISTRADOR_REGIONAL)
        answer(work, fact.command_id, _DOES[type(fact)](work, work.documents[fact.document_id], fact))
        return
    stands = document.kind in MANDADOS and refusal in TO_THE_JUDGE and not document.ended
    if stands and isinstance(fact, DocumentWithdrawn | ExclusionAsked):
        # It is not sent against the unit's word either (docs/law.md safety-12).
        _take_back(work, document, fact, INCOMPLETE if refusal == "ACCESS_UNKNOWN" else None)
    answer(work, fact.command_id, refusal, applied=False)


def answer(work: Casework, command_id: str, reason: str, *, applied: bool = True) -> None:
    """Say what became of a command."""
    data = {"command_id": command_id, "reason": reason, "message": messages.COMMANDS[reason]}
    work.says.append(Say("bnmp.command.applied.v1" if applied else "bnmp.command.refused.v1", data))


def _ruling(document: Document, fact: Act) -> Ruling:
    if isinstance(fact, DocumentWithdrawn) and fact.reason == INCOMPLETE:
        return Ruling(INCOMPLETE)
    return ruling(COMMAND_OF[type(fact)], fact.by, (document.unit,), effect_of(fact, document))


def _is_opened(document: Document, _: Act) -> str | None:
    return "ALREADY_OPENED" if document.opened else None


def _has_ended(document: Document, _: Act) -> str | None:
    return "ENDED_ALREADY" if document.ended else None


def _is_under_way(document: Document, fact: Act) -> str | None:
    return _has_ended(document, fact) or (None if is_completable(document) else "ON_ITS_WAY")


def _cannot_be_completed(document: Document, fact: DataSupplied) -> str | None:
    return _is_under_way(document, fact) or fact.refused


def _nobody_asked(document: Document, fact: StatementGiven) -> str | None:
    if document.reason is not Reason.NEEDS_JUDGE:
        return "NOT_ASKED"
    # What was opened is for ever (docs/law.md safety-17): it stays with the judge until its contramandado comes.
    return "ONLY_BY_CONTRAMANDADO" if document.opened and fact.statement is Statement.DO_NOT_SEND else None


def _answered(work: Casework, document: Document, fact: ContingencyAnswered) -> str:
    """SIM is final, NÃO means not now; every answer is on record (docs/law.md safety-16, 28)."""
    # What BNMP refused is not opened by a SIM (docs/law.md safety-5); what is in doubt keeps its doubt (safety-27).
    waits = document.state is State.HELD and not is_sticky(document, work.dossier)
    in_doubt = document.state is State.UNCERTAIN and work.dossier.link.blocked
    lapsed = not ((waits or in_doubt) and may_be_offered(document))
    consent = ConsentGiven(fact.answer, fact.by.user, fact.at)
    document = work.put(changed(document, consent=consent), f"answer {fact.answer} by {fact.by.user}")
    if waits and not lapsed:
        decide_one(work, document)
    return "OFFER_LAPSED" if lapsed else "APPLIED"


def _take_back(
    work: Casework,
    document: Document,
    fact: DocumentWithdrawn | ExclusionAsked | StatementGiven,
    reason: str | None = None,
) -> str:
    """What is at rest is decided at once; what is on its way, or in doubt, at its next step (docs/law.md safety-29)."""
    by, word = fact.by, DO_NOT_SEND if isinstance(fact, StatementGiven) else EXCLUDED
    reason = reason or (fact.reason if isinstance(fact, DocumentWithdrawn) else word)
    why = fact.why if isinstance(fact, DocumentWithdrawn) else None
    taken = Withdrawal(reason, fact.command_id, by.role, by.user, by.unit, fact.at, why)
    document = work.put(changed(document, withdrawal=taken), f"taken back: {reason}")
    if document.state is State.REGISTERED:
        work.put(work.wake(to_be_annulled(document)), "to be annulled")
        return "ANNULMENT_ASKED"
    if document.state not in _MOVABLE or document.doing is not None:
        return "WITHDRAWAL_NOTED"
    decide_one(work, document)
    return "APPLIED" if work.documents[document.document_id].ended else "WITHDRAWAL_NOTED"


def _retried(work: Casework, document: Document, fact: RetryAsked) -> str:
    """Another try: the registry is asked again, or the offer is repeated; nothing is decided by it."""
    if document.reason is Reason.UNCERTAIN_OUTCOME and not document.opened:
        doubt(work, document, "another reading asked for")
    elif document.reason is Reason.UNCERTAIN_OUTCOME:
        work.move(document, Event.RETURN, detail="another reading asked for", **NO_DUE)
    elif document.reason in _ASKED_AGAIN and not document.opened:
        _tried(work, document)
    elif document.state in _MOVABLE and document.doing is None:
        try_again(work, _cleared(settled_by_retry(document, fact.by.role)), "another try asked for")
    else:
        return "ON_ITS_WAY"
    return "APPLIED"


def _tried(work: Casework, document: Document) -> None:
    """One real attempt although the breaker is open (docs/law.md safety-15); what cannot go alone is offered again."""
    trying = work.keep(changed(document, cleared=(*document.cleared, TRY)))
    seen = work.look(document.document_id)
    said = verdict(trying, seen)
    alone = not seen.needs[document.document_id].waits
    if is_tried(trying, work.dossier) and alone and said.event is Event.GO:
        apply(work, trying, said, seen, detail="another try asked for", **NO_DUE)
        return
    document = work.keep(document)
    if may_be_offered(document) and document.failed_access_at is not None:
        document = work.say_outcome(document, offered(document))
    work.put(document, "offer asked for")


def _cleared(document: Document) -> Document:
    """What only our own copy of an access had against it is tried all the same: BNMP has the last word (safety-5)."""
    doubted = document.reason is Reason.ACCESS and is_doubt(document.missing)
    return changed(document, cleared=(*document.cleared, *document.missing)) if doubted else document


def _supplied(work: Casework, document: Document, fact: DataSupplied) -> str:
    if fact.rji is not None and work.persons()[document.person].rji is None:
        work.rjis[document.person] = fact.rji
    reissue(work, fact.document, "data supplied")
    return "APPLIED"


def _assigned(work: Casework, document: Document, fact: SignerAssigned) -> str:
    """Another hand of the unit signs; the order's author stays on record (docs/law.md safety-5)."""
    hands = tuple(hand for hand in document.hands if hand.role is not fact.hand.role)
    # Of the new hand our own copy knows nothing yet.
    cleared = but_doubts(document.cleared, fact.hand.role)
    assigned = changed(document, hands=(*hands, fact.hand), cleared=cleared)
    document = work.put(assigned, f"signer assigned as {fact.hand.role}")
    if document.reason is Reason.ACCESS:
        try_again(work, document, "")
    return "APPLIED"


def _stated(work: Casework, document: Document, fact: StatementGiven) -> str:
    """SEND clears the grounds that were put to the judge, and no later one (docs/law.md safety-11, 13)."""
    if fact.statement is Statement.DO_NOT_SEND:
        return _take_back(work, document, fact)
    cleared = tuple(dict.fromkeys((*document.cleared, *document.missing)))
    decide_one(work, work.put(changed(document, cleared=cleared), "the judge says SEND"))
    return "APPLIED"


def _cannot_be_released(_: Document, fact: CertificateReleased) -> str | None:
    if fact.certificate is None:
        return "UNKNOWN_CERTIFICATE"
    return "RELEASED_ALREADY" if fact.certificate.status is CertificateStatus.RELEASED else None


def _released(work: Casework, document: Document, fact: CertificateReleased) -> str:
    """SAJ signed and released it; the contingency's paper is in the case (docs/law.md safety-30)."""
    # Who names one that is not known was refused before.
    certificate = cast("Certificate", fact.certificate)
    work.certificates.append(released(certificate, fact.by.user, fact.released_at))
    work.put(document, f"{certificate.kind} released")
    return "APPLIED"


_REFUSES: dict[type, Callable[[Document, Any], str | None]] = {
    ContingencyAnswered: _is_opened,
    DocumentWithdrawn: why_it_stands,
    ExclusionAsked: why_it_stands,
    RetryAsked: _has_ended,
    DataSupplied: _cannot_be_completed,
    SignerAssigned: _has_ended,
    StatementGiven: _nobody_asked,
    CertificateReleased: _cannot_be_released,
}
_DOES: dict[type, Callable[[Casework, Document, Any], str]] = {
    ContingencyAnswered: _answered,
    DocumentWithdrawn: _take_back,
    ExclusionAsked: _take_back,
    RetryAsked: _retried,
    DataSupplied: _supplied,
    SignerAssigned: _assigned,
    StatementGiven: _stated,
    CertificateReleased: _released,
}
