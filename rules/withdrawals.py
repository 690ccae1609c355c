"""Withdrawals: what may be taken back, and by whom (docs/law.md safety-29).

A mandado that was released in the case or issued under contingency ends only by contramandado, and none is
ever made "sem efeito". What is in effect at the registry is not ended by a word of SAJ's.
"""

from rules.acts import Act, DocumentWithdrawn, ExclusionAsked
from rules.chain import MERGE, View
from rules.dossier import Document, changed
from rules.kinds import KINDS, MANDADOS, PRIORITY_ARREST, PRIORITY_LIBERTY, effect, undone_as
from rules.steps import only_reading_left
from rules.words import DueFact, Effect, PecaStatus, Reason, State

EXCLUDED, DO_NOT_SEND, SEM_EFEITO = "EXCLUIDO", "DO_NOT_SEND", "SEM_EFEITO"
# A withdrawal that does not say who or why.
INCOMPLETE = "INCOMPLETE"
GROUND = "withdrawal"
DRAFT = "bnmp_draft"
# What is not taken back, and yet is not sent against the unit's word: the judge is asked.
TO_THE_JUDGE = frozenset({"ONLY_BY_CONTRAMANDADO", "NEVER_SEM_EFEITO", "ACCESS_UNKNOWN", INCOMPLETE})
# As long as it is so at BNMP a mandado may still be cancelled there, where it was not released in the case.
ANNULLABLE = frozenset({PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.EXPIRADO})
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
    """Why a document may not be taken out, or BNMP not be asked to annul it; None where it may."""
    if not document.stands:
        return "ENDED_ALREADY"
    reason = fact.reason if isinstance(fact, DocumentWithdrawn) else EXCLUDED
    if document.state is State.REGISTERED:
        return registered_already(document, reason)
    stands = _mandado_stands(document, reason)
    if stands is not None:
        return stands
    # A command to exclude is for what is certainly not at the registry; a withdrawal waits for the reading.
    in_doubt = document.doing is not None or document.state is State.UNCERTAIN
    return "IN_DOUBT" if in_doubt and isinstance(fact, ExclusionAsked) else None


def registered_already(document: Document, reason: str) -> str | None:
    """Why a registered document does not end by this word: by what its mandado ends; None: BNMP is asked to annul it.

    A mandado that was never released in the case is annulled like the rest (docs/law.md cancellation).
    """
    if document.kind in MANDADOS and (document.released or document.opened or document.bnmp_status not in ANNULLABLE):
        # Of a status that nobody knows it is not said that the mandado has ended.
        return ENDS_BY.get(document.bnmp_status, "ONLY_BY_CONTRAMANDADO")
    if document.kind in MANDADOS and reason == SEM_EFEITO:
        return "NEVER_SEM_EFEITO"
    # The unit's word for what was not sent yet asks nothing of BNMP.
    return "REGISTERED_ALREADY" if reason in (EXCLUDED, DO_NOT_SEND) else None


def to_be_annulled(document: Document) -> Document:
    """A registered document that BNMP is asked to annul (rules/annulment.py), at the place of what that does to freedom."""
    places = {Effect.LIBERTY: PRIORITY_LIBERTY, Effect.ARREST: PRIORITY_ARREST}
    place = places.get(undone_as(document.kind), KINDS[document.kind].priority)
    return changed(document, due_at=None, due_fact=DueFact.ANNUL, priority=place)


def is_to_be_cancelled(document: Document, reason: Reason | None, missing: tuple[str, ...]) -> bool:
    """Whether the draft of what is stopped so is cancelled at the registry and not left (docs/law.md safety-12)."""
    if document.bnmp_id is None or only_reading_left(document):
        return False
    stops = reason in (Reason.NEEDS_JUDGE, Reason.CHAIN_INCOMPLETE) or missing == (MERGE,)
    return missing == (DRAFT,) or (stops and effect(document.kind) is Effect.ARREST)


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
