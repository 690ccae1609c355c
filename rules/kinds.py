"""The kinds, one row each: what they do to freedom, who signs, whether contingency is lawful.

Sources: the closed list of what may be issued under contingency is docs/law.md contingency-list; type
ids, signers and who releases are docs/law.md kinds and safety-5; LIBERTY, ARREST and NEUTRAL are docs/law.md words.
"""

from dataclasses import dataclass

from rules.words import Category, Effect, Kind, OwnCertificate, PecaStatus, Resolution, Role, Variant

CLERK_AND_JUDGE = (Role.SERVIDOR, Role.MAGISTRADO)
CLERK = (Role.SERVIDOR,)
PRIORITY_LIBERTY = 0
PRIORITY_URGENT_CERTIDAO = 1
PRIORITY_ARREST = 2
PRIORITY_CERTIDAO = 3
PRIORITY_GUIA = 4
PRIORITY_LEGACY = 5
PRIORITY_NONE = 9


@dataclass(frozen=True, slots=True)
class KindRow:
    """What the law says of one kind; the fields that its form demands are rows of their own (schemas/fields.py).

    `peca` is BNMP's type id; `eligible` whether it may be issued under contingency; `releaser` who must release it
    in the case, None where anybody of the unit may; `priority` is its own place in a queue, lower first, before
    inheritance; `in_effect` are the statuses in BNMP with which it counts as registered and in effect.
    """

    kind: Kind
    category: Category
    effect: Effect
    peca: int
    eligible: bool
    signers: tuple[Role, ...]
    releaser: Role | None
    priority: int
    in_effect: frozenset[str]


_WARRANT = frozenset({PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.CUMPRIDO, PecaStatus.REVOGADO, PecaStatus.EXPIRADO})
_OTHER = frozenset({PecaStatus.ATIVO})
_C, _K = Category, Kind
_ROW = KindRow
_ARREST, _LIBERTY, _NEUTRAL = Effect.ARREST, Effect.LIBERTY, Effect.NEUTRAL
_BOTH, _JUDGE, _ANY = CLERK_AND_JUDGE, Role.MAGISTRADO, None
_P0, _P1, _P2 = PRIORITY_LIBERTY, PRIORITY_URGENT_CERTIDAO, PRIORITY_ARREST
_P3, _P4, _P5 = PRIORITY_CERTIDAO, PRIORITY_GUIA, PRIORITY_LEGACY
# Whether it may be issued under contingency: the closed list of seven lines, eight kinds.
_YES, _NO = True, False

# The table is read row by row, so the formatter leaves it alone.
# fmt: off
_TABLE = (
    _ROW(_K.MANDADO_PRISAO_CRIMINAL, _C.MANDADO, _ARREST, 1, _YES, _BOTH, _JUDGE, _P2, _WARRANT),
    _ROW(_K.MANDADO_PRISAO_CIVIL, _C.MANDADO, _ARREST, 1, _YES, _BOTH, _JUDGE, _P2, _WARRANT),
    _ROW(_K.MANDADO_INTERNACAO, _C.MANDADO, _ARREST, 10, _YES, _BOTH, _JUDGE, _P2, _WARRANT),
    _ROW(_K.CONTRAMANDADO_PRISAO, _C.CONTRAMANDADO, _LIBERTY, 2, _YES, _BOTH, _JUDGE, _P0, _OTHER),
    _ROW(_K.CONTRAMANDADO_INTERNACAO, _C.CONTRAMANDADO, _LIBERTY, 2, _YES, _BOTH, _JUDGE, _P0, _OTHER),
    _ROW(_K.ALVARA_SOLTURA, _C.ALVARA_ORDEM, _LIBERTY, 5, _YES, _BOTH, _JUDGE, _P0, _OTHER),
    _ROW(_K.ORDEM_LIBERACAO, _C.ALVARA_ORDEM, _LIBERTY, 5, _YES, _BOTH, _JUDGE, _P0, _OTHER),
    _ROW(_K.ORDEM_DESINTERNACAO, _C.ALVARA_ORDEM, _LIBERTY, 6, _YES, _BOTH, _JUDGE, _P0, _OTHER),
    _ROW(_K.GUIA_RECOLHIMENTO_PROVISORIA, _C.GUIA, _NEUTRAL, 3, _NO, _BOTH, _ANY, _P4, _OTHER),
    _ROW(_K.GUIA_RECOLHIMENTO_DEFINITIVA, _C.GUIA, _NEUTRAL, 3, _NO, _BOTH, _ANY, _P4, _OTHER),
    _ROW(_K.GUIA_RECOLHIMENTO_ACERVO, _C.GUIA, _NEUTRAL, 11, _NO, _BOTH, _ANY, _P5, _OTHER),
    _ROW(_K.GUIA_INTERNACAO_PROVISORIA, _C.GUIA, _NEUTRAL, 4, _NO, _BOTH, _ANY, _P4, _OTHER),
    _ROW(_K.GUIA_INTERNACAO_DEFINITIVA, _C.GUIA, _NEUTRAL, 4, _NO, _BOTH, _ANY, _P4, _OTHER),
    _ROW(_K.GUIA_INTERNACAO_ACERVO, _C.GUIA, _NEUTRAL, 13, _NO, _BOTH, _ANY, _P5, _OTHER),
    _ROW(_K.CERTIDAO_CUMPRIMENTO_PRISAO, _C.CERTIDAO, _NEUTRAL, 7, _NO, CLERK, _ANY, _P3, _OTHER),
    _ROW(_K.CERTIDAO_CUMPRIMENTO_INTERNACAO, _C.CERTIDAO, _NEUTRAL, 9, _NO, CLERK, _ANY, _P3, _OTHER),
    _ROW(_K.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE, _C.CERTIDAO, _NEUTRAL, 8, _NO, CLERK, _ANY, _P1, _OTHER),
    _ROW(_K.CERTIDAO_ARQUIVAMENTO_GUIA, _C.CERTIDAO, _NEUTRAL, 12, _NO, CLERK, _ANY, _P3, _OTHER),
    _ROW(_K.CERTIDAO_ALTERACAO_UNIDADE_REGIME, _C.CERTIDAO, _NEUTRAL, 14, _NO, CLERK, _ANY, _P3, _OTHER),
)
# fmt: on
KINDS: dict[str, KindRow] = {row.kind: row for row in _TABLE}


