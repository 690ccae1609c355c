"""The kinds, one row each: what they do to freedom, who signs, whether contingency is lawful.

Sources: the closed list of what may be issued under contingency is docs/law.md contingency-list; type
ids and signers are docs/law.md kinds; LIBERTY, ARREST and NEUTRAL are docs/law.md words.
"""

from dataclasses import dataclass

from rules.words import Effect, Kind, PecaStatus, Role, Variant

CLERK_AND_JUDGE = (Role.SERVIDOR, Role.MAGISTRADO)
CLERK = (Role.SERVIDOR,)


@dataclass(frozen=True, slots=True)
class KindRow:
    """What the law says of one kind.

    `peca` is BNMP's type id; `priority` is its own place in a queue, lower first, before inheritance;
    `in_effect` are the statuses in BNMP with which it counts as registered and in effect.
    """

    kind: Kind
    effect: Effect
    peca: int
    eligible: bool
    priority: int
    signers: tuple[Role, ...]
    in_effect: frozenset[str]


PRIORITY_LIBERTY = 0
PRIORITY_URGENT_CERTIDAO = 1
PRIORITY_ARREST = 2
PRIORITY_CERTIDAO = 3
PRIORITY_GUIA = 4
PRIORITY_LEGACY = 5

_WARRANT = frozenset({PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.CUMPRIDO, PecaStatus.REVOGADO, PecaStatus.EXPIRADO})
_OTHER = frozenset({PecaStatus.ATIVO})


def _mandado(kind: Kind, peca: int) -> KindRow:
    return KindRow(kind, Effect.ARREST, peca, True, PRIORITY_ARREST, CLERK_AND_JUDGE, _WARRANT)


def _liberty(kind: Kind, peca: int) -> KindRow:
    return KindRow(kind, Effect.LIBERTY, peca, True, PRIORITY_LIBERTY, CLERK_AND_JUDGE, _OTHER)


def _guia(kind: Kind, peca: int, priority: int = PRIORITY_GUIA) -> KindRow:
    return KindRow(kind, Effect.NEUTRAL, peca, False, priority, CLERK_AND_JUDGE, _OTHER)


def _certidao(kind: Kind, peca: int, priority: int = PRIORITY_CERTIDAO) -> KindRow:
    return KindRow(kind, Effect.NEUTRAL, peca, False, priority, CLERK, _OTHER)


KINDS: dict[str, KindRow] = {
    row.kind: row
    for row in (
        _mandado(Kind.MANDADO_PRISAO_CRIMINAL, 1),
        _mandado(Kind.MANDADO_PRISAO_CIVIL, 1),
        _mandado(Kind.MANDADO_INTERNACAO, 10),
        _liberty(Kind.CONTRAMANDADO_PRISAO, 2),
        _liberty(Kind.CONTRAMANDADO_INTERNACAO, 2),
        _liberty(Kind.ALVARA_SOLTURA, 5),
        _liberty(Kind.ORDEM_LIBERACAO, 5),
        _liberty(Kind.ORDEM_DESINTERNACAO, 6),
        _guia(Kind.GUIA_RECOLHIMENTO_PROVISORIA, 3),
        _guia(Kind.GUIA_RECOLHIMENTO_DEFINITIVA, 3),
        _guia(Kind.GUIA_RECOLHIMENTO_ACERVO, 11, PRIORITY_LEGACY),
        _guia(Kind.GUIA_INTERNACAO_PROVISORIA, 4),
        _guia(Kind.GUIA_INTERNACAO_DEFINITIVA, 4),
        _guia(Kind.GUIA_INTERNACAO_ACERVO, 13, PRIORITY_LEGACY),
        _certidao(Kind.CERTIDAO_CUMPRIMENTO_PRISAO, 7),
        _certidao(Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO, 9),
        _certidao(Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE, 8, PRIORITY_URGENT_CERTIDAO),
        _certidao(Kind.CERTIDAO_ARQUIVAMENTO_GUIA, 12),
        _certidao(Kind.CERTIDAO_ALTERACAO_UNIDADE_REGIME, 14),
    )
}

MANDADOS = frozenset(kind for kind, row in KINDS.items() if row.effect is Effect.ARREST)
MANDADOS_PRISAO = frozenset({Kind.MANDADO_PRISAO_CRIMINAL, Kind.MANDADO_PRISAO_CIVIL})
MANDADOS_INTERNACAO = frozenset({Kind.MANDADO_INTERNACAO})
CERTIDOES_CUMPRIMENTO = frozenset({Kind.CERTIDAO_CUMPRIMENTO_PRISAO, Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO})
GUIAS = frozenset(
    {
        Kind.GUIA_RECOLHIMENTO_PROVISORIA,
        Kind.GUIA_RECOLHIMENTO_DEFINITIVA,
        Kind.GUIA_RECOLHIMENTO_ACERVO,
        Kind.GUIA_INTERNACAO_PROVISORIA,
        Kind.GUIA_INTERNACAO_DEFINITIVA,
        Kind.GUIA_INTERNACAO_ACERVO,
    }
)

_VARIANTS: dict[str, frozenset[str | None]] = {
    Kind.MANDADO_PRISAO_CRIMINAL: frozenset({None, Variant.RECAPTURA, Variant.CONVERSAO_FLAGRANTE}),
    Kind.MANDADO_INTERNACAO: frozenset({None, Variant.CONVERSAO}),
    Kind.ALVARA_SOLTURA: frozenset({None, Variant.MANDADO_CUMPRIDO, Variant.PRISAO_FLAGRANTE}),
}
VARIANTS: dict[str, frozenset[str | None]] = {kind: _VARIANTS.get(kind, frozenset({None})) for kind in KINDS}


def effect(kind: str) -> Effect:
    """LIBERTY, ARREST or NEUTRAL; a kind that is not in the table is NEUTRAL."""
    row = KINDS.get(kind)
    return row.effect if row else Effect.NEUTRAL


def is_liberty(kind: str) -> bool:
    """Whether the kind frees a person or keeps one free."""
    return effect(kind) is Effect.LIBERTY


def is_eligible(kind: str) -> bool:
    """Whether the kind may be issued under contingency (docs/law.md contingency-list)."""
    row = KINDS.get(kind)
    return bool(row and row.eligible)
