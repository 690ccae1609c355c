"""The stories of a court's day, one row each: what is published in which phase, and how each document must end.

The rows are the second reading: who must be asked, what waits for the link, what is never registered. They are
written from the law and the contract, and not from the service's rules.
"""

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

    `answer`: what the user says when asked whether to issue under contingency (SIM: it is opened). `waits`: it waits
    for the link, since its kind is not covered or the user said NÃO. `again`: a further publication of a document
    that a step before issued, as the same event or as another event with the same content.
    """

    phase: Phase
    kind: KindName
    answer: Literal["SIM", "NAO"] | None = None
    waits: bool = False
    again: Literal["SAME_EVENT", "NEW_EVENT"] | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story of one case. `share`: how many of them in a day of 60 people; `once`: one of them whatever the size."""

    name: str
    share: int
    steps: tuple[Step, ...]
    ends: Literal["REGISTERED", "REJECTED", "EXCLUDED"] = "REGISTERED"
    owner_system: str = "SAJ"
    institutional: bool = True
    once: bool = False


_M, _O, _E = Phase.MORNING, Phase.OUTAGE, Phase.EVENING


def _all(phase: Phase, *kinds: KindName) -> tuple[Step, ...]:
    return tuple(Step(phase, kind) for kind in kinds)


_ARRESTED = _all(_M, "MANDADO", "CERTIDAO")

SCENARIOS = (
    Scenario("a warrant alone", 14, _all(_M, "MANDADO")),
    Scenario("a warrant is fulfilled", 12, _ARRESTED),
    Scenario("a person is arrested and released", 18, _all(_M, "MANDADO", "CERTIDAO", "ALVARA")),
    # The order of arrival is not the order of the case: the successors wait for what they stand on.
    Scenario("a release arrives before all it stands on", 6, _all(_M, "ALVARA", "CERTIDAO", "MANDADO")),
    Scenario("a release arrives before the certidão", 4, _all(_M, "MANDADO", "ALVARA", "CERTIDAO")),
    Scenario("a warrant is revoked", 8, _all(_M, "MANDADO", "CONTRAMANDADO")),
    Scenario("a revocation arrives before its warrant", 6, _all(_M, "CONTRAMANDADO", "MANDADO")),
    Scenario("an event comes twice", 4, (*_ARRESTED, Step(_M, "MANDADO", again="SAME_EVENT"))),
    Scenario("an event comes again in the evening", 3, (*_ARRESTED, Step(_E, "MANDADO", again="SAME_EVENT"))),
    Scenario("a document comes in two events", 5, (*_ARRESTED, Step(_M, "CERTIDAO", again="NEW_EVENT"))),
    Scenario("a release is issued in the outage", 12, (*_ARRESTED, Step(_O, "ALVARA", answer="SIM"))),
    Scenario(
        "an arrest and its release fall in the outage",
        8,
        (*_all(_M, "MANDADO"), Step(_O, "CERTIDAO", waits=True), Step(_O, "ALVARA", answer="SIM")),
    ),
    Scenario("a warrant is revoked in the outage", 6, (*_all(_M, "MANDADO"), Step(_O, "CONTRAMANDADO", answer="SIM"))),
    Scenario("a warrant waits for the link", 6, (Step(_O, "MANDADO", answer="NAO", waits=True),)),
    Scenario(
        "a warrant is issued and revoked in the outage",
        6,
        (Step(_O, "MANDADO", answer="SIM"), Step(_O, "CONTRAMANDADO", answer="SIM")),
    ),
    Scenario("a person is arrested and released in the evening", 6, _all(_E, "MANDADO", "CERTIDAO", "ALVARA")),
    Scenario("a warrant of the morning is fulfilled", 5, (*_all(_M, "MANDADO"), *_all(_E, "CERTIDAO"))),
    Scenario("a model that does not communicate", 4, _all(_M, "MANDADO"), ends="EXCLUDED", institutional=False),
    Scenario("a case of another system", 1, _all(_M, "MANDADO"), ends="REJECTED", owner_system="SEEU", once=True),
)

# What a kind stands on, within its case: each release and each certidão names its warrant explicitly.
STANDS_ON: dict[KindName, tuple[KindName, ...]] = {
    "MANDADO": (),
    "CERTIDAO": ("MANDADO",),
    "ALVARA": ("MANDADO",),
    "CONTRAMANDADO": ("MANDADO",),
}