def _of(category: Category) -> frozenset[Kind]:
    return frozenset(row.kind for row in _TABLE if row.category is category)


MANDADOS = _of(Category.MANDADO)
GUIAS = _of(Category.GUIA)
MANDADOS_PRISAO = frozenset({Kind.MANDADO_PRISAO_CRIMINAL, Kind.MANDADO_PRISAO_CIVIL})
MANDADOS_INTERNACAO = frozenset({Kind.MANDADO_INTERNACAO})
CERTIDOES_CUMPRIMENTO = frozenset({Kind.CERTIDAO_CUMPRIMENTO_PRISAO, Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO})
# What is annulled brings its mandado back to pending.
BRINGS_BACK = CERTIDOES_CUMPRIMENTO | _of(Category.CONTRAMANDADO)
_ENDS_CUSTODY = frozenset({Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE})

_VARIANTS: dict[str, frozenset[str | None]] = {
    Kind.MANDADO_PRISAO_CRIMINAL: frozenset({None, Variant.RECAPTURA, Variant.CONVERSAO_FLAGRANTE}),
    Kind.MANDADO_INTERNACAO: frozenset({None, Variant.CONVERSAO}),
    Kind.ALVARA_SOLTURA: frozenset({None, Variant.MANDADO_CUMPRIDO, Variant.PRISAO_FLAGRANTE}),
}
VARIANTS: dict[str, frozenset[str | None]] = {kind: _VARIANTS.get(kind, frozenset({None})) for kind in KINDS}


# What each certidão of SAJ's own may follow; BNMP has no type for them. CNJ alone decides what it annuls, mandados never.
CERTIFICATES: dict[OwnCertificate, frozenset[Kind]] = {
    OwnCertificate.CERTIDAO_CONTINGENCIA: frozenset(row.kind for row in _TABLE if row.eligible),
    OwnCertificate.CERTIDAO_MANDADO_RETROATIVO: MANDADOS,
    OwnCertificate.CERTIDAO_ANULACAO: frozenset(Kind) - MANDADOS,
}


def effect(kind: str) -> Effect:
    """LIBERTY, ARREST or NEUTRAL; a kind that is not in the table is NEUTRAL."""
    row = KINDS.get(kind)
    return row.effect if row else Effect.NEUTRAL


def undone_as(kind: str) -> Effect:
    """What annulling a piece of this kind does to freedom (docs/law.md words)."""
    if kind in MANDADOS:
        return Effect.LIBERTY
    arrests = is_liberty(kind) or kind in BRINGS_BACK or kind in _ENDS_CUSTODY
    return Effect.ARREST if arrests else Effect.NEUTRAL


def is_liberty(kind: str) -> bool:
    """Whether the kind frees a person or keeps one free."""
    return effect(kind) is Effect.LIBERTY


def is_eligible(kind: str) -> bool:
    """Whether the kind may be issued under contingency (docs/law.md contingency-list)."""
    row = KINDS.get(kind)
    return bool(row and row.eligible)


def needs_judges_release(kind: str) -> bool:
    """Whether it is no order before its judge has released it in the case (docs/law.md safety-5)."""
    row = KINDS.get(kind)
    return bool(row and row.releaser is Role.MAGISTRADO)


def resolution(kind: str, contramandados: Resolution) -> Resolution:
    """Under which of the two options a contingency of this kind is resolved (docs/law.md kinds)."""
    category = KINDS[kind].category
    if category is Category.CONTRAMANDADO:
        return contramandados
    return Resolution.MANDADOS if category is Category.MANDADO else Resolution.ALVARAS_ORDENS
