"""Settling: after a fact, every document that may be moved by it is looked at again, to a fixed point.

This is where a registered antecedent unlocks exactly its successors, where the arrival of a release
stops a mandado that has not left, and where priority is inherited.
"""

from datetime import datetime
from typing import Any

from rules.casework import Casework
from rules.chain import View, is_sticky
from rules.contingency import TRY, connection_failures, dispensation_text, untried
from rules.dossier import Attempt, ConsentGiven, Document, Dossier, changed
from rules.kinds import PRIORITY_LIBERTY, is_eligible
from rules.outcomes import offered
from rules.reach import disturbed
from rules.transmission import TERMINAL, Event
from rules.urgency import priority
from rules.verdict import Verdict, contingency, verdict
from rules.withdrawals import is_to_be_cancelled
from rules.words import AnswerClass, Consent, DueFact, LinkState, Reason, Role, State

_MOVABLE = frozenset({State.READY, State.HELD, State.CONTINGENCY, None})
_ROUNDS = 20
_WAITED = (Reason.WAITING_LINK, Reason.AWAITING_CONSENT)


def settle(work: Casework) -> None:
    """Look again at every document that the fact can have moved, until nothing changes."""
    ahead = _first(work)
    for _ in range(_ROUNDS):
        if not ahead:
            return
        seen = work.look(*ahead)
        work.changed.clear()
        work.stirred.clear()
        for document_id in ahead:
            document = work.documents[document_id]
            if work.judged.get(document_id) is document:
                continue
            if document.state in _MOVABLE and not is_sticky(document, seen.dossier):
                apply(work, document, verdict(document, seen), seen)
            elif document.state is State.UNCERTAIN:
                _in_doubt(work, _inherit(work, document, seen), seen)
            else:
                _inherit(work, document, seen)
        ahead = _next(work)


def _first(work: Casework) -> list[str]:
    """What the fact changed, what is bound to where others see it, and what circumstances have moved."""
    if work.rjis or work.merges:
        # Who somebody is, is everybody's business.
        work.look_at_all()
    if work.whole:
        return [document_id for document_id, one in work.documents.items() if one.state not in TERMINAL]
    return _next(work, *disturbed(work.dossier, work.documents))


def _next(work: Casework, *moved: str) -> list[str]:
    """What is to be looked at after what has changed so far, in the dossier's order."""
    stirred = {*work.stirred, *moved}
    resting = [one for one in work.changed if _rests(work.documents[one])]
    if not stirred:
        return resting
    part = work.look(*stirred, *resting).dossier.documents
    return [document_id for document_id, one in part.items() if one.state not in TERMINAL]


def _rests(document: Document) -> bool:
    """Whether it may move although nothing around it did: what is in flight or has ended does not."""
    return document.state in _MOVABLE


def decide_one(work: Casework, document: Document) -> None:
    """Decide one document at once, before the others are settled around it."""
    seen = work.look(work.keep(document).document_id)
    apply(work, document, verdict(document, seen), seen)


def apply(work: Casework, document: Document, said: Verdict, seen: View, **changes: Any) -> Document:
    """Turn a verdict into a move; an unchanged document is left alone."""
    event, reason = said.event, said.reason
    if document.opened and event in (Event.GO, Event.HOLD):
        # A version that SAJ itself issued under contingency comes to a document that was not opened before.
        event = Event.OPEN if document.state in (State.READY, State.HELD) else Event.RETURN
    changes |= _consequences(document, said, seen.dossier)
    changes["priority"] = priority(document, seen)
    if TRY in document.cleared and event is not Event.GO:
        changes["cleared"] = untried(document)
    after, stands = document, document.state is _STAYS.get(event) and document.reason == reason
    if not (stands and document.missing == said.missing and _has(document, changes)):
        after = work.move(document, event, reason=reason, missing=said.missing, **changes)
        if said.order is not None:
            after = work.put(after, f"standing order {said.order.order_id}")
    if not work.whole and work.still(seen):
        # While the link is UP a verdict reads nothing that its own move changes.
        work.judged[document.document_id] = after
    return after


_STAYS = {Event.GO: State.READY, Event.HOLD: State.HELD, Event.RETURN: State.CONTINGENCY}


def _has(document: Document, changes: dict[str, Any]) -> bool:
    for name, value in changes.items():  # noqa: SIM110 (run for every verdict; a generator costs twice as much)
        if getattr(document, name) != value:
            return False
    return True


def _consequences(document: Document, said: Verdict, dossier: Dossier) -> dict[str, Any]:
    """What a verdict changes beside state and reason."""
    if said.event is Event.OPEN:
        failed_at = said.failed_access_at or dossier.now
        order, given = said.order, document.consent
        return {
            "consent": ConsentGiven(Consent.SIM, order.by, dossier.now, order.order_id) if order else given,
            "opened_at": dossier.now,
            "failed_access_at": failed_at,
            "text": dispensation_text(failed_at, dossier.court),
            "retroactive": True,
            "attempts": _with_evidence(document.attempts, failed_at, dossier),
            "due_at": None,
            "due_fact": None,
        }
    if said.reason is Reason.AWAITING_CONSENT:
        own = tuple(connection_failures(document, dossier.link))
        shown = _with_evidence(own, said.failed_access_at or dossier.now, dossier)
        changes: dict[str, Any] = {"failed_access_at": said.failed_access_at, "attempts": shown}
        if document.due_fact != "OFFER_AGAIN":
            changes |= offer_due(document, dossier)
        return changes
    if said.reason is Reason.WAITING_LINK:
        # What waited for the link is registered with justification when it is back; a NÃO to a release is asked again.
        waits = {"failed_access_at": said.failed_access_at or document.failed_access_at, "retroactive": True}
        asked = said.failed_access_at is not None and is_eligible(document.kind)
        if asked and document.due_fact == "OFFER_AGAIN":
            return waits
        return waits | (offer_due(document, dossier) if asked else NO_DUE)
    if said.event is Event.GO and document.reason in _WAITED and dossier.link.state is LinkState.UP:
        # An offer lapses with its evidence; what waited keeps the instant for its justification.
        kept = document.failed_access_at if document.reason is Reason.WAITING_LINK else None
        return {"attempts": (), "failed_access_at": kept} | NO_DUE
    return _errand_due(document, said, dossier)


