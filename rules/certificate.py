"""The certidão de contingência: what a resolved contingency leaves in the case (docs/law.md contingency)."""

from typing import Any

from rules.contingency import justification
from rules.dossier import Court, Document
from rules.words import OwnCertificate

_INSTRUCTIONS = {
    "FISICO": "Imprima a certidão e junte-a aos autos físicos.",
    "DIGITAL": "Libere a certidão na pasta digital.",
}


def certificate(document: Document, rji: str | None, court: Court) -> dict[str, Any]:
    """The data of a resolved contingency: number, RJI and the certidão, which waits for SAJ's release.

    SAJ signs and releases; the certidão names who said SIM as its signer (docs/law.md safety-30).
    """
    failed_at = document.failed_access_at or document.opened_at
    why = justification(failed_at, court) if failed_at else ""
    text = (
        f"Certifico que o documento {document.document_id}, emitido em contingência, foi registrado no BNMP 2.0 "
        f"sob o número {document.national_number}, RJI {rji}. Justificativa: {why}"
    )
    medium = document.medium or "DIGITAL"
    return {
        "national_number": document.national_number,
        "rji": rji,
        "certificate": {
            "id": f"{document.document_id}:{OwnCertificate.CERTIDAO_CONTINGENCIA}",
            "kind": OwnCertificate.CERTIDAO_CONTINGENCIA,
            "medium": medium,
            "text": text,
            "signer": document.consent.by if document.consent else document.signer,
            "status": "PENDING_RELEASE",
            "instruction": _INSTRUCTIONS[medium],
        },
    }
