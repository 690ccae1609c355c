"""Patience: the ledger's trouble is borne in place for a while, by everybody alike; then the process ends.

A connection that went, a deadlock, a lock that did not come, a full disk: the same call may succeed a moment later. Whoever
is at it goes on where it was, and only what lasts ends a process, which its supervisor starts again.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from ledger.trouble import LedgerTroubleError

SECONDS = 60.0
_FIRST_SECONDS, _MOST_SECONDS = 0.1, 2.0

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Patience:
    """How long one piece of work has been borne with."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """Bear trouble for `seconds` from when it was first met."""
        self._seconds = seconds
        self.regained()

    def regained(self) -> None:
        """The ledger works: the next trouble is a new one."""
        self._until: float | None = None
        self._pause = _FIRST_SECONDS

    def bear(self, trouble: LedgerTroubleError) -> float:
        """Give the seconds to wait before the next try; raises the trouble itself when it has lasted too long."""
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._seconds
        if now >= self._until:
            raise trouble
        log.warning("ledger.trouble", why=trouble, seconds_left=round(self._until - now, 1))
        pause, self._pause = self._pause, min(2 * self._pause, _MOST_SECONDS)
        return min(pause, self._until - now)


def patiently(
    work: Callable[[], T], pause: Callable[[float], object] = time.sleep, *, patience: Patience | None = None
) -> T:
    """Do `work` until the ledger lets it succeed; it must be safe to do again what may have been committed unheard."""
    patience = patience or Patience()
    while True:
        try:
            return work()
        except LedgerTroubleError as trouble:
            pause(patience.bear(trouble))
