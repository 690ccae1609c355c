"""The unit's word that what it issued under contingency may be registered now (docs/law.md contingency)."""

from dataclasses import dataclass
from datetime import datetime

from rules.words import Role


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who of the unit confirmed the resolution of a contingency, and when."""

    role: Role
    user: str
    unit: str
    at: datetime
