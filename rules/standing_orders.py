"""Standing orders: a judge's SIM beforehand, for releases of a unit and for a day at most (docs/law.md safety-16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.kinds import is_liberty

LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """An order by the user `by`, known by the id of its command: from `begins` until `ends`, which is not in it."""

    order_id: str
    unit: str
    kinds: frozenset[str]
    begins: datetime
    ends: datetime
    by: str

    def covers(self, unit: str, kind: str, now: datetime) -> bool:
        """Whether it stands for the SIM to a document of this unit and kind now; never for what arrests."""
        return self.unit == unit and kind in self.kinds and is_liberty(kind) and self.begins <= now < self.ends


def why_not(order: StandingOrder, now: datetime) -> str | None:
    """Why an order is not taken; None where it is."""
    if not all(is_liberty(kind) for kind in order.kinds):
        return "LIBERTY_ONLY"
    holds = order.begins < order.ends and order.ends > now and order.ends - order.begins <= LONGEST
    return None if holds else "TOO_LONG"


def standing(orders: Iterable[StandingOrder], unit: str, kind: str, now: datetime) -> StandingOrder | None:
    """The order that stands for SIM to a document; the first by its id where there are several."""
    found = (order for order in orders if order.covers(unit, kind, now))
    return min(found, key=lambda order: order.order_id, default=None)
