"""A person's status in BNMP after a document took effect: told when it is what the documents explain, and asked for until then.

BNMP derives it, and may do so late. An hour afterwards what it says is told as it is, and what differs still is a divergence
(docs/law.md effects). A later document of the person tells of them instead.
"""

from datetime import timedelta
from typing import Any

from rules import messages
from rules.casework import Casework, Say
from rules.dossier import Document, changed
from rules.effects import effect_of, expected
from rules.facts import LookedUp, Question
from rules.words import AnswerClass, DueFact, State

SOONER = (1, 10)
"""The first tries, as multiples of the window; the last is when a confirmation is overdue."""


def note(work: Casework, document: Document, situation: str | None) -> None:
    """A document is registered, and its person was read with it: empty where BNMP did not say, None where nobody asked."""
    row = effect_of(document)
    if situation is None or row is None or row.person is None:
        return
    if situation == _expected(work, document):
        _tell(work, document, situation)
    elif document.due_fact is None:
        work.put(changed(document, **_next(work, document)), "the person's status is asked for later")


def is_watched(document: Document) -> bool:
    """Whether a look-up of this document asks for its person's status; a search for its twin comes first."""
    return document.state is State.REGISTERED and not document.reads


def question(document: Document, rji: str | None) -> Question:
    """What BNMP is asked of a registered document: its person."""
    return Question(person=document.rji or rji)


def looked_up(work: Casework, document: Document, fact: LookedUp) -> None:
    """BNMP was asked again: its answer is told where it is what was expected, or where no other try is left."""
    situation = fact.answer.situation if fact.answer.answer is AnswerClass.OK else None
    document = changed(document, **_next(work, document))
    if _is_overtaken(work, document):
        document = changed(document, due_at=None, due_fact=None)
        work.put(document, "a later document tells of the person")
        return
    wanted = _expected(work, document)
    if situation == wanted:
        document = changed(document, due_at=None, due_fact=None)
    document = work.put(document, f"asked for the person's status: {fact.answer.answer}")
    if not situation or document.due_at is not None:
        return
    document = _tell(work, document, situation)
    if situation != wanted:
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


def _expected(work: Casework, document: Document) -> str:
    same = work.now().same(document.person)
    mine = [one for one in work.documents.values() if one.person in same]
    needs = work.look(*(one.document_id for one in mine)).needs
    return expected(mine, lambda one: needs[one].reached)


def _is_overtaken(work: Casework, document: Document) -> bool:
    """Whether another document of the person came into effect later, or this one is in effect no more."""
    same, since = work.now().same(document.person), document.registered_at
    others = [one for one in work.documents.values() if one.person in same and one.state is State.REGISTERED]
    return document.gone or any(one.registered_at and since and one.registered_at > since for one in others)
