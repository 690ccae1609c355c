"""Withdrawals: what may be taken back, and by whom (docs/law.md safety-29).

A mandado that was released in the case or issued under contingency ends only by contramandado, and none is
ever made "sem efeito". What is in effect at the registry is not ended by a word of SAJ's.
"""

from rules.acts import Act, DocumentWithdrawn, ExclusionAsked
from rules.chain import View
from rules.dossier import Document
from rules.kinds import MANDADOS
from rules.steps import only_reading_left
from rules.words import PecaStatus, Reason, State

EXCLUDED, DO_NOT_SEND, SEM_EFEITO = "EXCLUIDO", "DO_NOT_SEND", "SEM_EFEITO"
# A withdrawal that does not say who or why.
INCOMPLETE = "INCOMPLETE"
GROUND = "withdrawal"
DRAFT = "bnmp_draft"
# What is not taken back, and yet is not sent against the unit's word: the judge is asked.
TO_THE_JUDGE = frozenset({"ONLY_BY_CONTRAMANDADO", "NEVER_SEM_EFEITO", "ACCESS_UNKNOWN", INCOMPLETE})
# By what a mandado ends that BNMP has, by its status there (docs/law.md cancellation); CNJ ends no other way.
ENDS_BY: dict[str | None, str] = {
    PecaStatus.PENDENTE_CUMPRIMENTO: "ONLY_BY_CONTRAMANDADO",
    PecaStatus.CUMPRIDO: "ONLY_BY_RELEASE",
    PecaStatus.EXPIRADO: "EXPIRED_ALREADY",
    PecaStatus.REVOGADO: "ENDED_ALREADY",
    PecaStatus.ANULADO: "ENDED_ALREADY",
    PecaStatus.EXCLUIDO: "ENDED_ALREADY",
}


def why_it_stands(document: Document, fact: Act) -> str | None:
    """Why a document may not be taken out; None where it may."""
    if document.state in (State.EXCLUDED, State.REJECTED):
        return "ENDED_ALREADY"
    reason = fact.reason if isinstance(fact, DocumentWithdrawn) else EXCLUDED
    if document.state is State.REGISTERED:
        return registered_already(document)
    stands = _mandado_stands(document, reason)
    if stands is not None:
        return stands
    # A command to exclude is for what is certainly not at the registry; a withdrawal waits for the reading.
    in_doubt = document.doing is not None or document.state is State.UNCERTAIN
    return "IN_DOUBT" if in_doubt and isinstance(fact, ExclusionAsked) else None


def registered_already(document: Document) -> str:
    """Why a registered document is not taken back here: by what its mandado ends, or that CNJ alone annuls."""
    if document.kind not in MANDADOS:
        return "REGISTERED_ALREADY"
    # Of a status that nobody knows it is not said that the mandado has ended.
    return ENDS_BY.get(document.bnmp_status, "ONLY_BY_CONTRAMANDADO")


def end_of(document: Document, seen: View) -> tuple[Reason, tuple[str, ...]] | None:
    """What becomes of a document that somebody wants out: how it ends or what it waits for; None: nothing yet.

    WITHDRAWN and EXCLUDED_BY_UNIT end it. A draft of it at the registry is for the unit (DIVERGENCE); a mandado that
    stands is for the judge, unless a whole LIBERTY chain takes it along.
    """
    wanted = document.withdrawal
    if wanted is None or document.doing is not None or only_reading_left(document):
        return None
    if _mandado_stands(document, wanted.reason) is not None:
        goes = GROUND in document.cleared or any(c.complete for c in seen.chains_of(document.document_id))
        return None if goes else (Reason.NEEDS_JUDGE, (GROUND,))
    # Its unit excludes it once more when the draft is cancelled at the registry.
    if document.bnmp_id is not None and (wanted.reason != EXCLUDED or DRAFT not in document.missing):
        return Reason.DIVERGENCE, (DRAFT,)
    return (Reason.EXCLUDED_BY_UNIT if wanted.reason in (EXCLUDED, DO_NOT_SEND) else Reason.WITHDRAWN), ()


def _mandado_stands(document: Document, reason: str) -> str | None:
    if document.kind not in MANDADOS:
        return None
    if document.opened or (document.released and reason != DO_NOT_SEND):
        return "ONLY_BY_CONTRAMANDADO"
    return {SEM_EFEITO: "NEVER_SEM_EFEITO", INCOMPLETE: INCOMPLETE}.get(reason)
