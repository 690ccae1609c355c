"""What BNMP has no more: a piece that nobody signed in time, or a person whom it has deactivated.

CNJ deletes what waits for a signature for more than 30 days, and persons without a piece (docs/law.md FAIL-2). What was
never in effect is not missed by anybody but us: a release is looked for and made anew at once; anything else is for its
unit, whose retry makes it anew. An RJI that is no longer active is unlinked, and its person searched for like any other
(docs/law.md safety-22, 23).
"""

from rules import messages
from rules.casework import Casework, Say
from rules.dossier import Document, changed
from rules.doubt import again, doubt, stop, without_piece
from rules.facts import Answer
from rules.kinds import PRIORITY_LIBERTY
from rules.words import Reason, State, Step

GAP = "rji"


def gone(work: Casework, document: Document, answer: Answer) -> None:
    """The registry has no such piece, or no such person, any more; which of them the step says."""
    if document.doing is Step.CREATE:
        _person_gone(work, document, answer)
    else:
        missed(work, document, answer.detail)


def missed(work: Casework, document: Document, detail: str) -> None:
    """The piece is told as missing; and what is created for its document later is a piece of its own, about the same order."""
    data = {
        "kind": "MISSING_AT_REGISTRY",
        "ours": document.national_number or document.bnmp_id,
        "registry": None,
        "document_id": document.document_id,
        "case_number": document.case_number or None,
        "message": messages.PIECE_GONE,
    }
    work.says.append(Say("bnmp.divergence.found.v1", data, document))
    afresh = without_piece(document)
    if document.state is State.CONTINGENCY:
        # It waits for somebody; the resolver looks for it, like for any other, before it makes it anew.
        work.put(afresh, f"piece gone: {detail}")
    elif document.liberty or document.priority == PRIORITY_LIBERTY:
        # It is searched for like a lost creation before it is made anew (docs/law.md safety-27).
        doubt(work, changed(afresh, doing=Step.CREATE), f"piece gone: {detail}")
    else:
        stop(work, afresh, Reason.DIVERGENCE, f"piece gone: {detail}")


def _person_gone(work: Casework, document: Document, answer: Answer) -> None:
    """Nobody else is taken for them: the RJI of another's warrant is for the unit to replace."""
    if document.rji is not None:
        gaps = (*document.gaps, GAP)
        nameless = changed(document, rji=None, gaps=gaps, step=None)
        stop(work, nameless, Reason.MISSING_DATA, f"person inactive: {answer.detail}", missing=gaps)
        return
    work.identify(dict.fromkeys(work.now().same(document.person)), {})
    again(work, changed(document, doing=None, step=None), 0, f"person inactive: {answer.detail}")
