"""The pile: what a court issues while BNMP is away, all of it in the outage; and the orders of an ordinary hour beside it."""

from datetime import datetime
from itertools import cycle, islice

from sandbox.saj.day import Day
from sandbox.saj.documents import KindName
from sandbox.saj.scenarios import SCENARIOS, Phase, Scenario, Step


def _in_the_outage(*kinds: KindName) -> tuple[Step, ...]:
    """Everything falls in the outage: a certidão waits for the link, the rest is answered with SIM."""
    return tuple(
        Step(Phase.OUTAGE, kind, waits=True) if kind.startswith("CERTIDAO") else Step(Phase.OUTAGE, kind, answer="SIM")
        for kind in kinds
    )


_NAMED = {scenario.name: scenario for scenario in SCENARIOS}
_ARRESTED_AND_RELEASED = Scenario(
    "an arrest and its release, all in the outage", 0, _in_the_outage("MANDADO", "CERTIDAO", "ALVARA")
)
_DEBTOR = _NAMED["a debtor is arrested and released in the outage"]
# Eight persons with twenty documents.
_EIGHT = (
    _ARRESTED_AND_RELEASED,
    _DEBTOR,
    _NAMED["a warrant is issued and revoked in the outage"],
    _ARRESTED_AND_RELEASED,
    _NAMED["an arrest in the act ends in the outage"],
    _ARRESTED_AND_RELEASED,
    _DEBTOR,
    _NAMED["an internment is ordered and revoked in the outage"],
)
_TODAY = (_NAMED["an arrest in the act ends without a warrant"], _NAMED["a warrant alone"])
LONGEST_CHAIN = max(len(scenario.steps) for scenario in _EIGHT)
"""Documents of the longest chain."""


def pile(documents: int, seed: int, now: datetime | None = None) -> Day:
    """Plan an outage in which at least so many documents are issued, five about every two persons."""
    stories: list[Scenario] = []
    left = cycle(_EIGHT)
    while documents > 0:
        stories.append(next(left))
        documents -= len(stories[-1].steps)
    return Day.of(stories, seed, now)


def orders(count: int, seed: int, now: datetime | None = None) -> Day:
    """Plan so many orders of one document each, releases and warrants in turns, each about somebody else."""
    return Day.of(tuple(islice(cycle(_TODAY), count)), seed, now)