def _errand_due(document: Document, said: Verdict, dossier: Dossier) -> dict[str, Any]:
    """When the draft of what is stopped is cancelled, at once; else when BNMP is asked what is missing."""
    if is_to_be_cancelled(document, said.reason, said.missing):
        return {} if document.due_fact == DueFact.ANNUL else {"due_at": None, "due_fact": DueFact.ANNUL}
    nothing = dict(NO_DUE) if document.due_fact == DueFact.ANNUL else {}
    return nothing | _other_due(document, said, dossier)


def confirmation_due(dossier: Dossier) -> dict[str, Any]:
    """When somebody more is told that an opened document still waits for a person (docs/law.md resolution)."""
    return {"due_at": dossier.after(dossier.windows.confirm_alarm), "due_fact": DueFact.CONFIRM}


def _other_due(document: Document, said: Verdict, dossier: Dossier) -> dict[str, Any]:
    """When a person is told again, or when BNMP is asked: at once what it was not, else as it was set, never in an outage."""
    if document.opened and said.reason in OVERDUE and not document.liberty:
        # A release has clocks of its own (docs/law.md safety-4).
        return {} if document.due_fact == DueFact.CONFIRM else confirmation_due(dossier)
    if not said.asks:
        return dict(NO_DUE) if document.due_fact in (DueFact.LOOK_UP, DueFact.CONFIRM) else {}
    other = said.reason is not Reason.MISSING_ANTECEDENT and said.missing != document.missing
    if document.due_fact == DueFact.LOOK_UP and (document.due_at is None or not other):
        return {}
    if dossier.link.blocked:
        due_at = dossier.after(reask(document, dossier))
        return {"due_at": due_at, "due_fact": DueFact.LOOK_UP, "looked_up_at": dossier.now}
    return {"due_at": None, "due_fact": DueFact.LOOK_UP}


def reask(document: Document, dossier: Dossier) -> float:
    """Seconds until BNMP is asked again: fewer for LIBERTY and what it waits for (docs/law.md safety-4)."""
    windows = dossier.windows
    urgent = document.liberty or document.priority == PRIORITY_LIBERTY
    return windows.reask_liberty if urgent else windows.reask_other


def _with_evidence(own: tuple[Attempt, ...], failed_at: datetime, dossier: Dossier) -> tuple[Attempt, ...]:
    """The attempts with the one of the failed access; of a link that others found down it is shown like one of its own."""
    if any(one.at == failed_at for one in own):
        return own
    return tuple(sorted((*own, _shown(failed_at, dossier)), key=lambda one: one.at))


def _shown(failed_at: datetime, dossier: Dossier) -> Attempt:
    return Attempt(failed_at, "link", AnswerClass.CONNECTION, dossier.link.cause)


# Who is told beside whoever must act, of what has waited too long for its resolution.
OVERDUE: dict[Reason | None, Role] = {
    Reason.MISSING_DATA: Role.CHEFE_DE_CARTORIO,
    Reason.NEEDS_JUDGE: Role.MAGISTRADO,
}
NO_DUE: dict[str, Any] = {"due_at": None, "due_fact": None}


def offer_due(document: Document, dossier: Dossier) -> dict[str, Any]:
    """When the offer is repeated: for LIBERTY by the clock, otherwise on request (docs/law.md safety-16)."""
    if not document.liberty:
        return dict(NO_DUE)
    return {"due_at": dossier.after(dossier.windows.offer_repeat), "due_fact": "OFFER_AGAIN"}


def _in_doubt(work: Casework, document: Document, seen: View) -> None:
    """An order whose write is in doubt may be offered and opened while the link is down (docs/law.md safety-16).

    The doubt stays with it: whoever resolves it reads the registry first (docs/law.md safety-27).
    """
    said = contingency(document, seen)
    if said is None:
        return
    if said.event is Event.OPEN:
        work.move(document, Event.OPEN, **_consequences(document, said, seen.dossier))
    elif said.reason is Reason.AWAITING_CONSENT and said.failed_access_at != document.failed_access_at:
        shown = _consequences(document, said, seen.dossier)
        document = changed(document, failed_access_at=said.failed_access_at, attempts=shown["attempts"])
        work.put(work.say_outcome(document, offered(document)), "offered in doubt")


def _inherit(work: Casework, document: Document, seen: View) -> Document:
    """What is in flight keeps its place, but learns the priority of what waits for it (docs/law.md safety-8)."""
    better = priority(document, seen)
    return work.put(changed(document, priority=better)) if better < document.priority else document
