"""Unsigned pieces: what BNMP shows of drafts and pieces that wait for a signature (docs/law.md FAIL-1, FAIL-2).

CNJ deletes what nobody has signed 30 days after it was made. A unit's pieces are read again and again: its people are told by
their age, well before; what has gone meanwhile is told as missing and made anew, or is its unit's to send again; and what
somebody has signed in BNMP itself goes on.
"""

from datetime import datetime, timedelta

from rules.casework import Casework, is_errand
from rules.dossier import Document, changed
from rules.facts import PieceSwept
from rules.gone import missed
from rules.kinds import KINDS
from rules.signers import try_again
from rules.steps import step_of_status
from rules.words import GONE, PecaStatus, State

UNSIGNED = frozenset({PecaStatus.EM_ELABORACAO, PecaStatus.AGUARDANDO_ASSINATURA})
AGES = (timedelta(days=1), timedelta(days=7), timedelta(days=20))
"""How old an unsigned piece is when somebody is told of it, once for each (docs/law.md deadlines, L4 and L5)."""
_WAITS = frozenset({State.HELD, State.CONTINGENCY})


def stage(since: datetime, now: datetime) -> int:
    """How many of the ages a piece that was made at `since` has come to."""
    return sum(since + age <= now for age in AGES)


def swept(work: Casework, fact: PieceSwept) -> None:
    """BNMP was read, and shows of the piece of a document that waits for somebody this status, or no piece at all."""
    document = work.documents[fact.document_id]
    if not _waits_with(document, fact.bnmp_id):
        work.put(document, "late sweep")
    elif fact.status is None or fact.status in GONE:
        missed(work, document, f"status {fact.status}" if fact.status else "not there")
    elif fact.status in KINDS[document.kind].in_effect:
        # Somebody signed it in BNMP itself: what is left is the reading that says so.
        proved = step_of_status(document, fact.status)
        try_again(work, changed(document, step=proved), f"{fact.status} at BNMP")


def _waits_with(document: Document, bnmp_id: str) -> bool:
    """Whether it is at rest with this very piece: what is on its way finds out by itself."""
    at_rest = document.state in _WAITS and document.reason is not None and document.doing is None
    return at_rest and document.bnmp_id == bnmp_id and not is_errand(document)
