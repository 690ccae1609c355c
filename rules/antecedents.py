"""Antecedents: what each kind stands on, as rows, and what of it is not there yet.

Sources: docs/law.md antecedents (ANT-1 to ANT-15); implicit antecedents docs/law.md safety-24; a
document satisfies the rule by its status in BNMP and not by being registered (docs/law.md safety-2).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rules.dossier import Document, Dossier
from rules.kinds import MANDADOS
from rules.words import Kind, PecaStatus, State, Variant


@dataclass(frozen=True, slots=True)
class AntecedentRow:
    """To issue `kind` of `variant`, each reached mandado must have a status of `statuses` in BNMP.

    `brought_by` is the kind whose registration brings a pending mandado to that status, if any.
    """

    rule: str
    kind: Kind
    variant: Variant | None
    statuses: frozenset[str]
    brought_by: Kind | None = None


_FULFILLED = frozenset({PecaStatus.CUMPRIDO})
_PENDING = frozenset({PecaStatus.PENDENTE_CUMPRIMENTO})
_PENDING_OR_EXPIRED = _PENDING | {PecaStatus.EXPIRADO}

ROWS = (
    AntecedentRow("ANT-1", Kind.ALVARA_SOLTURA, Variant.MANDADO_CUMPRIDO, _FULFILLED, Kind.CERTIDAO_CUMPRIMENTO_PRISAO),
    AntecedentRow("ANT-5", Kind.CONTRAMANDADO_PRISAO, None, _PENDING_OR_EXPIRED),
    AntecedentRow("ANT-7", Kind.CERTIDAO_CUMPRIMENTO_PRISAO, None, _PENDING),
)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a document still needs.

    `reached` are the mandados of ours it stands on; `waits` the documents of ours that must be
    registered first, in causal order; `missing` names what neither is nor is on its way. `candidates`
    are the mandados among which the unit has to choose, where nothing was named.
    """

    reached: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


def row_of(document: Document) -> AntecedentRow | None:
    """The row that governs a document; None where nothing is demanded (ANT-2: alvará of a flagrante arrest).

    An alvará without variant is read as MANDADO_CUMPRIDO (docs/law.md safety-25).
    """
    variant = document.variant
    if document.kind == Kind.ALVARA_SOLTURA and variant is None:
        variant = Variant.MANDADO_CUMPRIDO
    for row in ROWS:
        if row.kind == document.kind and row.variant in (None, variant):
            return row
    return None


def needs(document: Document, dossier: Dossier) -> Needs:
    """What `document` still needs before BNMP may be asked to register it."""
    row = row_of(document)
    named, missing = _named(document, dossier)
    reached = [found for found in named if found.kind in MANDADOS]
    if row is None:
        # Nothing is demanded of it; yet a release still stops the mandados it names (docs/law.md safety-11).
        return Needs(tuple(d.document_id for d in reached) if document.liberty else ())
    if not document.antecedents:
        reached = _candidates(document, dossier)
        if len(reached) != 1:
            listed = tuple(d.document_id for d in reached)
            return Needs(missing=("antecedents", *listed), candidates=listed)
    if not reached and not missing:
        missing.append("antecedents")
    # A document named beside the mandados (an alvará that names the certidão) must be registered, no more.
    waits = [found for found in named if found not in reached and not found.ended]
    for mandado in reached:
        more, lacking = _toward(row, mandado, dossier)
        waits = [wait for wait in more if wait not in waits] + waits
        missing.extend(lacking)
    return Needs(tuple(d.document_id for d in reached), tuple(d.document_id for d in waits), tuple(missing))


def _named(document: Document, dossier: Dossier) -> tuple[list[Document], list[str]]:
    numbered = any(antecedent.national_number for antecedent in document.antecedents)
    by_number = {d.national_number: d for d in dossier.documents.values() if d.national_number} if numbered else {}
    found, missing = [], []
    for antecedent in document.antecedents:
        known = dossier.documents.get(antecedent.document_id or "") or by_number.get(antecedent.national_number or "")
        if known is None or known.document_id == document.document_id:
            missing.append(antecedent.document_id or antecedent.national_number or "antecedents")
        else:
            found.append(known)
    return found, missing


def _candidates(document: Document, dossier: Dossier) -> list[Document]:
    """Mandados of the same person and case; safety-24 takes one only when it stands alone."""
    return [
        d
        for d in dossier.documents.values()
        if d.kind in MANDADOS
        and d.person == document.person
        and d.case_number == document.case_number
        and d.state not in (State.REJECTED, State.EXCLUDED)
    ]


def _toward(row: AntecedentRow, mandado: Document, dossier: Dossier) -> tuple[list[Document], list[str]]:
    """What must still happen to one mandado, as documents to wait for and names of what is missing."""
    if mandado.state is State.REGISTERED and mandado.bnmp_status in row.statuses:
        return [], []
    if mandado.ended and mandado.bnmp_status != PecaStatus.PENDENTE_CUMPRIMENTO:
        return [], [mandado.document_id]
    waits = [] if mandado.ended else [mandado]
    if row.brought_by is None or (waits and mandado.variant == Variant.CONVERSAO_FLAGRANTE):
        return waits, []
    bringers = list(_bringers(row.brought_by, mandado, dossier))
    if not bringers:
        return waits, [f"{row.brought_by}:{mandado.document_id}"]
    return [*waits, bringers[0]], []


def _bringers(kind: Kind, mandado: Document, dossier: Dossier) -> Iterator[Document]:
    for other in dossier.documents.values():
        if other.kind == kind and not other.ended and mandado.document_id in needs(other, dossier).reached:
            yield other
