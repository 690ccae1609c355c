"""The table of deaths: which role dies at which points, the days on which it does, and what was found afterwards."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ledger import listing
from ledger.listing import HistoryRow
from producers.settings import KafkaSettings
from runtime.demo import prepare
from runtime.stack import ROLES, Stack, StackSettings
from runtime.supervisor import Backoff
from sandbox.saj.court import Court
from sandbox.saj.day import Day
from tests.system.days import Ending, ending, live, together

_COMMITS = ("before-write", "before-commit", "after-commit")
_ACKNOWLEDGED = ("before-acknowledgement", "after-acknowledgement")
_REQUESTS = ("before-creation", "after-creation", "before-signature", "after-signature:2")
_READINGS = ("before-reading:3", "after-reading:3")
# Every role at every point that it has. The nth time, where the first would find the same work as another point.
POINTS: Mapping[str, tuple[str, ...]] = {
    "processor": (*_COMMITS, *_ACKNOWLEDGED),
    "relay": ("handed-over:3", "published", "before-commit", "after-commit"),
    "sender": ("after-person", *_REQUESTS, *_READINGS, *(f"{point}:9" for point in _COMMITS), *_ACKNOWLEDGED),
    "resolver": (*_REQUESTS, *_COMMITS, *_ACKNOWLEDGED),
    "clock": (*_COMMITS, *_READINGS),
}
LINK = {"mode": "refuse"}


@dataclass(frozen=True)
class Death:
    """A kill -9: who, where, with which work in hand, and after how many seconds another life began its work."""

    role: str
    point: str
    hand: tuple[str, ...]
    successor: float | None


@dataclass(frozen=True)
class Aftermath:
    """What is left to look at when the days are over; `worked` are the replicas that ever did, such as `sender.local-2`."""

    end: Ending
    deaths: Mapping[str, Sequence[Death]]
    restarts: Mapping[str, int]
    reasons: Mapping[str, str | None]
    worked: frozenset[str]
    ways: Mapping[str, Sequence[HistoryRow]]
    logs: str


def days_of_death(
    plans: Mapping[str, Sequence[str]], settings: StackSettings, *, persons: int, seeds: Sequence[int]
) -> Aftermath:
    """Live one day after the other until every role died at all its points, at most as many days as seeds."""
    days = [Day.plan(persons, seed) for seed in seeds]
    lived: list[Day] = []
    with _mortal(plans, settings, together(days)) as stack:
        for day in days:
            with Court(KafkaSettings(stack.bootstrap), day) as court:
                live(stack, court, LINK)
                lived.append(day)
                outcomes = court.outcomes
            if all({death.point for death in _deaths(stack, role)} >= _named(points) for role, points in plans.items()):
                break
        end, children = ending(stack, lived, outcomes), stack.supervisor.status()
        with stack.database.reading() as connection:
            ways = {each: listing.history_of(connection, each) for each in end.day.documents}
        return Aftermath(
            end,
            {role: _deaths(stack, role) for role in plans},
            {child.name: child.restarts for child in children},
            {child.name: child.reason for child in children},
            frozenset(path.name.removesuffix(".journal") for role in ROLES for path in _journals(stack, role)),
            ways,
            "".join(path.read_text() for path in (stack.folder / "logs").iterdir()),
        )


@contextmanager
def _mortal(plans: Mapping[str, Sequence[str]], settings: StackSettings, day: Day) -> Iterator[Stack]:
    with Stack.start(replace(settings, roles=()), lambda _line: None, prepare(day)) as stack:
        # Many short lives: the pause before the next one need not grow.
        stack.supervisor._backoff = Backoff(most=0.2)
        for role in ROLES:
            stack.launch(
                role, [sys.executable, "-m", "tests.system.killing", role, str(stack.folder), *plans.get(role, ())]
            )
        yield stack


def _named(points: Sequence[str]) -> set[str]:
    return {point.partition(":")[0] for point in points}


def _deaths(stack: Stack, role: str) -> list[Death]:
    """The deaths of all replicas of a role, in their order."""
    lines = [json.loads(line) for path in _journals(stack, role) for line in path.read_text().splitlines()]
    work = sorted(line["at"] for line in lines if line["what"] == "work")
    found = []
    for line in sorted((line for line in lines if line["what"] == "death"), key=lambda line: float(line["at"])):
        later = [at - line["at"] for at in work if at > line["at"]]
        found.append(Death(role, line["point"], tuple(line["hand"]), round(later[0], 1) if later else None))
    return found


def _journals(stack: Stack, role: str) -> list[Path]:
    return sorted(stack.folder.glob(f"{role}.*.journal"))
