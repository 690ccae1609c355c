"""Telemetry: what a role tells of itself. Whether it lives, whether it is ready, how it stands, and its figures.

It lives while each of its loops went on, or was rightly idle, within a bound; Kafka is never asked for it, so that a
broker's outage restarts nobody. It is ready when it also holds, or stands by for, its part of the work, and the ledger
is there and has this release's schema.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from consumers.standing import Standing
from ledger.engine import Database, LedgerError, LedgerTroubleError
from ledger.migrate import check
from ledger.overview import Overview, overview
from rules.words import LinkState
from runtime.faults import LastError
from runtime.metrics import Metrics, Sample
from schemas.figures import Figure

# Longer than anything that a loop rightly waits for: the ledger in trouble for a minute, then a statement and a call
# each to its time-out.
SILENT_SECONDS = 150.0
_LOOPS = {
    "processor": ("intake",),
    "relay": ("relay",),
    "sender": ("loop", "lanes", "reader"),
    "resolver": ("loop", "lanes", "reader"),
    "clock": ("clock",),
    "monitor": ("monitor",),
}
_BY_LEASE = ("relay", "clock")
_IN_GROUP = ("processor", "sender", "resolver")
# The overview looks at every document: it is read anew after five seconds, or twenty times what it took.
_OVERVIEW_SECONDS = 5.0
_OVERVIEW_SHARE = 20.0

Where = Callable[[], tuple[Standing, ...] | None]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a process is."""

    role: str
    instance: str
    tribunal: str
    since: datetime


class Telemetry:
    """One role's. Thread-safe; `tell` is what the rooms are given, `watch` takes a group member's standing."""

    def __init__(
        self, identity: Identity, database: Database, errors: LastError, *, silent: float = SILENT_SECONDS
    ) -> None:
        """`silent`: after how many seconds without progress a loop counts as dead."""
        self.identity = identity
        self._database = database
        self._errors = errors
        self._silent = silent
        self._where: Where | None = None
        self._more: Callable[[], Iterable[Sample]] = tuple
        self._went_on = dict.fromkeys(_LOOPS[identity.role], time.monotonic())
        self._lease: bool | None = None
        self._lock = threading.Lock()
        self._seen: Overview | None = None
        self._look_at = 0.0
        self._metrics = Metrics(identity.role, self._asked)
        self.version = version("saj-bnmp")
        self.tell("info", (identity.role, identity.instance, self.version), 1)
        self.tell("started_timestamp_seconds", (), identity.since.timestamp())

    def tell(self, figure: Figure, labels: tuple[str, ...], value: float) -> None:
        """Take a figure."""
        if figure == "progress_timestamp_seconds":
            self._went_on[labels[0]] = time.monotonic()
        elif figure == "lease_held":
            self._lease = bool(value)
        self._metrics.tell(figure, labels, value)

    def watch(self, where: Where) -> None:
        """Ask the group's member here how far it is."""
        self._where = where

    def ask(self, more: Callable[[], Iterable[Sample]]) -> None:
        """Ask here for the figures that nobody tells, whenever somebody looks."""
        self._more = more

    def metrics(self) -> bytes:
        """The figures, in Prometheus' text format."""
        return self._metrics.text()

    def silent(self) -> list[str]:
        """The loops that stand still."""
        now = time.monotonic()
        return sorted(loop for loop, at in self._went_on.items() if now - at > self._silent)

    def unready(self) -> list[str]:
        """What this role lacks before it may count as ready, each in a few words."""
        lacks = [f"{loop} stands still" for loop in self.silent()]
        if self.identity.role in _BY_LEASE:
            lacks += ["its lease was never asked for"] if self._lease is None else []
        elif self.identity.role in _IN_GROUP and (self._where is None or self._where() is None):
            lacks.append("not in its consumer group, or its cursors are not read")
        try:
            check(self._database, self.identity.tribunal)
        except LedgerTroubleError as error:
            lacks.append(f"the ledger cannot be read: {error}")
        except LedgerError as error:
            lacks.append(str(error))
        return lacks

    def status(self) -> dict[str, Any]:
        """How the role stands, as JSON; nothing in it names a person, a case or a document."""
        places = self._where() if self._where else None
        seen = self._overview()
        return {
            "role": self.identity.role,
            "instance": self.identity.instance,
            "version": self.version,
            "since": self.identity.since.isoformat(),
            "live": not self.silent(),
            "unready": self.unready(),
            "assignment": None if places is None else [_shown(place) for place in places],
            "lease_held": self._lease,
            "unfinished": None if seen is None else {_name(key): found.count for key, found in seen.open.items()},
            "link": None
            if seen is None
            else {"state": seen.link, "since": seen.link_since and seen.link_since.isoformat()},
            "last_error": self._errors.shown(),
        }

    def _overview(self) -> Overview | None:
        """The ledger's figures, a little old; None while it cannot be read."""
        with self._lock:
            begun = time.monotonic()
            if begun < self._look_at:
                return self._seen
            try:
                with self._database.reading() as connection:
                    self._seen = overview(connection)
            except (LedgerError, LedgerTroubleError):
                self._seen = None
            ended = time.monotonic()
            self._look_at = ended + max(_OVERVIEW_SECONDS, _OVERVIEW_SHARE * (ended - begun))
            return self._seen

    def _asked(self) -> Iterator[Sample]:
        if self.identity.role == "clock":
            yield from _of_ledger(self._overview())
        if self._where is not None:
            yield from _of_group(self._where())
        yield from self._more()


def _of_group(places: tuple[Standing, ...] | None) -> Iterator[Sample]:
    yield "group_member", (), places is not None
    now = datetime.now(UTC).timestamp()
    for place in places or ():
        yield "partition_lag_records", (place.topic, str(place.partition)), place.lag
    for topic in sorted({place.topic for place in places or ()}):
        mine = [place for place in places or () if place.topic == topic]
        stamps = [place.oldest_ms for place in mine if place.oldest_ms]
        yield "unfinished_records", (topic,), sum(place.unfinished for place in mine)
        yield "oldest_unfinished_seconds", (topic,), max(0.0, now - min(stamps) / 1000) if stamps else 0


def _of_ledger(seen: Overview | None) -> Iterator[Sample]:
    yield "ledger_readable", (), seen is not None
    if seen is None:
        return
    yield "outbox_rows", (), seen.outbox
    yield "inbox_waiting_facts", (), seen.waiting_facts
    yield "dead_letters_open", (), seen.dead_letters
    yield "liberty_held", (), seen.liberty_held
    for key, found in sorted(seen.open.items()):
        yield "open_documents", key, found.count
        yield "oldest_open_seconds", key, found.oldest_seconds
    for waits, left in sorted(seen.contingencies.items()):
        yield "contingencies_left", waits, left.count
        yield "contingency_wait_seconds", waits, left.oldest_seconds
    for state in LinkState:
        yield "link_state", (state,), state is seen.link


def _name(key: tuple[str, str]) -> str:
    return "/".join(part for part in key if part)


def _shown(place: Standing) -> dict[str, Any]:
    oldest = datetime.fromtimestamp(place.oldest_ms / 1000, UTC).isoformat() if place.oldest_ms else None
    return {
        "topic": place.topic,
        "partition": place.partition,
        "cursor": place.cursor,
        "end": place.end,
        "lag": place.lag,
        "unfinished": place.unfinished,
        "oldest_unfinished_at": oldest,
    }
