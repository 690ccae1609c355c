"""An outage and its end on the whole stack: documents pile up, the link returns, and everything is drained.

Kafka, every role as a process of its own, the simulator of BNMP, and a court that answers what it is asked.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from bench._report import say
from ledger import listing
from ledger.links import load_link
from ledger.tables import document, history
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from rules.windows import Windows
from rules.words import LinkState, Reason, State
from runtime.agreement import Report, Witnesses, compare
from runtime.demo import prepare, witnesses
from runtime.stack import ROLES, Stack, StackSettings
from sandbox.saj.court import Court, settled
from sandbox.saj.day import Day, Publication
from sandbox.saj.documents import TRIBUNAL
from sandbox.saj.pile import orders, pile
from sandbox.saj.scenarios import Phase

SEED, SEED_OF_TODAY = 7, 8
IN_FLIGHT = 64
LATENCY_SECONDS = 0.1
# What a court has, but for the pause between two probes of a dead link, which is no part of a drain.
WINDOWS = Windows(breaker_open=1, breaker_open_max=2)
IDLE_ORDERS = 40
MOST_ORDERS = 1500
# Roles that have just started answer slowly: orders go one by one until so many in a row took about the same.
_FLAT, _MOST_WARMING = 6, 60
_LOOK_SECONDS = 0.25
_SECONDS = 120.0
# What a phase may take besides for each document, on a machine that has other things to do.
_SECONDS_A_DOCUMENT = 0.5
_KILOBYTES = 1024
_PARKED = sa.or_(
    document.c.state == State.CONTINGENCY,
    sa.and_(document.c.state == State.HELD, document.c.reason == Reason.WAITING_LINK),
)
Meanwhile = Callable[[Stack, "Left"], None]
Left = Callable[[], int]
"""How many documents of the pile are not registered yet."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What was found: the plan of all that was published, the witnesses, when the link was back, and the memory in MB.

    From `warm` to `cut` is the idle hour. `at` has when each order of the day was published, by document; `doubted` are documents that ever were in doubt.
    """

    day: Day
    seen: Witnesses
    report: Report
    warm: datetime
    cut: datetime
    back: datetime
    up: datetime
    at: Mapping[str, datetime]
    doubted: frozenset[str]
    memory: Mapping[str, float]

    @property
    def persons(self) -> int:
        """How many persons the pile is about."""
        return len({each.key for name, each in self.day.documents.items() if name not in self.at})


@dataclass(frozen=True, slots=True)
class Drill:
    """So many documents; `every` seconds an order of the day comes beside, unless it is 0; `meanwhile` happens in the drain.

    `lost` is the share of answers of effects that are lost while it is drained; `database` a URL, or a SQLite file's.
    """

    documents: int
    every: float = 0.0
    lost: float = 0.0
    windows: Windows = WINDOWS
    database: str | None = None
    meanwhile: Meanwhile = field(default=lambda _stack, _left: None)

    def run(self) -> Drained:
        """Pile up, drain, and ask every witness; raises RuntimeError where a phase does not come to its end."""
        today = orders(_MOST_WARMING + IDLE_ORDERS + MOST_ORDERS, SEED_OF_TODAY) if self.every else None
        day = pile(self.documents, SEED)
        with (
            standing(prepare(day), self.windows, self.database) as stack,
            Court(KafkaSettings(stack.bootstrap), _both(day, today)) as court,
        ):
            return self._live(stack, court, day, _Orders(stack, today.publications if today else ()))

    def _live(self, stack: Stack, court: Court, day: Day, today: "_Orders") -> Drained:
        count, ledger = len(day.documents), _Ledger(stack, _SECONDS + _SECONDS_A_DOCUMENT * self.documents)
        if self.every:
            _warm_up(today, ledger)
        warm = datetime.now(UTC)
        today.publish(self.every, IDLE_ORDERS, threading.Event())
        ledger.wait(partial(today.are_through, ledger), "the orders of an idle hour")
        stack.control("link", {"mode": "refuse"})
        cut = datetime.now(UTC)
        court.publish(Phase.OUTAGE)
        ledger.wait(lambda: ledger.count(SEED, _PARKED) == count, "the pile")
        back = datetime.now(UTC)
        say(f"  {count} documents piled up in {(back - cut).total_seconds():.0f} s; the link returns")
        stack.control("moods", {"drop_after_accept": self.lost})
        stack.control("link", {"mode": "up"})
        ledger.wait(ledger.is_up, "the link")
        up = ledger.link_since() or back
        with today.coming(self.every):
            self.meanwhile(stack, partial(ledger.open, SEED))
            drained = ledger.wait(lambda: not ledger.open(SEED), "the drain")
        say(f"  drained in {(drained - up).total_seconds():.0f} s")
        ledger.wait(partial(today.are_through, ledger), "the orders meanwhile")
        ledger.wait(ledger.is_all_said, "the outbox")
        whole = _published(court.day, today.at)
        if not court.wait_until(settled(whole.documents.values()), _SECONDS):
            say("  the court did not hear of every end")
        seen = witnesses(stack, court.outcomes)
        return Drained(
            whole, seen, compare(whole, seen), warm, cut, back, up, today.at, ledger.ever_doubted(), _memory(stack)
        )


@contextmanager
def standing(prepare: Callable[[Stack], None], windows: Windows, database: str | None) -> Iterator[Stack]:
    """Give a stack whose registry takes its time and whose sender and resolver may have so many requests in flight."""
    span = [LATENCY_SECONDS * 1000] * 2
    settings = StackSettings(roles=(), moods={"latency_ms": span}, database=database, windows=windows, seed=SEED)
    with Stack.start(settings, say, prepare) as stack:
        for role in ROLES:
            argv = [sys.executable, "-m", "console", "run", role, "--exit-with-parent"]
            stack.supervisor.start(role, argv, stack.environment() | {"SAJ_BNMP_IN_FLIGHT": str(IN_FLIGHT)})
        yield stack


class _Orders:
    """Orders of the day, published one by one; `at` has when, by document."""

    def __init__(self, stack: Stack, publications: Sequence[Publication]) -> None:
        self._kit, self._left = SajProducer(KafkaSettings(stack.bootstrap)), iter(publications)
        self.at: dict[str, datetime] = {}

    def publish(self, every: float, most: int, ended: threading.Event) -> None:
        """Publish one every so many seconds, at most so many and until the end."""
        for one in islice(self._left, most):
            data = one.data or {}
            self.at[str(data["document_id"])] = datetime.now(UTC)
            self._kit.publish(one.type, data, key=one.key, ce_id=one.ce_id)
            self._kit.flush(_SECONDS)
            if ended.wait(every):
                return

    def are_through(self, ledger: "_Ledger") -> bool:
        """Whether all that were published are registered."""
        return ledger.count(SEED_OF_TODAY, document.c.state == State.REGISTERED) == len(self.at)

    @contextmanager
    def coming(self, every: float) -> Iterator[None]:
        """Publish beside what is done in the block."""
        ended = threading.Event()
        thread = threading.Thread(target=self.publish, args=(every, MOST_ORDERS, ended))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _warm_up(today: _Orders, ledger: "_Ledger") -> None:
    """Publish one order after the other until they take about the same; where they never do the figures will say it."""
    took: list[float] = []
    while len(took) < _MOST_WARMING and (len(took) < _FLAT or max(took[-_FLAT:]) > 2 * min(took[-_FLAT:])):
        began = time.monotonic()
        today.publish(0, 1, threading.Event())
        ledger.wait(partial(today.are_through, ledger), "an order that warms up", look=_LOOK_SECONDS / 10)
        took.append(time.monotonic() - began)
    say(f"  warm after {len(took)} orders: the first took {took[0]:.1f} s, the last {took[-1]:.1f} s")


class _Ledger:
    """What the ledger is asked meanwhile, from outside."""

    def __init__(self, stack: Stack, seconds: float) -> None:
        """`seconds` is how long one thing may be waited for."""
        self._database, self._seconds = stack.database, seconds

    def wait(self, holds: Callable[[], bool], what: str, look: float = _LOOK_SECONDS) -> datetime:
        """Wait until it holds, and give the instant."""
        deadline = time.monotonic() + self._seconds
        while not holds():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{what} did not come to the end in {self._seconds:.0f} s: {self._standing()}")
            time.sleep(look)
        return datetime.now(UTC)

    def count(self, seed: int, where: sa.ColumnElement[bool]) -> int:
        """How many documents of a plan are so."""
        of_seed = document.c.document_id.like(f"{TRIBUNAL}-%-{seed}_____")
        with self._database.reading() as connection:
            chosen = sa.select(sa.func.count()).select_from(document).where(of_seed, where)
            return connection.scalar(chosen) or 0

    def open(self, seed: int) -> int:
        """How many documents of a plan are in the ledger and not registered."""
        return self.count(seed, document.c.state != State.REGISTERED)

    def is_up(self) -> bool:
        """Whether the ledger knows that the link is back."""
        with self._database.reading() as connection:
            return load_link(connection).state is LinkState.UP

    def link_since(self) -> datetime | None:
        """Since when the link is as it is."""
        with self._database.reading() as connection:
            return load_link(connection).since

    def is_all_said(self) -> bool:
        """Whether nothing is left to be published."""
        with self._database.reading() as connection:
            return not listing.counts(connection)["outbox"]

    def ever_doubted(self) -> frozenset[str]:
        """Documents that were ever in doubt."""
        with self._database.reading() as connection:
            doubted = sa.select(history.c.document_id).where(history.c.state == State.UNCERTAIN).distinct()
            return frozenset(connection.scalars(doubted))

    def _standing(self) -> dict[str, int]:
        by = (document.c.state, document.c.reason)
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(*by, sa.func.count()).group_by(*by))
            return {f"{row[0]} {row[1] or ''}".strip(): row[2] for row in rows}


def _both(day: Day, today: Day | None) -> Day:
    if today is None:
        return day
    return replace(
        day, publications=day.publications + today.publications, documents={**day.documents, **today.documents}
    )


def _published(day: Day, orders_at: Mapping[str, datetime]) -> Day:
    """What of the plan was published: all of the outage, and the orders that were."""
    kept = {name: each for name, each in day.documents.items() if each.phase is Phase.OUTAGE or name in orders_at}
    publications = tuple(one for one in day.publications if one.phase is Phase.OUTAGE or _of(one) in orders_at)
    return replace(day, publications=publications, documents=kept)


def _of(one: Publication) -> str | None:
    return str((one.data or {}).get("document_id"))


def _memory(stack: Stack) -> dict[str, float]:
    """The most that each role's process ever had in memory, in MB; of those that were started again the last."""
    most: dict[str, float] = {}
    for child in stack.supervisor.status():
        with suppress(OSError):
            lines = Path(f"/proc/{child.pid}/status").read_text(encoding="utf-8").splitlines()
            found = dict(line.split(":", 1) for line in lines)
            most[child.name] = round(int(found["VmHWM"].split()[0]) / _KILOBYTES)
    return most
