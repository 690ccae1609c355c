"""What waited: mandados that were issued while BNMP was away, and what has become of them since (docs/law.md safety-13).

A mandado that waited is not sent by itself where it was fulfilled meanwhile without its certidão, nor, as a court may have
it, before its unit has confirmed that it still stands.
"""

from rules.chain import View
from rules.contingency import CONFIRMATION, is_unconfirmed
from rules.dossier import Document
from rules.history import FREEING
from rules.kinds import CERTIDOES_CUMPRIMENTO, MANDADOS
from rules.words import Kind, State, Variant

# What a mandado of the stock lacks that was fulfilled, and whose certidão cannot go.
CERTIDAO = "certidao"


def confirmed_by_all(document: Document, seen: View) -> tuple[str, ...]:
    """What an opened document lacks where the unit confirms everything (docs/law.md resolution)."""
    return (CONFIRMATION,) if is_unconfirmed(document, seen.dossier) else ()


def awaits_its_unit(document: Document, seen: View) -> tuple[str, ...]:
    """What an opened document lacks of its unit's word, as it is told; nothing while the link is not back."""
    dossier = seen.dossier
    by_default = dossier.court.resolution == "default" and document.kind in MANDADOS
    asks = by_default and document.opened and document.confirmed is None and not dossier.link.blocked
    return (CONFIRMATION,) if asks and not any(c.complete for c in seen.chains_of(document.document_id)) else ()


def deaths(document: Document, seen: View) -> tuple[str, ...]:
    """The certidões of death of a mandado's person, which its judge has not cleared (docs/law.md safety-12, 13)."""
    if document.kind not in MANDADOS or seen.chains_of(document.document_id):
        return ()
    same = seen.dossier.same(document.person)
    return tuple(
        other.document_id
        for other in seen.dossier.documents.values()
        if other.kind == Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE
        and other.person in same
        and other.stands
        and other.document_id not in document.cleared
    )


def fulfilled_alone(document: Document, seen: View) -> tuple[str, ...]:
    """The arrests in the history that fulfilled a mandado while it waited, where no certidão goes with it (safety-13)."""
    if document.kind not in MANDADOS or not (document.opened or document.retroactive):
        return ()
    dossier = seen.dossier
    if (
        document.variant == Variant.CONVERSAO_FLAGRANTE
        or document.bnmp_id is not None
        or seen.chains_of(document.document_id)
    ):
        return ()
    zone, issued = dossier.court.zone, document.issued_at
    if issued is None or _has_certidao(document, seen):
        return ()
    if document.analysis is not None and document.analysis.fulfilled:
        # Its item says that it was fulfilled: without the certidão it would have a prisoner sought.
        return () if CERTIDAO in document.cleared else (CERTIDAO,)
    day, same = issued.astimezone(zone).date(), dossier.same(document.person)
    events = [event for person in sorted(same) for event in dossier.persons[person].custody]
    return tuple(
        ground
        for event in events
        if event.event not in FREEING and not event.other_court
        if event.case_number == document.case_number and event.on >= day
        if (ground := f"custody:{event.event_id}") not in document.cleared
    )


def _has_certidao(document: Document, seen: View) -> bool:
    """Whether a certidão de cumprimento of this mandado is there that can follow it at once."""
    return any(
        one.kind in CERTIDOES_CUMPRIMENTO
        and not one.gaps
        and one.state not in (State.REJECTED, State.EXCLUDED)
        and document.document_id in seen.needs[one.document_id].reached
        for one in seen.dossier.documents.values()
    )
