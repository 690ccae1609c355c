"""Verdicts on lag, by the rules of Burrow's evaluator: from a window of commits, without a threshold to be guessed.

1. No lag now, or none at some time in the window: OK. A consumer that was with its producer once is not behind.
2. No commit for longer than the window spans, and not at the end a moment ago: STOP.
3. An offset went back and has not come to where it was again: REWIND.
4. Commits that do not move, always with lag: STALL.
5. Commits that move while the lag never becomes less: WARN.

What Burrow cannot know comes after: where the link to BNMP is down, those who talk to it rightly stand (PAUSED_LINK).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Verdict(StrEnum):
    """What a window of commits comes to; the worst is last."""

    OK = "OK"
    PAUSED_LINK = "PAUSED_LINK"
    WARN = "WARN"
    REWIND = "REWIND"
    STALL = "STALL"
    STOP = "STOP"

    @property
    def is_error(self) -> bool:
        """Whether somebody must act."""
        return self in (Verdict.REWIND, Verdict.STALL, Verdict.STOP)


@dataclass(frozen=True, slots=True)
class Commit:
    """An offset that a group committed, when (epoch milliseconds), and its lag then, where that is known."""

    offset: int
    at_ms: int
    lag: int | None


def evaluate(commits: Sequence[Commit], ends: Sequence[int], lag: int, now_ms: int, allowed: int = 0) -> Verdict:
    """Judge one partition of one group by its commits, oldest first.

    `ends` are the partition's ends of the last moments, `lag` is the lag now; up to `allowed` records count as none.
    """
    if not commits or lag <= allowed:
        return Verdict.OK
    if _is_stopped(commits, now_ms) and not _was_at_the_end(commits, ends):
        return Verdict.STOP
    if _is_rewound(commits):
        return Verdict.REWIND
    if any(commit.lag is not None and commit.lag <= allowed for commit in commits):
        return Verdict.OK
    if all(earlier.offset == later.offset for earlier, later in pairwise(commits)):
        return Verdict.STALL
    return Verdict.WARN if _never_less(commits) else Verdict.OK


def with_link(verdict: Verdict, *, is_up: bool, talks_to_registry: bool) -> Verdict:
    """Excuse who cannot go on because the link to BNMP is not up; what was rewound is no link's doing."""
    excused = talks_to_registry and not is_up and verdict in (Verdict.STOP, Verdict.STALL, Verdict.WARN)
    return Verdict.PAUSED_LINK if excused else verdict


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The worst of them; OK where there is none."""
    order = list(Verdict)
    return max(verdicts, key=order.index, default=Verdict.OK)


def _is_stopped(commits: Sequence[Commit], now_ms: int) -> bool:
    first, last = commits[0].at_ms, commits[-1].at_ms
    return now_ms - last > last - first


def _was_at_the_end(commits: Sequence[Commit], ends: Sequence[int]) -> bool:
    return any(end <= commits[-1].offset for end in ends)


def _is_rewound(commits: Sequence[Commit]) -> bool:
    for at, (earlier, later) in enumerate(pairwise(commits), 1):
        if later.offset < earlier.offset:
            return all(commit.offset < earlier.offset for commit in commits[at:])
    return False


def _never_less(commits: Sequence[Commit]) -> bool:
    known = [commit.lag for commit in commits if commit.lag is not None]
    return all(later >= earlier for earlier, later in pairwise(known))
