"""Versions: other content for a document that is not on its way yet."""

from rules.casework import Casework
from rules.chain import is_sticky
from rules.dispensation import compare_text
from rules.dossier import Document, changed
from rules.settling import decide_one
from rules.words import Reason, State

_REOPENED = frozenset({Reason.ACCESS, Reason.REFUSED_BY_BNMP, Reason.MISSING_DATA})
_REPLACEABLE = frozenset({State.READY, State.HELD})
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
    "withdrawal",
    "hands",
    "cleared",
    "confirmed",
    "escalate_at",
    "escalated",
)
# The mark of contingency is never cleared; a version that SAJ itself issued so brings it.
_KEPT_OPEN = ("failed_access_at", "text", "opened_at", "retroactive")


def is_replaceable(document: Document) -> bool:
    """Whether nothing of it can be in BNMP; that its person was looked for is no beginning, and is done anew."""
    return is_replaceable_as(document.state, document.bnmp_id, document.doing)


def is_replaceable_as(state: str | None, bnmp_id: str | None, doing: str | None) -> bool:
    """The same, of a document of which no more than this is known."""
    return state in _REPLACEABLE and bnmp_id is None and doing is None


def is_completable(document: Document) -> bool:
    """Whether its unit may complete it: what was opened under contingency too, as long as it is at rest."""
    opened = document.state is State.CONTINGENCY and document.bnmp_id is None and document.doing is None
    return opened or is_replaceable(document)


def reissue(work: Casework, new: Document, detail: str = "new version") -> None:
    """Replace the content and keep where the transmission stands.

    New data is the act from outside that a refusal or an access hold waits for; it settles no doubt.
    """
    old = work.documents[new.document_id]
    kept = {name: getattr(old, name) for name in _KEPT + (() if new.opened and not old.opened else _KEPT_OPEN)}
    reopened = old.reason in _REOPENED
    document = changed(new, **kept, reason=None if reopened else old.reason, consent=new.consent or old.consent)
    analysis = new.analysis or old.analysis
    if analysis is not None:
        document = changed(document, analysis=analysis, gaps=analysis.left(document.gaps))
    work.put(document, detail)
    if not is_sticky(document, work.dossier):
        decide_one(work, document)
    if new.opened and not old.opened:
        compare_text(work, new.document_id)
