"""Lanes: one person's way through the registry, and what a lane asks of the ledger between two requests."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from bnmp.order import Order
from ledger.leases import PersonLease
from rules.facts import Answer
from rules.words import Step
from schemas.document_issued import DocumentIssued


@dataclass(frozen=True, slots=True)
class Task:
    """One request to make: a step of a document, what it asks, or the reading of a doubt; the order says with what."""

    document_id: str
    step: Step
    order: Order
    doubt: bool = False
    owned: frozenset[str] = frozenset()
    probe_first: bool = False

    @property
    def seeks(self) -> bool:
        """Whether it looks for a piece that may be this document already (docs/law.md resolution)."""
        return self.step is Step.LOOK_UP and self.order.question is None


@dataclass(slots=True)
class Lane:
    """One person's claim and what this run of the lane has done; `until` is on a clock that counts suspension.

    `started` are the LIBERTY documents of chains that a link was registered of; `bodies` what SAJ published, by document
    and version, and `unread` what was fetched of it and not looked at yet.
    """

    person: int
    lease: PersonLease | None = None
    until: float = 0.0
    started: frozenset[str] = frozenset()
    bodies: dict[tuple[str, int], DocumentIssued] = field(default_factory=dict)
    unread: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def take(self, other: "Lane") -> None:
        """Become what a committed transaction made of this lane."""
        self.lease, self.until = other.lease, other.until
        self.started = other.started


class Fate(StrEnum):
    """What became of a turn."""

    DONE = auto()
    # Another session has the person locked: the turn is for the next group.
    LATER = auto()
    # The person is not claimed: another owner may be at work on them, or the ledger does not know them.
    ELSEWHERE = auto()
    # The claim is somebody else's by now: what was done is noted as evidence and settles nothing.
    LOST = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a turn: the next request, or None when nothing may go; of a leave the documents' standings."""

    fate: Fate
    task: Task | None = None
    standings: Mapping[str, tuple[str, str | None, int, bool]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Turn:
    """A lane records what its last request brought, and begins the next one where `begin`; without a claim it claims first.

    `tried` has what would have come of each try whose commit was not heard of, by the end that the claim got in it.
    """

    lane: Lane
    done: Task | None = None
    answer: Answer | None = None
    begin: bool = True
    tried: dict[datetime | None, "Effect"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """A turn's outcome, and its lane as it is when the transaction was committed."""

    outcome: Outcome
    lane: Lane


@dataclass(slots=True, eq=False)
class Leave:
    """A lane has come to its end: its person is let go, and the standings of these documents are asked for."""

    lane: Lane
    documents: frozenset[str]


Job = Turn | Leave


def boottime() -> float:
    """Seconds on a clock that goes on while the process, or the machine, is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
