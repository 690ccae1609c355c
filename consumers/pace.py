"""Pace: how many persons are worked on side by side, which follows what the registry bears.

Additive increase, multiplicative decrease, as TCP finds its way through a network: every answer adds a little, up to the
setting; a 429, or an answer much slower than the registry has lately been, halves it, once a second at most. The pause
that a 429 asks for is everybody's.
"""

from collections import deque

from rules.facts import Answer
from rules.words import AnswerClass

_REMEMBERED = 200
_CUT_PAUSE = 1.0
_PATIENCE = 1.0
# An answer is slow when it took so many times the quickest of late, and longer than the setting.
_SLOWER = 3.0


class Pace:
    """All instants are seconds of one clock that goes on, given by the caller."""

    def __init__(self, most: int, slow_seconds: float) -> None:
        """Begin as fast as the setting allows."""
        self._most, self._slow = most, slow_seconds
        self._limit = float(most)
        self._until = self._cut_at = 0.0
        self._took: deque[float] = deque(maxlen=_REMEMBERED)

    def lanes(self, now: float) -> int:
        """How many lanes may run; no new one while the registry asks for patience."""
        return 0 if self.is_paused(now) else int(self._limit)

    def is_paused(self, now: float) -> bool:
        """Whether the registry has asked for patience."""
        return now < self._until

    def answered(self, answer: Answer, seconds: float, now: float) -> None:
        """Take note of an answer that took `seconds`."""
        if answer.answer is AnswerClass.THROTTLED:
            wait = _PATIENCE if answer.retry_after is None else answer.retry_after
            self._until = max(self._until, now + wait)
            self._cut(now)
            return
        self._took.append(seconds)
        if seconds > max(self._slow, _SLOWER * min(self._took)):
            self._cut(now)
        else:
            self._limit = min(float(self._most), self._limit + 1 / self._limit)

    def _cut(self, now: float) -> None:
        """Halve; what was under way together is one reason and not many."""
        if now >= self._cut_at:
            self._limit = max(1.0, self._limit / 2)
            self._cut_at = now + _CUT_PAUSE
