"""The certidões of SAJ's own that an act of ours leaves in the case (docs/law.md certificates, safety-30).

SAJ signs and releases them; we hold no private key. Each names its signer and waits for SAJ's word.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rules.contingency import instant_of, justification
from rules.dossier import Court, Document
from rules.legacy import JUSTIFICATION
from rules.words import CertificateStatus, OwnCertificate

_TEXT = (
    "Certifico que o documento {document_id}, do processo {case}, emitido em contingência por impossibilidade de acesso "
    "ao Banco Nacional de Monitoramento de Prisões em {failed_at}, foi registrado no BNMP 2.0 sob o número {number}, "
    "RJI {rji}, em {registered_at}. Justificativa: {why} Signatário: {signer}, unidade {unit}."
)
_ANNULLED = (
    "Certifico que o documento {document_id}, do processo {case}, registrado no BNMP 2.0 sob o número {number}, RJI {rji}, "
    "foi anulado no BNMP 2.0. Signatário: {signer}, unidade {unit}."
)
_RETROACTIVE = (
    "Certifico que o mandado {document_id}, do processo {case}, expedido em {issued_on}, foi registrado retroativamente no "
    "BNMP 2.0 sob o número {number}, RJI {rji}, em {registered_at}. Justificativa: {why}. Signatário: {signer}, unidade {unit}."
)
TITLES: dict[OwnCertificate, str] = {
    OwnCertificate.CERTIDAO_CONTINGENCIA: "Certidão de contingência",
    OwnCertificate.CERTIDAO_MANDADO_RETROATIVO: "Certidão de Emissão de Mandado de Prisão Retroativo (BNMP 2.0)",
    OwnCertificate.CERTIDAO_ANULACAO: "Certidão de anulação",
}
INSTRUCTIONS: dict[str, str] = {
    "FISICO": "Imprima a certidão, assine-a e junte-a aos autos físicos.",
    "DIGITAL": "A certidão é assinada e liberada na pasta digital sem nova ação do usuário.",
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certidão: about which document, what it says, who signs it, and whether SAJ has released it.

    `medium` is the case's, DIGITAL or FISICO; `rji` is in the text and names a person.
    """

    id: str
    document_id: str
    kind: OwnCertificate
    medium: str
    text: str
    signer: str | None
    national_number: str | None
    rji: str | None
    issued_at: datetime
    status: CertificateStatus = CertificateStatus.PENDING_RELEASE
    released_at: datetime | None = None
    released_by: str | None = None

    @property
    def instruction(self) -> str:
        """What is left to do with it."""
        return INSTRUCTIONS[self.medium]

    def told(self) -> dict[str, Any]:
        """The certidão as SAJ is told of it."""
        names = ("id", "kind", "medium", "text", "signer", "status", "instruction")
        return {name: getattr(self, name) for name in names}


def of_contingency(document: Document, rji: str | None, court: Court, now: datetime) -> Certificate:
    """The certidão of a resolved contingency; whoever confirmed the resolution or said SIM signs it (safety-30)."""
    failed_at = document.failed_access_at or document.opened_at or now
    said_yes = document.consent.by if document.consent else document.signer
    signer = document.confirmed.user if document.confirmed else said_yes
    text = _TEXT.format(
        document_id=document.document_id,
        case=document.case_number,
        failed_at=instant_of(failed_at, court),
        number=document.national_number,
        rji=rji,
        registered_at=instant_of(document.registered_at or now, court),
        why=justification(failed_at, court),
        signer=signer,
        unit=document.unit,
    )
    return _issued(document, OwnCertificate.CERTIDAO_CONTINGENCIA, text, signer, rji=rji, now=now)


def of_annulment(document: Document, rji: str | None, now: datetime) -> Certificate:
    """The certidão that an annulment leaves; whoever took the document back signs it (docs/law.md cancellation)."""
    taken = document.withdrawal
    signer = taken.user if taken else document.signer
    text = _ANNULLED.format(
        document_id=document.document_id,
        case=document.case_number,
        number=document.national_number,
        rji=rji,
        signer=signer,
        unit=document.unit,
    )
    return _issued(document, OwnCertificate.CERTIDAO_ANULACAO, text, signer, rji=rji, now=now)


def of_stock(document: Document, rji: str | None, court: Court, now: datetime) -> Certificate:
    """The certidão of a mandado of the stock that was not fulfilled; whoever sent it signs it (docs/law.md legacy)."""
    signer = document.analysis.user if document.analysis else document.signer
    text = _RETROACTIVE.format(
        document_id=document.document_id,
        case=document.case_number,
        issued_on=(document.issued_at or now).astimezone(court.zone).strftime("%d/%m/%Y"),
        number=document.national_number,
        rji=rji,
        registered_at=instant_of(document.registered_at or now, court),
        why=JUSTIFICATION,
        signer=signer,
        unit=document.unit,
    )
    return _issued(document, OwnCertificate.CERTIDAO_MANDADO_RETROATIVO, text, signer, rji=rji, now=now)


def _issued(
    document: Document, kind: OwnCertificate, text: str, signer: str | None, *, rji: str | None, now: datetime
) -> Certificate:
    medium = document.medium or "DIGITAL"
    return Certificate(
        f"{document.document_id}:{kind}",
        document.document_id,
        kind,
        medium,
        text,
        signer,
        document.national_number,
        rji,
        now,
    )


def resolved(issued: Certificate) -> dict[str, Any]:
    """What a resolved contingency is told with: number, RJI and the certidão."""
    return {"national_number": issued.national_number, "rji": issued.rji, "certificate": issued.told()}


def released(issued: Certificate, by: str, at: datetime) -> Certificate:
    """The certidão once SAJ has released it in the case."""
    return replace(issued, status=CertificateStatus.RELEASED, released_at=at, released_by=by)


def document_of(certificate_id: str) -> str:
    """The document that a certidão's id names: the id is the document's and the kind."""
    return certificate_id.rpartition(":")[0]
