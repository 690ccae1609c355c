"""What every decision of a deployment shares."""

from dataclasses import dataclass

from rules.dossier import Court
from rules.windows import Windows


@dataclass(frozen=True, slots=True)
class Deployment:
    """What every decision of this deployment shares: the court, the windows, the name we speak under."""

    court: Court
    windows: Windows
    source: str = "/saj-bnmp"
