"""The one function that decides: what a fact does to the documents of the persons at hand.

fact -> decision -> record -> say. A decision is a value: the changed documents, one history entry for
each, and what is to be said. The same function serves the processor, the lanes, the clock and replay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rules import doubt, messages, registration
from rules.casework import Casework, Entry, Say, may_be_offered, offered, stands_in_queue
from rules.chain import is_sticky
from rules.dossier import ConsentGiven, Document, Dossier
from rules.facts import (
    AnsweredLate,
    ChainBroke,
    ContingencyAnswered,
    DocumentIssued,
    DocumentReissued,
    DoubtRead,
    DueFell,
    Fact,
    LeaseTakenOver,
    PersonReviewed,
    SignerUnknown,
    StepAnswered,
    StepBegun,
)
from rules.settling import decide_one, offer_due, settle
from rules.words import Reason, Role, State

ANSWERS_FOR_UNIT = frozenset({Role.MAGISTRADO, Role.SERVIDOR, Role.CHEFE_DE_CARTORIO})


@dataclass(frozen=True, slots=True)
class Decision:
    """What a fact does: documents in their new form, their history, what to say, RJIs learnt."""

    documents: Mapping[str, Document]
    entries: tuple[Entry, ...] = ()
    says: tuple[Say, ...] = ()
    rjis: Mapping[int, str] | None = None


def decide(dossier: Dossier, fact: Fact) -> Decision:
    """Decide what `fact` does to `dossier`; total over every fact, and never raises for a known one."""
    work = Casework.of(dossier, type(fact).__name__)
    HANDLERS[type(fact)](work, fact)
    settle(work)
    changed = {document_id: work.documents[document_id] for document_id in work.touched}
    entries = tuple(Entry(document_id, work.fact, detail) for document_id, detail in work.touched.items())
    return Decision(changed, entries, tuple(work.says), dict(work.rjis))


def _issued(work: Casework, fact: DocumentIssued) -> None:
    work.put(fact.document)
    decide_one(work, fact.document)


def _reissued(work: Casework, fact: DocumentReissued) -> None:
    """A new version keeps where the transmission stands and replaces the content.

    New data is the act from outside that a refusal or an access hold waits for; it settles no doubt.
    """
    old, new = work.documents[fact.document.document_id], fact.document
    kept = {name: getattr(old, name) for name in _KEPT + (() if new.opened and not old.opened else _KEPT_OPEN)}
    reopened = old.reason in _REOPENED
    document = replace(new, **kept, reason=None if reopened else old.reason, consent=new.consent or old.consent)
    work.put(document, "new version")
    if not is_sticky(document, work.dossier):
        decide_one(work, document)


_REOPENED = frozenset({Reason.ACCESS, Reason.REFUSED_BY_BNMP, Reason.MISSING_DATA})
_KEPT = (
    "state",
    "missing",
    "since",
    "priority",
    "sequence",
    "turn",
    "doing",
    "reads",
    "attempts",
    "due_at",
    "due_fact",
    "bnmp_id",
    "national_number",
)
# The mark of contingency is never cleared; a version that SAJ itself issued so brings it.
_KEPT_OPEN = ("failed_access_at", "text", "opened_at", "retroactive")


def _answered(work: Casework, fact: ContingencyAnswered) -> None:
    """SIM is final, NÃO means not now; every answer is on record (docs/law.md safety-16, 28)."""
    document = work.documents.get(fact.document_id)
    reason = _refusal(document, fact)
    if reason is not None or document is None:
        work.says.append(_command("bnmp.command.refused.v1", fact, reason or "UNKNOWN_DOCUMENT"))
        return
    # What BNMP refused is not opened by a SIM (docs/law.md safety-5); what is in doubt keeps its doubt (safety-27).
    waits = document.state is State.HELD and not is_sticky(document, work.dossier)
    in_doubt = document.state is State.UNCERTAIN and work.dossier.link.blocked
    lapsed = not ((waits or in_doubt) and may_be_offered(document))
    consent = ConsentGiven(fact.answer, fact.by.user, fact.at)
    document = work.put(replace(document, consent=consent), f"answer {fact.answer}")
    if waits and not lapsed:
        decide_one(work, document)
    work.says.append(_command("bnmp.command.applied.v1", fact, "OFFER_LAPSED" if lapsed else "APPLIED"))


def _refusal(document: Document | None, fact: ContingencyAnswered) -> str | None:
    if document is None:
        return "UNKNOWN_DOCUMENT"
    if fact.by.unit != document.unit or fact.by.role not in ANSWERS_FOR_UNIT:
        return "NOT_COMPETENT"
    return "ALREADY_OPENED" if document.opened else None


def _command(kind: str, fact: ContingencyAnswered, reason: str) -> Say:
    return Say(kind, {"command_id": fact.command_id, "reason": reason, "message": messages.COMMANDS[reason]})


def _reviewed(_: Casework, __: PersonReviewed) -> None:
    """Nothing of its own: settling looks at every open document anyway."""


def _due_fell(work: Casework, fact: DueFell) -> None:
    document = work.documents[fact.document_id]
    due = document.due_fact
    document = work.put(replace(document, due_at=None, due_fact=None), f"due {due}")
    if due == "OFFER_AGAIN" and document.reason in (Reason.AWAITING_CONSENT, Reason.WAITING_LINK):
        document = work.say_outcome(document, offered(document))
        work.put(replace(document, **offer_due(document, work.dossier)))
    elif due == "ASK_AGAIN" and document.reason is Reason.REGISTRY_FAULT:
        decide_one(work, replace(document, attempts=()))
    elif document.state is State.UNCERTAIN or (due == "RETRY" and stands_in_queue(document)):
        work.put(work.wake(document))


def _answered_late(work: Casework, fact: AnsweredLate) -> None:
    """Whoever holds the lease now reads the registry; the same step may be under way again."""
    work.put(work.documents[fact.document_id], f"late answer {fact.answer.answer} to {fact.step}")


def _chain_broke(work: Casework, fact: ChainBroke) -> None:
    document = work.documents[fact.document_id]
    what, runbook = messages.INCIDENTS["CHAIN_BROKEN"]
    data: dict[str, Any] = {"kind": "CHAIN_BROKEN", "what": what, "runbook": runbook}
    data["who"] = {"role": Role.MAGISTRADO, "unit": document.unit}
    # An incident is about an act, not about the document's state: it takes no number of its sequence.
    work.says.append(Say("bnmp.incident.v1", data | {"message": what}, document))
    work.put(document, "chain broken")


HANDLERS: dict[type, Callable[[Casework, Any], None]] = {
    DocumentIssued: _issued,
    DocumentReissued: _reissued,
    ContingencyAnswered: _answered,
    PersonReviewed: _reviewed,
    StepBegun: registration.begun,
    StepAnswered: registration.answered,
    AnsweredLate: _answered_late,
    DoubtRead: doubt.doubt_read,
    LeaseTakenOver: registration.taken_over,
    DueFell: _due_fell,
    SignerUnknown: registration.signer_unknown,
    ChainBroke: _chain_broke,
}
