"""Twins: after a warrant was sent again BNMP is searched for a second piece of it, an hour and a day later (safety-27).

A registry may accept later than any doubt window. What the window did not show, and what was therefore sent again, may still
come to light: two live warrants for one order. Nobody annuls a mandado by itself, so a twin is an incident, for a judge.
"""

from datetime import timedelta
from typing import Any

from rules.casework import Casework
from rules.dossier import Document, changed
from rules.escalation import incident
from rules.facts import LookedUp, Question
from rules.kinds import KINDS, effect
from rules.words import AnswerClass, DueFact, Effect, PecaStatus, Role, State

_GONE = frozenset({PecaStatus.EXCLUIDO, PecaStatus.ANULADO})


def watch_for(work: Casework, document: Document) -> None:
    """A warrant that is in effect now and was sent again is searched for later, twice."""
    if document.reads and document.due_fact is None and effect(document.kind) is Effect.ARREST:
        work.put(changed(document, **_due(work, work.dossier.windows.twin)), "sent again: a twin is searched for later")


def is_watched(document: Document) -> bool:
    """Whether a look-up of this document is the search for its twin."""
    return document.state is State.REGISTERED and document.reads > 0


def question(document: Document) -> Question:
    """Every piece of the document's type in its case, about its person."""
    return Question(pecas=(KINDS[document.kind].peca,))


def searched(work: Casework, document: Document, fact: LookedUp) -> None:
    """BNMP was searched: a twin is told; otherwise once more, a day after the registration."""
    windows, answer = work.dossier.windows, fact.answer
    if answer.answer is not AnswerClass.OK:
        wait = answer.retry_after or windows.reask_other
        work.put(changed(document, **_due(work, wait)), f"searched for a twin in vain: {answer.answer}")
        return
    ours = {one.bnmp_id for one in work.documents.values()}
    day = document.issued_at.astimezone(work.dossier.court.zone).date() if document.issued_at else None
    found = [one for one in answer.pieces if one.bnmp_id not in ours and one.status not in _GONE]
    twins = [one.bnmp_id for one in found if one.issued_on in (None, day)]
    if twins:
        done = changed(document, reads=0, due_at=None, due_fact=None)
        incident(work, work.put(done, f"twin at BNMP: {' '.join(twins)}"), "TWIN_FOUND", Role.MAGISTRADO)
        return
    last = (document.registered_at or work.dossier.now) + timedelta(seconds=windows.twin_last)
    if work.dossier.now < last:
        due = {"due_at": last, "due_fact": DueFact.LOOK_UP}
    else:
        due = {"reads": 0, "due_at": None, "due_fact": None}
    work.put(changed(document, **due), "no twin at BNMP")


def _due(work: Casework, seconds: float) -> dict[str, Any]:
    return {"due_at": work.dossier.after(seconds), "due_fact": DueFact.LOOK_UP}
