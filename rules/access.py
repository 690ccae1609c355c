"""Access: what SAJ told us of a user, and whether that user may sign (docs/law.md access, safety-5).

It is our own copy and may be old: BNMP has the last word.
"""

from dataclasses import dataclass
from datetime import datetime

from rules.words import Role


@dataclass(frozen=True, slots=True)
class Duty:
    """A unit, or the region of a plantão, in which a user is on duty from an instant to another, both included."""

    unit: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """What a user may do, as SAJ told it last at `at`: role, position, every lotação, and the two confirmations.

    `sca_confirmed`: CNJ's SCA has the registration; `saj_authenticated`: the user has confirmed their data in SAJ.
    """

    user: str
    role: Role
    at: datetime
    position: str | None = None
    units: frozenset[str] = frozenset()
    duties: tuple[Duty, ...] = ()
    sca_confirmed: bool = True
    saj_authenticated: bool = True

    def acts_in(self, unit: str, at: datetime) -> bool:
        """Whether the user was, or is, of a unit at an instant, by lotação or on duty."""
        return unit in self.units or any(one.unit == unit and one.begins <= at <= one.ends for one in self.duties)
