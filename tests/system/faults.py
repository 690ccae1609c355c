"""Kafka and the ledger locked, slow, full, killed and away: what the service does, and that it goes on by itself."""

import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ledger.engine import LedgerTroubleError
from ledger.tables import history
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from runtime.demo import prepare
from runtime.stack import Stack, StackSettings
from sandbox.postgres.server import Postgres
from sandbox.saj.court import Court, publish_phase
from sandbox.saj.day import Day
from sandbox.saj.scenarios import Phase
from tests.system.days import SECONDS, Ending, ending, live, morning_of, together
from tests.system.lives import LINK

PERSONS = 20
AWAY_SECONDS = 75.0
LOCKED_SECONDS = 30.0
# Less than any role has logged by then: a log that cannot be written ends nobody.
FULL_BYTES = 4 * 1024


@dataclass(frozen=True)
class Fault:
    """Something is taken away in a block, for some seconds."""

    name: str
    seconds: float
    happening: Callable[[Stack], AbstractContextManager[None]]


@contextmanager
def _broker_killed(stack: Stack) -> Iterator[None]:
    stack.broker.kill()
    yield
    stack.broker.restart()


@contextmanager
def _locked(stack: Stack) -> Iterator[None]:
    with stack.database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(sa.text("LOCK TABLE document, consumed, outbox IN ACCESS EXCLUSIVE MODE"))
        yield


@contextmanager
def _slow(stack: Stack) -> Iterator[None]:
    """Half of the time nobody else comes to the ledger."""
    until = time.monotonic() + LOCKED_SECONDS
    while time.monotonic() < until:
        with _locked(stack):
            time.sleep(0.5)
        time.sleep(0.5)
    yield


@contextmanager
def _full(stack: Stack) -> Iterator[None]:
    """No process of ours can make a file longer than a few pages: what a full disk does to SQLite."""
    _limit(stack, FULL_BYTES)
    until = time.monotonic() + LOCKED_SECONDS
    while time.monotonic() < until:
        # Those who were started again find the disk as full.
        _limit(stack, FULL_BYTES)
        time.sleep(0.1)
    yield
    _limit(stack, resource.RLIM_INFINITY)


def _limit(stack: Stack, size: int) -> None:
    for child in stack.supervisor.status():
        if child.pid is not None:
            try:
                resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            except ProcessLookupError:
                continue


_KAFKA = (
    Fault("Kafka killed with -9 and started again", 0.0, _broker_killed),
    Fault("Kafka away", AWAY_SECONDS, _broker_killed),
)
_LEDGER = (Fault("ledger locked", LOCKED_SECONDS, _locked), Fault("ledger slow for 30 s", 0.0, _slow))
_SQLITE = (Fault("disk full for 30 s", 0.0, _full),)


def _served(server: Postgres) -> tuple[Fault, ...]:
    @contextmanager
    def killed(_stack: Stack) -> Iterator[None]:
        server.kill()
        yield
        server.restart()

    @contextmanager
    def restarted(_stack: Stack) -> Iterator[None]:
        server.restart()
        yield

    return (
        Fault("PostgreSQL killed with -9 and started again", 0.0, killed),
        Fault("PostgreSQL away", LOCKED_SECONDS, killed),
        Fault("PostgreSQL restarted", 0.0, restarted),
    )


def run(server: Postgres | None, moods: Mapping[str, Any]) -> tuple[list[str], Ending]:
    """One fault after the other while a morning is at work, then a whole day; gives a table and what was found."""
    chosen = (*_KAFKA, *_LEDGER, *(_served(server) if server else _SQLITE))
    mornings = [morning_of(Day.plan(PERSONS, seed)) for seed in range(61, 61 + 2 * len(chosen))]
    last = Day.plan(PERSONS, 60)
    settings = StackSettings(moods=moods, database=server.url() if server else None)
    lines = [
        "| fault | lasted | first document read after its end | first answer of BNMP | roles that ended and were started again |",
        "|---|---|---|---|---|",
    ]
    with Stack.start(settings, lambda _line: None, prepare(together([last, *mornings]))) as stack:
        kit = SajProducer(KafkaSettings(stack.bootstrap))
        for number, fault in enumerate(chosen):
            lines.append(_suffer(stack, kit, fault, mornings[2 * number], mornings[2 * number + 1]))
        with Court(KafkaSettings(stack.bootstrap), last) as court:
            # Before the day's own outage: a document that still has work then waits for the link as no plan says.
            _settle(court, mornings)
            live(stack, court, LINK)
            outcomes = court.outcomes
        return lines, ending(stack, [last, *mornings], outcomes)


def _suffer(stack: Stack, kit: SajProducer, fault: Fault, before: Day, after: Day) -> str:
    publish_phase(kit, before, Phase.MORNING)
    # Whoever is still away from the fault before would be spared this one.
    _await_more(stack, _told(stack) + 5, _told)
    _await_more(stack, _answered(stack) + 5, _answered)
    lives = {child.name: child.restarts for child in stack.supervisor.status()}
    began = time.monotonic()
    with fault.happening(stack):
        time.sleep(fault.seconds)
    back = time.monotonic()
    told, answered = _told(stack), _answered(stack)
    publish_phase(kit, after, Phase.MORNING)
    seconds = [_await_more(stack, told + 1, _told) - back, _await_more(stack, answered + 1, _answered) - back]
    ended = [child.name for child in stack.supervisor.status() if child.restarts > lives[child.name]]
    shown = " | ".join(f"{each:.1f} s" for each in (back - began, *seconds))
    return f"| {fault.name} | {shown} | {', '.join(ended) or 'none'} |"


def _settle(court: Court, mornings: list[Day]) -> None:
    deadline = time.monotonic() + 3 * SECONDS
    wanted = [each for day in mornings for each in day.documents.values()]
    while any((told := court.outcomes.latest(each.document_id)) is None or told.state != each.state for each in wanted):
        assert time.monotonic() < deadline, "documents of a morning hang"
        time.sleep(0.5)


def _await_more(stack: Stack, wanted: int, count: Callable[[Stack], int]) -> float:
    """Wait until there are as many, and tell when it was."""
    deadline = time.monotonic() + SECONDS
    while count(stack) < wanted:
        assert time.monotonic() < deadline, "nobody goes on any more"
        time.sleep(0.05)
    return time.monotonic()


def _told(stack: Stack) -> int:
    """How many decisions follow a document of the court: the processor is at work."""
    return _count(stack, "DocumentIssued")


def _answered(stack: Stack) -> int:
    """How many decisions follow an answer of BNMP: the sender is at work, and before it the relay was."""
    return _count(stack, "StepAnswered")


def _count(stack: Stack, fact: str) -> int:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with stack.database.reading() as connection:
                counted = sa.select(sa.func.count()).where(history.c.fact == fact)
                return connection.scalar(counted) or 0
        except LedgerTroubleError:
            assert time.monotonic() < deadline, "the ledger stays away"
            time.sleep(0.1)
