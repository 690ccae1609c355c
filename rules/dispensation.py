"""What SAJ itself issued under contingency is taken as it is; a text that is not the exact one is told (docs/law.md contingency)."""

from rules import messages
from rules.casework import Casework, Say
from rules.contingency import dispensation_text
from rules.dossier import Document


def compare_text(work: Casework, document_id: str) -> None:
    """Tell the unit of a paper whose text, or the instant in it, is another than its failed access demands.

    The paper is in the case: the text is not rewritten, and the registration goes on.
    """
    document = work.documents[document_id]
    exact = _exact(document, work)
    if exact is None or document.text == exact:
        return
    data = {
        "kind": "TEXT",
        "ours": exact,
        "registry": None,
        "document_id": document.document_id,
        "case_number": document.case_number or None,
        "message": messages.OTHER_TEXT,
    }
    work.says.append(Say("bnmp.divergence.found.v1", data, document))
    work.put(document, "the dispensation text is not the exact one")


def _exact(document: Document, work: Casework) -> str | None:
    failed_at = document.failed_access_at
    return dispensation_text(failed_at, work.dossier.court) if document.opened and failed_at is not None else None
