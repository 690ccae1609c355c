"""Batches: records as they were read, in the order in which they count, and how far each partition is with them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from ledger.cursors import Cursor, NoCursorError, Place
from ledger.deployment import Deployment
from ledger.link_tests import UserTest
from ledger.pending import Waiting
from ledger.persons import Names
from ledger.record import Recorder
from rules.access import Access
from rules.acts import By
from rules.casework import Say
from rules.dossier import Document, Link
from rules.standing_orders import StandingOrder
from schemas.reading import Event, Unreadable
from schemas.record import RawRecord


class GapError(Exception):
    """Records between the cursor and the batch were not handed over; `gaps` are (place, cursor, first)."""

    def __init__(self, gaps: Sequence[tuple[Place, int, int]]) -> None:
        super().__init__(f"{len(gaps)} partitions have records before the batch")
        self.gaps = tuple(gaps)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record as it was read: a document with its rules' form, something asked, a custody event, or unreadable.

    `names` are of whom a document, a custody event or a command about a person speaks.
    """

    record: RawRecord
    event: Event | Unreadable
    document: Document | None = None
    names: Names | None = None


@dataclass(slots=True)
class Batch:
    """One transaction's work on a batch, and what it will write at its end.

    `unclaimed` are the digests of events that were taken before; `behind_letters` persons behind a dead letter;
    `died` partitions with a new one;
    `waiting` what came before its document, `kept` what is still without one,
    `applied` whose wait is over; `answers` what is
    said of no document; `resolutions` requests about contingencies; `steps` what is done to the link; `users` who gives
    its commands, as far as they are known, and `told_of` of whom it heard; `orders` are judges' standing orders and
    `tests` users' communication tests that it heard.
    """

    connection: Connection
    deployment: Deployment
    now: datetime
    recorder: Recorder
    counts: dict[str, int] = field(default_factory=dict)
    claimed: dict[tuple[str, str], str] = field(default_factory=dict)
    unclaimed: dict[tuple[str, str], str] = field(default_factory=dict)
    dead: list[tuple[str, str]] = field(default_factory=list)
    died: set[Place] = field(default_factory=set)
    payloads: list[dict[str, Any]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    says: list[dict[str, Any]] = field(default_factory=list)
    digests: dict[str, set[str]] = field(default_factory=dict)
    behind_letters: set[int] = field(default_factory=set)
    waiting: dict[str, list[Waiting]] = field(default_factory=dict)
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    applied: set[str] = field(default_factory=set)
    answers: list[tuple[Say, bytes | None]] = field(default_factory=list)
    resolutions: list[tuple[Event, bytes | None]] = field(default_factory=list)
    steps: list[tuple[Callable[[Link], Link], By | None]] = field(default_factory=list)
    users: dict[str, Access] = field(default_factory=dict)
    told_of: dict[str, Access] = field(default_factory=dict)
    orders: list[StandingOrder] = field(default_factory=list)
    tests: list[UserTest] = field(default_factory=list)

    def count(self, what: str) -> None:
        """Count what became of a record."""
        self.counts[what] = self.counts.get(what, 0) + 1


Beside = Callable[[Batch, Sequence[Arrival]], None]
"""What somebody else writes about a batch in its transaction, once everything of it was decided."""


class BesideError(Exception):
    """Whoever writes beside a batch wants none of it written; nothing was."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch did: the next offset of each partition, and counts by what became of the records.

    `stopped` are those of its partitions of which nothing is taken until somebody signs.
    """

    next_offsets: Mapping[Place, int]
    counts: Mapping[str, int]
    stopped: frozenset[Place] = frozenset()

    def then(self, later: "Taken") -> "Taken":
        """Both together."""
        counts = Counter(self.counts) + Counter(later.counts)
        return Taken({**self.next_offsets, **later.next_offsets}, dict(counts), self.stopped | later.stopped)


def in_order(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Order over topics and partitions is what was stamped; within a partition it is the offset, whatever was."""
    latest: dict[Place, int] = {}
    placed = []
    for arrival in sorted(arrivals, key=lambda a: (a.record.topic, a.record.partition, a.record.offset)):
        place = (arrival.record.topic, arrival.record.partition)
        # A producer's clock may have gone back: a record is never before the one ahead of it.
        latest[place] = max(arrival.record.timestamp_ms, latest.get(place, 0))
        placed.append((latest[place], place, arrival.record.offset, arrival))
    return [arrival for *_, arrival in sorted(placed, key=lambda one: one[:3])]


def next_of(known: Mapping[Place, Cursor], record: RawRecord) -> int:
    """The next offset to take of a record's partition."""
    cursor = known.get((record.topic, record.partition))
    return cursor.next_offset if cursor else 0


def ends_of(known: Mapping[Place, Cursor], new: Sequence[Arrival], *, gaps: bool) -> dict[Place, int]:
    ends: dict[Place, int] = {}
    found = []
    for arrival in new:
        place = (arrival.record.topic, arrival.record.partition)
        if gaps and place not in known:
            raise NoCursorError(place)
        expected = ends.get(place, next_of(known, arrival.record))
        if arrival.record.offset > expected:
            found.append((place, expected, arrival.record.offset))
        ends[place] = arrival.record.offset + 1
    if gaps and found:
        raise GapError(found)
    return ends
