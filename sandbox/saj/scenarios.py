"""The stories of a court's day, one row each: what is published in which phase, and how each document must end.

The rows are the second reading: who must be asked, what waits for the link, what is never registered. They are
written from the law and the contract, and not from the service's rules.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sandbox.saj.documents import KindName


class Phase(StrEnum):
    """A part of the day: before the outage, while the link is cut, after it is back."""

    MORNING = "MORNING"
    OUTAGE = "OUTAGE"
    EVENING = "EVENING"


@dataclass(frozen=True, slots=True)
class Step:
    """One publication of a case's document of `kind`.

    `named`: whether the document names what it stands on, or the only one of its case has to be found. `answer`: what the user says when asked whether to issue under contingency (SIM: it is opened). `waits`: it waits
    for the link, since its kind is not covered or the user said NÃO. `again`: a further publication of a document
    that a step before issued, as the same event or as another event with the same content.
    """

    phase: Phase
    kind: KindName
    answer: Literal["SIM", "NAO"] | None = None
    waits: bool = False
    again: Literal["SAME_EVENT", "NEW_EVENT"] | None = None
    named: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story of one case.

    `share`: how many of them in a day of 60 people; `once`: one of them whatever the size; `alone`: its person has no
    other story, because it says something about the person's every paper.
    """

    name: str
    share: int
    steps: tuple[Step, ...]
    ends: Literal["REGISTERED", "REJECTED", "EXCLUDED"] = "REGISTERED"
    owner_system: str = "SAJ"
    institutional: bool = True
    once: bool = False
    alone: bool = False


_M, _O, _E = Phase.MORNING, Phase.OUTAGE, Phase.EVENING


def _all(phase: Phase, *kinds: KindName) -> tuple[Step, ...]:
    return tuple(Step(phase, kind) for kind in kinds)


def _opened(*kinds: KindName) -> tuple[Step, ...]:
    """Issued while the link is cut, under contingency: the user says SIM."""
    return tuple(Step(_O, kind, answer="SIM") for kind in kinds)


def _waiting(*kinds: KindName) -> tuple[Step, ...]:
    """Issued while the link is cut, of a kind that contingency does not cover."""
    return tuple(Step(_O, kind, waits=True) for kind in kinds)


def _unnamed(phase: Phase, kind: KindName) -> tuple[Step, ...]:
    return (Step(phase, kind, named=False),)


_ARRESTED = _all(_M, "MANDADO", "CERTIDAO")
_INTERNED = _all(_M, "INTERNACAO", "CERTIDAO_INTERNACAO")

