"""A machine of BNMP's: its table of statuses and events, and what is asked of it. Statuses that nobody here knows stay verbatim."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)

UNKNOWN = "UNKNOWN_STATUS"


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, E]):
    """`transitions` has a row for each status; `refusals` says by what name an event without an arrow is refused in it."""

    transitions: Mapping[S, Mapping[E, S]]
    refusals: Mapping[S, str]

    def why_not(self, status: str, event: E) -> str | None:
        """Why `event` does not move what has this status; None where it does."""
        known = self._known(status)
        if known is None:
            return UNKNOWN
        return None if event in self.transitions[known] else self.refusals[known]

    def after(self, status: str, event: E) -> str:
        """The status after `event`; one that the event does not move, or that nobody here knows, stays as it is."""
        known = self._known(status)
        return status if known is None else self.transitions[known].get(event, status)

    def _known(self, status: str) -> S | None:
        return next((one for one in self.transitions if one == status), None)
