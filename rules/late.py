"""A person's status in BNMP after a document took effect: told when it is what the documents explain, and asked for until then.

BNMP derives it, and may do so late. An hour afterwards what it says is told as it is, and what differs still is a divergence
(docs/law.md effects), unless a piece of somebody else's may explain it. A later document of the person tells of them
instead.
"""

from datetime import timedelta
from typing import Any

from rules import messages
from rules.antecedents import needs
from rules.casework import Casework, Say
from rules.dossier import Document, Dossier, changed
from rules.effects import effect_of, expected
from rules.facts import LookedUp, Question
from rules.pieces import IDLE
from rules.words import AnswerClass, DueFact, State

SOONER = (1, 10)
"""The first tries, as multiples of the window; the last is when a confirmation is overdue."""


def note(work: Casework, document: Document, situation: str | None) -> None:
    """A document is registered, and its person was read with it: empty where BNMP did not say, None where nobody asked."""
    row = effect_of(document)
    if situation is None or row is None or row.person is None:
        return
    if situation == _expected(document, work.now()):
        _tell(work, document, situation)
    elif document.due_fact is None:
        work.put(changed(document, **_next(work, document)), "the person's status is asked for later")


def is_watched(document: Document) -> bool:
    """Whether a look-up of this document asks for its person's status; a search for its twin comes first."""
    return document.state is State.REGISTERED and not document.reads


def question(document: Document, dossier: Dossier) -> Question:
    """What BNMP is asked of a registered document: its person, and what else may explain another status than ours."""
    rji = document.rji or dossier.persons[document.person].rji
    return Question(person=rji, expects=_expected(document, dossier))


def looked_up(work: Casework, document: Document, fact: LookedUp) -> None:
    """BNMP was asked again: its answer is told where it is what was expected, or where no other try is left."""
    situation = fact.answer.situation if fact.answer.answer is AnswerClass.OK else None
    document = changed(document, **_next(work, document))
    if _is_overtaken(work, document):
        document = changed(document, due_at=None, due_fact=None)
        work.put(document, "a later document tells of the person")
        return
    wanted = _expected(document, work.now())
    if situation == wanted:
        document = changed(document, due_at=None, due_fact=None)
    document = work.put(document, f"asked for the person's status: {fact.answer.answer}")
    if not situation or document.due_at is not None:
        return
    document = _tell(work, document, situation)
    if situation != wanted and not _is_of_others(work, fact):
        data = {
            "kind": "PERSON_STATUS",
            "ours": wanted,
            "registry": situation,
            "document_id": document.document_id,
            "case_number": document.case_number or None,
            "message": messages.COMPARED["PERSON_STATUS"],
        }
        work.says.append(Say("bnmp.divergence.found.v1", data, document))


def _tell(work: Casework, document: Document, situation: str) -> Document:
    data = {"bnmp_status": document.bnmp_status, "person_status": situation}
    return work.put(work.say_outcome(document, ("bnmp.document.status-changed.v1", data)), f"person {situation}")


def _next(work: Casework, document: Document) -> dict[str, Any]:
    """When the next try is due, counted from the registration; never after the last."""
    windows, since = work.dossier.windows, document.registered_at or work.dossier.now
    tries = [*(windows.late_status * times for times in SOONER), windows.confirm_alarm]
    ahead = [at for seconds in tries if (at := since + timedelta(seconds=seconds)) > work.dossier.now]
    return {"due_at": min(ahead), "due_fact": DueFact.LOOK_UP} if ahead else {"due_at": None, "due_fact": None}


def _expected(document: Document, dossier: Dossier) -> str:
    same = dossier.same(document.person)
    mine = [one for one in dossier.documents.values() if one.person in same]
    return expected(mine, lambda one: needs(dossier.documents[one], dossier).reached)


def _is_of_others(work: Casework, fact: LookedUp) -> bool:
    """Whether a piece that no document of ours owns moves the person too: their status is not ours to explain."""
    owned = {one.bnmp_id for one in work.documents.values()}
    return any(one.bnmp_id not in owned and one.status not in IDLE for one in fact.answer.pieces)


def _is_overtaken(work: Casework, document: Document) -> bool:
    """Whether another document of the person came into effect later, or this one is in effect no more."""
    same, since = work.now().same(document.person), document.registered_at
    others = [one for one in work.documents.values() if one.person in same and one.state is State.REGISTERED]
    return document.gone or any(one.registered_at and since and one.registered_at > since for one in others)