SCENARIOS = (
    Scenario("a warrant alone", 6, _all(_M, "MANDADO")),
    Scenario("a warrant is fulfilled", 8, _ARRESTED),
    Scenario("a person is arrested and released", 8, _all(_M, "MANDADO", "CERTIDAO", "ALVARA")),
    # The order of arrival is not the order of the case: the successors wait for what they stand on.
    Scenario("a release arrives before all it stands on", 4, _all(_M, "ALVARA", "CERTIDAO", "MANDADO")),
    Scenario("a release arrives before the certidão", 3, _all(_M, "MANDADO", "ALVARA", "CERTIDAO")),
    Scenario("a warrant is revoked", 4, _all(_M, "MANDADO", "CONTRAMANDADO")),
    Scenario("a revocation arrives before its warrant", 4, _all(_M, "CONTRAMANDADO", "MANDADO")),
    Scenario("a revocation names no warrant", 1, (*_all(_M, "MANDADO"), *_unnamed(_M, "CONTRAMANDADO"))),
    Scenario("an event comes twice", 3, (*_ARRESTED, Step(_M, "MANDADO", again="SAME_EVENT"))),
    Scenario("an event comes again in the evening", 2, (*_ARRESTED, Step(_E, "MANDADO", again="SAME_EVENT"))),
    Scenario("a document comes in two events", 3, (*_ARRESTED, Step(_M, "CERTIDAO", again="NEW_EVENT"))),
    Scenario("a release is issued in the outage", 5, (*_ARRESTED, *_opened("ALVARA"))),
    Scenario(
        "an arrest and its release fall in the outage",
        4,
        (*_all(_M, "MANDADO"), *_waiting("CERTIDAO"), *_opened("ALVARA")),
    ),
    Scenario("a warrant is revoked in the outage", 4, (*_all(_M, "MANDADO"), *_opened("CONTRAMANDADO"))),
    Scenario("a warrant waits for the link", 4, (Step(_O, "MANDADO", answer="NAO", waits=True),)),
    Scenario("a warrant is issued and revoked in the outage", 4, _opened("MANDADO", "CONTRAMANDADO")),
    Scenario("a person is arrested and released in the evening", 4, _all(_E, "MANDADO", "CERTIDAO", "ALVARA")),
    Scenario("a warrant of the morning is fulfilled", 3, (*_all(_M, "MANDADO"), *_all(_E, "CERTIDAO"))),
    Scenario("a debtor is arrested and released", 3, _all(_M, "MANDADO_CIVIL", "CERTIDAO", "ALVARA")),
    Scenario("a civil warrant is revoked", 2, _all(_M, "MANDADO_CIVIL", "CONTRAMANDADO")),
    Scenario(
        "a debtor is arrested and released in the outage",
        2,
        (*_opened("MANDADO_CIVIL"), *_waiting("CERTIDAO"), *_opened("ALVARA")),
    ),
    Scenario("an arrest in the act is converted and ends", 3, _all(_M, "FLAGRANTE", "ALVARA")),
    Scenario("an arrest in the act ends without a warrant", 2, _all(_M, "ALVARA_FLAGRANTE")),
    Scenario("an arrest in the act ends in the outage", 1, _opened("ALVARA_FLAGRANTE")),
    Scenario("a convict may serve outside", 3, (*_ARRESTED, *_unnamed(_M, "LIBERACAO"))),
    Scenario("a convict may serve outside, in the outage", 2, (*_ARRESTED, *_opened("LIBERACAO"))),
    Scenario("a sentence begins and its regime changes", 3, _all(_M, "FLAGRANTE", "GUIA_PROVISORIA", "ALTERACAO")),
    Scenario("a guia arrives before all it stands on", 2, _all(_M, "GUIA_DEFINITIVA", "CERTIDAO", "MANDADO")),
    Scenario("a guia waits for the link", 2, (*_ARRESTED, *_waiting("GUIA_DEFINITIVA"))),
    Scenario("a guia is archived", 2, _all(_M, "FLAGRANTE", "GUIA_DEFINITIVA", "ARQUIVAMENTO")),
    Scenario("the archiving arrives before the guia of the stock", 1, _all(_M, "ARQUIVAMENTO", "GUIA_ACERVO")),
    Scenario("a person is interned and discharged", 3, (*_INTERNED, *_all(_M, "DESINTERNACAO"))),
    Scenario(
        "a discharge arrives before all it stands on",
        2,
        _all(_M, "DESINTERNACAO", "CERTIDAO_INTERNACAO", "INTERNACAO"),
    ),
    Scenario("a discharge is issued in the outage", 2, (*_INTERNED, *_opened("DESINTERNACAO"))),
    Scenario("an internment is revoked", 2, _all(_M, "INTERNACAO", "CONTRAMANDADO_INTERNACAO")),
    Scenario(
        "an internment is ordered and revoked in the outage", 2, _opened("INTERNACAO", "CONTRAMANDADO_INTERNACAO")
    ),
    Scenario("a measure begins", 2, (*_INTERNED, *_unnamed(_M, "GUIA_INTERNACAO_PROVISORIA"))),
    Scenario("a measure becomes final in the evening", 1, (*_INTERNED, *_all(_E, "GUIA_INTERNACAO_DEFINITIVA"))),
    # Only the guia holds them, and it ends with a discharge of another case, which goes before the change of place.
    Scenario(
        "a measure of the stock changes its place", 1, _all(_M, "GUIA_INTERNACAO_ACERVO", "ALTERACAO"), alone=True
    ),
    Scenario(
        "an arrest becomes an internment and ends",
        2,
        (*_ARRESTED, *_all(_M, "CONVERSAO", "CERTIDAO_INTERNACAO", "DESINTERNACAO")),
    ),
    Scenario(
        "a conversion arrives before all it stands on",
        1,
        _all(_M, "DESINTERNACAO", "CERTIDAO_INTERNACAO", "CONVERSAO", "CERTIDAO", "MANDADO"),
    ),
    Scenario(
        "an arrest becomes an internment and ends in the outage",
        1,
        (*_ARRESTED, *_opened("CONVERSAO"), *_waiting("CERTIDAO_INTERNACAO"), *_opened("DESINTERNACAO")),
    ),
    Scenario("a release stands in the history", 1, _all(_M, "MANDADO", "CERTIDAO", "ALVARA"), alone=True),
    Scenario("a convict who escaped is caught", 1, _all(_M, "RECAPTURA", "CERTIDAO"), alone=True),
    Scenario("a wanted person has died", 1, (*_all(_M, "MANDADO"), *_all(_E, "MORTE")), alone=True),
    Scenario("a death waits for the link", 1, (*_ARRESTED, *_waiting("MORTE")), alone=True),
    Scenario("a model that does not communicate", 3, _all(_M, "MANDADO"), ends="EXCLUDED", institutional=False),
    Scenario("a case of another system", 1, _all(_M, "MANDADO"), ends="REJECTED", owner_system="SEEU", once=True),
)

