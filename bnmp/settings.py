"""What the adapter must be told about this court's access to BNMP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from rules.windows import Windows


@dataclass(frozen=True, slots=True)
class BnmpSettings:
    """Where BNMP is, who we are to it, and how long we wait.

    `url` is the base address, without `/api`; `credentials` is the folder of `<user>.json`; `units` turns SAJ's code
    of a unit into BNMP's organ id, and a unit that is not in it keeps its code; `places` does the same for places of custody (docs/law.md ANT-9); `zone` is the court's legal time.
    """

    url: str
    client_id: str
    credentials: Path
    units: Mapping[str, str]
    zone: tzinfo
    windows: Windows = field(default_factory=Windows)
    places: Mapping[str, str] = field(default_factory=dict)

    def organ(self, unit: str) -> str:
        """BNMP's organ id of a unit of SAJ."""
        return self.units.get(unit, unit)
