"""The registry's own clock: real time plus an offset that the control port moves."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BRASILIA = ZoneInfo("America/Sao_Paulo")


@dataclass(slots=True)
class Clock:
    """Tells the virtual time; it only ever moves forward between two resets."""

    offset: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return the virtual instant, in UTC."""
        return datetime.now(UTC) + self.offset

    def today(self) -> date:
        """Return the virtual date in Brasília, the registry's zone."""
        return self.now().astimezone(BRASILIA).date()

    def advance(self, seconds: float) -> None:
        """Move the virtual time forward by so many seconds."""
        self.offset += timedelta(seconds=seconds)


def stamp(instant: datetime) -> str:
    """Write an instant as ISO 8601 in UTC with milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")
