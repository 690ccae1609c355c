"""Set aside: what our own work fails on (a document of the clock, a person of a lane), for longer every time, so that it stops nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

FIRST = timedelta(minutes=1)
MOST = timedelta(hours=1)

Key = TypeVar("Key", str, int)


@dataclass(frozen=True, slots=True)
class _Rest:
    until: datetime
    length: timedelta


class Aside(Generic[Key]):
    """Who is set aside until when, for the life of this process."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._rests: dict[Key, _Rest] = {}

    def put(self, key: Key, now: datetime) -> datetime:
        """Set it aside, twice as long as the last time; gives until when."""
        before = self._rests.get(key)
        length = min(2 * before.length, MOST) if before else FIRST
        self._rests[key] = _Rest(now + length, length)
        return now + length

    def let_go(self, keys: Iterable[Key]) -> None:
        """The work on these has succeeded."""
        for key in keys:
            self._rests.pop(key, None)

    def resting(self, now: datetime) -> list[Key]:
        """What is not to be looked at now."""
        return sorted(key for key, rest in self._rests.items() if rest.until > now)
