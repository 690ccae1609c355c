"""Urgency: a document's place in every queue, lower first (docs/law.md safety-8)."""

from rules.chain import View
from rules.dossier import Document
from rules.kinds import CERTIDOES_CUMPRIMENTO, KINDS, PRIORITY_LIBERTY, PRIORITY_NONE, PRIORITY_URGENT_CERTIDAO
from rules.words import PecaStatus, State


def priority(document: Document, seen: View) -> int:
    """Its place in every queue, lower first; what a LIBERTY document waits for inherits its place (safety-8)."""
    if seen.chains_of(document.document_id):
        return PRIORITY_LIBERTY
    row = KINDS.get(document.kind)
    if row is None:
        return PRIORITY_NONE
    if row.kind in CERTIDOES_CUMPRIMENTO and _has_live_warrant(document, seen):
        return PRIORITY_URGENT_CERTIDAO
    return row.priority


def _has_live_warrant(document: Document, seen: View) -> bool:
    reached = seen.needs[document.document_id].reached
    documents = seen.dossier.documents
    return any(
        documents[d].state is State.REGISTERED and documents[d].bnmp_status == PecaStatus.PENDENTE_CUMPRIMENTO
        for d in reached
    )
