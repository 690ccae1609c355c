"""Every request that reached the registry, refused and unanswered ones included, within a bound."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

DEFAULT_CAP = 200_000


@dataclass(slots=True)
class Entry:
    """One request; `status` None means that no answer was sent. `at` and `ended_at` are ISO 8601 in UTC."""

    at: str
    method: str
    path: str
    idempotency_key: str | None
    ended_at: str | None = None
    status: int | None = None
    error: str | None = None
    user: str | None = None
    unit: str | None = None
    rji: str | None = None

    def as_line(self) -> dict[str, Any]:
        """Return the request as a line of the control port's book."""
        line = asdict(self)
        line["numeroIndividuo"] = line.pop("rji")
        return line


class Journal:
    """Keeps the last requests and counts those that fell out."""

    def __init__(self, cap: int = DEFAULT_CAP) -> None:
        """Keep at most `cap` requests."""
        self._entries: deque[Entry] = deque(maxlen=cap)
        self._cap = cap
        self.dropped = 0

    def open(self, entry: Entry) -> Entry:
        """Write a request down as it begins."""
        if len(self._entries) == self._cap:
            self.dropped += 1
        self._entries.append(entry)
        return entry

    def close(self, entry: Entry, ended_at: str, status: int | None, error: str | None) -> None:
        """Write down how a request ended; `status` None when no answer was sent."""
        entry.status, entry.error, entry.ended_at = status, error, ended_at

    def lines(self) -> list[dict[str, Any]]:
        """Return the requests kept, oldest first."""
        return [entry.as_line() for entry in self._entries]
