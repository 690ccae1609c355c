"""Set aside: documents on which the clock's own work fails, each for longer every time, so that they stop nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST = timedelta(minutes=1)
MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Rest:
    until: datetime
    length: timedelta


class Aside:
    """Who is set aside until when, for the life of this process."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._rests: dict[str, _Rest] = {}

    def put(self, document_id: str, now: datetime) -> datetime:
        """Set a document aside, twice as long as the last time; gives until when."""
        before = self._rests.get(document_id)
        length = min(2 * before.length, MOST) if before else FIRST
        self._rests[document_id] = _Rest(now + length, length)
        return now + length

    def let_go(self, documents: Iterable[str]) -> None:
        """The work on these has succeeded."""
        for document_id in documents:
            self._rests.pop(document_id, None)

    def resting(self, now: datetime) -> list[str]:
        """Documents that are not to be looked at now."""
        return sorted(document_id for document_id, rest in self._rests.items() if rest.until > now)
