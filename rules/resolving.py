"""Resolving: what was issued under contingency is registered now, at the unit's word or by itself (docs/law.md resolution).

Whose word is needed is a setting: nobody's, the unit's for everything, or, as it comes, the unit's for mandados that no
release waits for. A release and all it waits for never wait for a click where nothing is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.acts import By, ResolutionAsked
from rules.authority import RESOLUTION, ruling
from rules.casework import Casework, stands_in_queue
from rules.confirmation import Confirmation
from rules.dossier import changed
from rules.escalation import incident
from rules.kinds import effect
from rules.settling import NO_DUE, decide_one
from rules.versions import is_completable, reissue
from rules.words import Role, State


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known of a document before its person is locked: enough to say whether a request is about it.

    `refused`: why the RJI that came for it cannot be its person's (rules/naming.py).
    """

    document_id: str
    kind: str
    unit: str
    opened: bool
    ended: bool
    refused: str | None = None


def why_not(by: By, named: Iterable[str], found: Iterable[Opened]) -> str | None:
    """Why a request to resolve is refused whole; None where something of it is left to do.

    `named` are the documents that it names, empty for a category; `found` those that there are of them.
    """
    known = {one.document_id: one for one in found}
    if set(named) - set(known):
        return "UNKNOWN_DOCUMENT"
    refusals = (ruling(RESOLUTION, by, (one.unit,), effect(one.kind)).refusal for one in known.values())
    refused = next((refusal for refusal in refusals if refusal), None)
    if refused:
        return refused
    if any(not one.opened for one in known.values()):
        return "NOT_OPENED"
    if all(one.ended for one in known.values()):
        return "NOTHING_LEFT"
    return next((one.refused for one in known.values() if one.refused), None)


def resolve(work: Casework, fact: ResolutionAsked) -> None:
    """The unit resolves one document: its data are completed, what it stands on is looked for anew, and it may go.

    The command was answered when it came (`why_not`); what becomes of each document is told of the document.
    """
    document = work.documents[fact.document_id]
    by = fact.by
    ruled = ruling(RESOLUTION, by, (document.unit,), effect(document.kind))
    if document.ended or not document.opened or ruled.refusal:
        work.put(document, f"resolution asked for in vain: {ruled.refusal or document.state}")
        return
    if ruled.unknown:
        incident(work, document, "ACCESS_UNKNOWN", Role.ADMINISTRADOR_REGIONAL)
    confirmed = Confirmation(by.role, by.user, by.unit, fact.at)
    document = work.put(changed(document, confirmed=confirmed), f"resolution confirmed by {by.user}")
    if document.state is not State.CONTINGENCY or document.doing is not None:
        # What is on its way, or in doubt, goes on by itself.
        return
    if fact.document is not None and is_completable(document):
        if fact.rji is not None and work.persons()[document.person].rji is None:
            work.rjis[document.person] = fact.rji
        reissue(work, fact.document, "data supplied")
        document = work.documents[fact.document_id]
    # Whatever held it is judged anew, and BNMP is asked again for what it stands on.
    decide_one(work, work.put(changed(document, missing=(), found=(), looked_up_at=None, **NO_DUE)))
    after = work.documents[fact.document_id]
    if stands_in_queue(after) and after.turn == document.turn:
        work.put(work.wake(after))
