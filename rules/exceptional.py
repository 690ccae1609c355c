"""Exceptional registration: what was issued outside SAJ, and which kinds may be under which hypothesis (docs/law.md exceptional)."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import auto

from rules import legacy
from rules.kinds import MANDADOS
from rules.words import Kind, _Name


class Hypothesis(_Name):
    """Why it is registered exceptionally; A to D are the manual's letters."""

    A = auto()
    B = auto()
    C = auto()
    D = auto()
    SAJ_INDISPONIVEL = auto()


@dataclass(frozen=True, slots=True)
class HypothesisRow:
    """Which kinds a hypothesis covers; `of_stock`: only what was issued before BNMP 2.0 came to this court."""

    hypothesis: Hypothesis
    kinds: frozenset[str]
    of_stock: bool = False


_LISTED: frozenset[str] = MANDADOS | {Kind.ALVARA_SOLTURA, Kind.ORDEM_LIBERACAO}
_H, _ROW = Hypothesis, HypothesisRow
_TABLE = (
    # The case was divided, and the document stands in the one from which this came.
    _ROW(_H.A, _LISTED),
    # The judge's decision served as the mandado, and none was issued.
    _ROW(_H.B, frozenset(MANDADOS)),
    # The second instance issued it, which does not communicate with BNMP.
    _ROW(_H.C, _LISTED),
    _ROW(_H.D, _LISTED, of_stock=True),
    # SAJ was down: the rule of which the others are exceptions.
    _ROW(_H.SAJ_INDISPONIVEL, frozenset(Kind)),
)
HYPOTHESES: dict[str, HypothesisRow] = {row.hypothesis: row for row in _TABLE}

EXCEPCIONAL, ACERVO = "EXCEPCIONAL", "ACERVO"
KIND, HYPOTHESIS = "exceptional.kind", "exceptional.hypothesis"
PLACE = "custody.place"
REMEDIES: dict[str, str] = {
    KIND: (
        "Esta espécie não admite cadastro excepcional nesta hipótese: confira a hipótese, ou emita o documento "
        "normalmente no SAJ."
    ),
    HYPOTHESIS: "A hipótese d é para documento anterior à integração com o BNMP 2.0: confira a data e a hipótese.",
    PLACE: "Local de Custódia não está configurado: peça ao suporte que o relacione ao do BNMP, e complete o documento.",
    "origin": "Esta espécie não se regulariza como acervo: registre-a por cadastro excepcional (hipótese d).",
    "analysis": (
        "Analise o processo (réu solto ou preso, necessidade do registro) e peça a regularização do mandado do acervo."
    ),
}


@dataclass(frozen=True, slots=True)
class Issued:
    """What of a document decides whether it may be registered after the fact; `rji` as SAJ published it."""

    origin: str | None
    kind: str
    hypothesis: str | None
    issued_at: datetime | None
    rji: str | None


def wrongs(issued: Issued, cutover: date, zone: tzinfo) -> tuple[str, ...]:
    """What keeps a document that was issued outside SAJ, or before BNMP, from going, as names of what is missing.

    `cutover` is the day on which BNMP 2.0 came to this court. Missing fields are the form's own (schemas/).
    """
    if issued.origin == ACERVO:
        return legacy.wrongs(issued.kind, issued.rji)
    row = HYPOTHESES.get(issued.hypothesis or "")
    if issued.origin != EXCEPCIONAL or row is None:
        return ()
    if issued.kind not in row.kinds:
        return (KIND,)
    if not row.of_stock:
        return ()
    late = issued.issued_at is not None and issued.issued_at.astimezone(zone).date() >= cutover
    return ((HYPOTHESIS,) if late else ()) + legacy.unnamed(issued.kind, issued.rji)


def justification(origin: str | None, own: str | None) -> str | None:
    """With what justification it is registered, where its origin says so; an exceptional one brings its own."""
    return {EXCEPCIONAL: own, ACERVO: legacy.JUSTIFICATION}.get(origin or "")
