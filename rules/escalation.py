"""Escalation: a release that is held is told to more and more people until it is registered (docs/law.md safety-4).

Its unit at once, by the hold itself; the chefe de cartório, then the judge, and the judge again and again. While
a live warrant or a custody stands it is an incident as well. No wording reads as "do not free".
"""

from typing import Any

from rules import messages
from rules.casework import Casework, Say, is_held
from rules.dossier import Document, changed
from rules.facts import EscalationFell
from rules.history import FREEING
from rules.outcomes import told_as_held
from rules.words import PecaStatus, Role, State

INCIDENT = "bnmp.incident.v1"
_TOLD = (Role.CHEFE_DE_CARTORIO, Role.MAGISTRADO)
_STANDS = frozenset({PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.CUMPRIDO})


def escalate(work: Casework, fact: EscalationFell) -> None:
    """Tell the next one, and set the hour of the one after."""
    document, windows = work.documents[fact.document_id], work.dossier.windows
    if not is_held(document):
        work.put(changed(document, escalate_at=None, escalated=0), "no longer held")
        return
    role = _TOLD[min(document.escalated, len(_TOLD) - 1)]
    wait = windows.escalate_judge - (windows.escalate_chefe if document.escalated == 0 else 0)
    document = changed(document, escalated=document.escalated + 1, escalate_at=work.dossier.after(wait))
    document = work.put(
        work.say_outcome(document, told_as_held(document, work.dossier.court, role)), f"held still: {role} is told"
    )
    if _somebody_is_held(document, work):
        incident(work, document, "LIBERTY_HELD", role)


def incident(work: Casework, document: Document, kind: str, role: Role, told: str | None = None) -> None:
    """Say an incident; it is about an act, not about the document's state, and takes no number of its sequence."""
    work.says.append(Say(INCIDENT, incident_of(kind, role, document.unit or None, told), document))


def incident_of(kind: str, role: Role, unit: str | None, told: str | None = None) -> dict[str, Any]:
    """The data of an incident: what it is, who must act, and the runbook; `told` is said in place of its usual words."""
    what, runbook = messages.INCIDENTS[kind]
    what = told or what
    return {"kind": kind, "what": what, "runbook": runbook, "who": {"role": role, "unit": unit}, "message": what}


def _somebody_is_held(document: Document, work: Casework) -> bool:
    """Whether a warrant that it reaches stands at the registry, or the history of parties shows a custody."""
    reached = (work.documents[found] for found in work.look(document.document_id).needs[document.document_id].reached)
    if any(found.state is State.REGISTERED and found.bnmp_status in _STANDS for found in reached):
        return True
    # On one and the same day nobody can tell which came last: somebody may be held.
    last = max(
        work.dossier.persons[document.person].custody, key=lambda one: (one.on, one.event not in FREEING), default=None
    )
    return last is not None and last.event not in FREEING
