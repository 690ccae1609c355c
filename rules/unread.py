"""What is signed and not read yet: it may have moved the mandado that another document is about to stand on.

BNMP moves a mandado with the last signature of whoever fulfils or revokes it, and the ledger learns of it with the reading.
Between the two nobody begins on what the mandado was before (docs/law.md safety-2).
"""

from rules import pieces
from rules.chain import View
from rules.dossier import Document
from rules.effects import effect_of
from rules.prerequisites import row_of


def moved_unread(document: Document, seen: View) -> tuple[str, ...]:
    """The documents that have to be read before this one may go."""
    reached = seen.needs[document.document_id].reached
    if not reached:
        return ()
    return tuple([one.document_id for one in seen.unread() if _may_have_moved(one, reached, document, seen)])


def _may_have_moved(one: Document, reached: tuple[str, ...], document: Document, seen: View) -> bool:
    """Whether it leaves a mandado where `document` could no longer stand on it; what a person must free holds no release up."""
    row, effect, documents = row_of(document, seen.dossier.court), effect_of(one), seen.dossier.documents
    if one.document_id == document.document_id or row is None or effect is None or effect.reached is None:
        return False
    if document.liberty and one.reason is not None:
        return False
    shared = [documents[name].bnmp_status for name in seen.needs[one.document_id].reached if name in reached]
    return any(s in row.statuses and pieces.after(s, effect.reached) not in row.statuses for s in shared if s)
