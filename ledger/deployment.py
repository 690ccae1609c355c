"""What every decision of a deployment shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.custody import CIVIL_KIND
from rules.dossier import Court
from rules.windows import Windows
from rules.words import CustodyEvent
from schemas.custody_recorded import EVENT_CODES


@dataclass(frozen=True, slots=True)
class Deployment:
    """What every decision of this deployment shares: the court, the windows, the name we speak under.

    `audit_key` makes the codes of the history's chains. `dead_letter_limit`: so many dead letters in a row stop their partition. `custody_events` says what the court's codes of custody events mean, `civil_custody_kind` is its code of civil prison.
    """

    court: Court
    windows: Windows
    source: str = "/saj-bnmp"
    dead_letter_limit: int = 50
    audit_key: bytes = field(default=b"", repr=False)
    custody_events: Mapping[int, CustodyEvent] = field(default_factory=lambda: EVENT_CODES)
    civil_custody_kind: int = CIVIL_KIND
