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
PRIORITY_LIVE_CERTIDAO = 1
PRIORITY_ARREST = 2
PRIORITY_CERTIDAO = 3

_WARRANT = frozenset({PecaStatus.PENDENTE_CUMPRIMENTO, PecaStatus.CUMPRIDO, PecaStatus.REVOGADO, PecaStatus.EXPIRADO})
_OTHER = frozenset({PecaStatus.ATIVO})

KINDS: dict[str, KindRow] = {
    row.kind: row
    for row in (
        KindRow(Kind.MANDADO_PRISAO_CRIMINAL, Effect.ARREST, 1, True, PRIORITY_ARREST, CLERK_AND_JUDGE, _WARRANT),
        KindRow(Kind.CONTRAMANDADO_PRISAO, Effect.LIBERTY, 2, True, PRIORITY_LIBERTY, CLERK_AND_JUDGE, _OTHER),
        KindRow(Kind.ALVARA_SOLTURA, Effect.LIBERTY, 5, True, PRIORITY_LIBERTY, CLERK_AND_JUDGE, _OTHER),
        KindRow(Kind.CERTIDAO_CUMPRIMENTO_PRISAO, Effect.NEUTRAL, 7, False, PRIORITY_CERTIDAO, CLERK, _OTHER),
    )
}

MANDADOS = frozenset(kind for kind, row in KINDS.items() if row.effect is Effect.ARREST)

VARIANTS: dict[str, frozenset[str | None]] = {
    Kind.MANDADO_PRISAO_CRIMINAL: frozenset({None, Variant.RECAPTURA, Variant.CONVERSAO_FLAGRANTE}),
    Kind.ALVARA_SOLTURA: frozenset({None, Variant.MANDADO_CUMPRIDO, Variant.PRISAO_FLAGRANTE}),
    Kind.CONTRAMANDADO_PRISAO: frozenset({None}),
    Kind.CERTIDAO_CUMPRIMENTO_PRISAO: frozenset({None}),
}


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