_ARRESTS: tuple[KindName, ...] = ("MANDADO", "MANDADO_CIVIL", "FLAGRANTE", "RECAPTURA")
_INTERNMENTS: tuple[KindName, ...] = ("INTERNACAO", "CONVERSAO")
_GUIAS: tuple[KindName, ...] = (
    "GUIA_PROVISORIA",
    "GUIA_DEFINITIVA",
    "GUIA_ACERVO",
    "GUIA_INTERNACAO_PROVISORIA",
    "GUIA_INTERNACAO_DEFINITIVA",
    "GUIA_INTERNACAO_ACERVO",
)
# What a kind stands on, within its case: the one of these that was issued there. Other kinds stand on nothing.
STANDS_ON: dict[KindName, tuple[KindName, ...]] = {
    "CERTIDAO": _ARRESTS,
    "CONVERSAO": _ARRESTS,
    "CERTIDAO_INTERNACAO": _INTERNMENTS,
    "GUIA_PROVISORIA": _ARRESTS,
    "GUIA_DEFINITIVA": _ARRESTS,
    "GUIA_INTERNACAO_PROVISORIA": _INTERNMENTS,
    "GUIA_INTERNACAO_DEFINITIVA": _INTERNMENTS,
    "ARQUIVAMENTO": _GUIAS,
    "ALVARA": _ARRESTS,
    "LIBERACAO": _ARRESTS + _INTERNMENTS,
    "DESINTERNACAO": _INTERNMENTS,
    "CONTRAMANDADO": _ARRESTS,
    "CONTRAMANDADO_INTERNACAO": _INTERNMENTS,
}
_FULFILLED_BY: dict[KindName, tuple[KindName, ...]] = {
    **dict.fromkeys(_ARRESTS, ("CERTIDAO",)),
    **dict.fromkeys(_INTERNMENTS, ("CERTIDAO_INTERNACAO", "DESINTERNACAO")),
}
_REVOKED_BY: dict[KindName, KindName] = {
    **dict.fromkeys(_ARRESTS, "CONTRAMANDADO"),
    **dict.fromkeys(_INTERNMENTS, "CONTRAMANDADO_INTERNACAO"),
}


def registry_status(kind: KindName, case: Collection[KindName]) -> str:
    """Give the status that a registered document has in the registry when all of its `case` is registered."""
    if kind not in _FULFILLED_BY:
        return "Ativo"
    if _REVOKED_BY[kind] in case:
        return "Revogado"
    fulfilled = kind == "FLAGRANTE" or any(by in case for by in _FULFILLED_BY[kind])
    return "Cumprido" if fulfilled else "Pendente de Cumprimento"
