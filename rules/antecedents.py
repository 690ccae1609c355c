"""Antecedents: what each kind stands on, as rows, and what of it is not there yet.

Sources: docs/law.md antecedents (ANT-1 to ANT-15) and effects; implicit antecedents docs/law.md safety-24;
a document satisfies the rule by its status in BNMP and not by being registered (docs/law.md safety-2).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from rules.dossier import Document, Dossier
from rules.kinds import GUIAS, MANDADOS, MANDADOS_INTERNACAO, MANDADOS_PRISAO
from rules.words import Kind, PecaStatus, Reason, State, Variant


class Certidao(Enum):
    """What the certidão de cumprimento of a reached mandado is to a row: nothing, waited for if it may go, demanded."""

    NONE = auto()
    IF_ISSUED = auto()
    DEMANDED = auto()


@dataclass(frozen=True, slots=True)
class AntecedentRow:
    """To issue `kind` of `variant`, each antecedent must be of a kind in `on` and have a status of `statuses` in BNMP.

    `certidao` says how a pending mandado comes to that status; `brings` is the status in BNMP that registering `kind`
    gives the mandados it reaches. Where nothing is `demanded`, what was not named is only waited for.
    """

    rule: str
    kind: Kind
    variant: Variant | None
    on: frozenset[str]
    statuses: frozenset[str]
    certidao: Certidao = Certidao.NONE
    brings: PecaStatus | None = None
    demanded: bool = True


_FULFILLED = frozenset({PecaStatus.CUMPRIDO})
_PENDING = frozenset({PecaStatus.PENDENTE_CUMPRIMENTO})
_ISSUED = _PENDING | _FULFILLED
_PENDING_OR_EXPIRED = _PENDING | {PecaStatus.EXPIRADO}
_ACTIVE = frozenset({PecaStatus.ATIVO})
_P, _I, _G = MANDADOS_PRISAO, MANDADOS_INTERNACAO, GUIAS
_K, _S = Kind, PecaStatus
_ROW, _BY = AntecedentRow, Certidao.DEMANDED

ROWS = (
    _ROW("ANT-1", _K.ALVARA_SOLTURA, Variant.MANDADO_CUMPRIDO, _P, _FULFILLED, _BY),
    _ROW("ANT-3", _K.ORDEM_LIBERACAO, None, _P | _I, _FULFILLED, _BY),
    _ROW("ANT-4", _K.ORDEM_DESINTERNACAO, None, _I, _ISSUED, Certidao.IF_ISSUED, _S.CUMPRIDO),
    _ROW("ANT-5", _K.CONTRAMANDADO_PRISAO, None, _P, _PENDING_OR_EXPIRED, brings=_S.REVOGADO),
    _ROW("ANT-6", _K.CONTRAMANDADO_INTERNACAO, None, _I, _PENDING_OR_EXPIRED, brings=_S.REVOGADO),
    _ROW("ANT-7", _K.CERTIDAO_CUMPRIMENTO_PRISAO, None, _P, _PENDING, brings=_S.CUMPRIDO),
    _ROW("ANT-8", _K.CERTIDAO_CUMPRIMENTO_INTERNACAO, None, _I, _PENDING, brings=_S.CUMPRIDO),
    _ROW("ANT-9", _K.GUIA_RECOLHIMENTO_PROVISORIA, None, _P, _FULFILLED, _BY),
    _ROW("ANT-9", _K.GUIA_RECOLHIMENTO_DEFINITIVA, None, _P, _FULFILLED, _BY),
    _ROW("ANT-10", _K.GUIA_INTERNACAO_PROVISORIA, None, _I, _FULFILLED, _BY),
    _ROW("ANT-10", _K.GUIA_INTERNACAO_DEFINITIVA, None, _I, _FULFILLED, _BY),
    _ROW("ANT-11", _K.MANDADO_INTERNACAO, Variant.CONVERSAO, _P, _FULFILLED, _BY),
    _ROW("ANT-12", _K.CERTIDAO_ARQUIVAMENTO_GUIA, None, _G, _ACTIVE),
    # BNMP wants the person in custody: what may bring that about goes first, and nothing is asked for.
    _ROW(
        "custody", _K.CERTIDAO_ALTERACAO_UNIDADE_REGIME, None, MANDADOS | _G, _FULFILLED | _ACTIVE, _BY, demanded=False
    ),
)
FULFILS: dict[str, Kind] = {
    **dict.fromkeys(MANDADOS_PRISAO, Kind.CERTIDAO_CUMPRIMENTO_PRISAO),
    **dict.fromkeys(MANDADOS_INTERNACAO, Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO),
}
# A certidão that stands so may still go by itself or with its chain; an ordem de desinternação waits for no other.
_MAY_GO = (None, Reason.WAITING_ANTECEDENT, Reason.WAITING_LINK)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a document still needs.

    `reached` are the documents of ours it stands on, mandados or, for their archiving, guias; `waits` the documents of
    ours that must be registered first, in causal order; `missing` names what neither is nor is on its way. `candidates`
    are the documents among which the unit has to choose, where nothing was named.
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
    if row is None:
        # Nothing is demanded of it; yet a release still stops the mandados it names (docs/law.md safety-11).
        return Needs(_ids(d for d in named if document.liberty and d.kind in MANDADOS))
    reached = [d for d in named if d.kind in row.on]
    # A release stops also a mandado of the wrong kind, and says that this is not what it may stand on.
    strange = [d for d in named if document.liberty and d.kind in MANDADOS and d not in reached]
    missing.extend(_ids(strange))
    if not document.antecedents:
        reached = _candidates(row, document, dossier)
        if not row.demanded:
            return Needs(waits=_ids(_on_the_way(row, reached, dossier)))
        if len(reached) != 1:
            return Needs(missing=("antecedents", *_ids(reached)), candidates=_ids(reached))
    if not reached and not missing and row.demanded:
        missing.append("antecedents")
    # A document named beside those (an alvará that names the certidão) must be registered, no more.
    waits = [d for d in named if d not in reached and d not in strange and not d.ended]
    for antecedent in reached:
        more, lacking = _toward(row, antecedent, dossier)
        waits = [wait for wait in more if wait not in waits] + waits
        missing.extend(lacking)
    return Needs(_ids(reached + strange), _ids(waits), tuple(missing))


def _ids(documents: Iterable[Document]) -> tuple[str, ...]:
    return tuple(d.document_id for d in documents)


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


def _candidates(row: AntecedentRow, document: Document, dossier: Dossier) -> list[Document]:
    """What the row stands on, of the same person and case; safety-24 takes one only when it stands alone."""
    return [
        d
        for d in dossier.documents.values()
        if d.kind in row.on
        and d.person == document.person
        and d.case_number == document.case_number
        and d.state not in (State.REJECTED, State.EXCLUDED)
    ]


def _on_the_way(row: AntecedentRow, found: list[Document], dossier: Dossier) -> list[Document]:
    """What is waited for where nothing is demanded: all that is on its way, unless one stands already."""
    ways = [_toward(row, antecedent, dossier) for antecedent in found]
    if any(not waits and not lacking for waits, lacking in ways):
        return []
    return list({d.document_id: d for waits, _ in ways for d in waits}.values())


def _toward(row: AntecedentRow, antecedent: Document, dossier: Dossier) -> tuple[list[Document], list[str]]:
    """What must still happen to one antecedent, as documents to wait for and names of what is missing."""
    stands = antecedent.state is State.REGISTERED and antecedent.bnmp_status in row.statuses
    if stands and (row.certidao is not Certidao.IF_ISSUED or antecedent.bnmp_status == PecaStatus.CUMPRIDO):
        return [], []
    if antecedent.ended and not stands and antecedent.bnmp_status != PecaStatus.PENDENTE_CUMPRIMENTO:
        return [], [antecedent.document_id]
    waits = [] if antecedent.ended else [antecedent]
    born_fulfilled = not antecedent.ended and antecedent.variant == Variant.CONVERSAO_FLAGRANTE
    if row.certidao is Certidao.NONE or antecedent.kind not in FULFILS or born_fulfilled:
        return waits, []
    found = _fulfilling(antecedent, dossier)
    if row.certidao is Certidao.IF_ISSUED:
        found = [d for d in found if not d.gaps and d.reason in _MAY_GO]
    elif not found:
        return waits, [f"{FULFILS[antecedent.kind]}:{antecedent.document_id}"]
    return [*waits, *found[:1]], []


def _fulfilling(mandado: Document, dossier: Dossier) -> list[Document]:
    """The certidões of a mandado's fulfilment that are on their way."""
    kind = FULFILS[mandado.kind]
    return [
        other
        for other in dossier.documents.values()
        if other.kind == kind and not other.ended and mandado.document_id in needs(other, dossier).reached
    ]
