"""The ledger's trouble is borne in place: lanes and clock go on where they were, and only what lasts ends them."""

import asyncio
import random
import time
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, cast

import pytest
import structlog

from bnmp.registry import Registry
from consumers.clock import Clock
from consumers.lanes import Lane, Leave, Turn
from consumers.turns import Turns
from consumers.workbench import Workbench
from ledger.engine import LedgerTroubleError
from ledger.patience import Patience, patiently
from rules.words import State
from tests.edges.edge import WAIT_SECONDS
from tests.flow.book import Book
from tests.ledger.office import Office, paper
from tests.ledger.trouble import trouble

Logs = Sequence[MutableMapping[str, Any]]


def met(logs: Logs) -> int:
    """How often somebody met trouble."""
    return sum(log["event"] == "ledger.trouble" for log in logs)


async def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def run(turns: Turns, book: Book, number: int) -> None:
    """A lane's whole way."""
    lane = Lane(number)
    turn = Turn(lane)
    while (task := (await turns.take(turn)).task) is not None:
        turn = Turn(lane, task, book.ask(task))
    await turns.take(Leave(lane, frozenset()))


async def test_lanes_go_on_where_they_were_when_the_trouble_is_over(office: Office) -> None:
    # given
    office.issue(*(paper("MANDADO", f"M-{number}", person=number) for number in range(3)))
    book = Book(office.hand, random.Random(1), calm=True)
    turns = Turns(Workbench(office.database, office.deployment, "one", lambda *_: True, contingency=False))
    persons = [office.row(f"M-{number}")["person"] for number in range(3)]
    # when
    with structlog.testing.capture_logs() as logs:
        with trouble(office.database):
            lanes = asyncio.gather(*(run(turns, book, person) for person in persons))
            await until(lambda: met(logs) >= 3)
        await asyncio.wait_for(lanes, WAIT_SECONDS)
    # then
    assert [office.standing(f"M-{number}") for number in range(3)] == [(State.REGISTERED, None)] * 3
    assert (len(book.pieces), book.wrongs) == (3, [])


async def test_the_clock_goes_on_when_the_trouble_is_over(office: Office) -> None:
    # given
    office.issue(paper("ALVARA", "A-1", variant="PRISAO_FLAGRANTE", fields={}))
    office.hand.later(1800)
    book, stopped = Book(office.hand, random.Random(1), calm=True), asyncio.Event()
    clock = Clock(office.database, office.deployment, cast(Registry, book), "clock")
    # when
    with structlog.testing.capture_logs() as logs:
        with trouble(office.database):
            running = asyncio.create_task(clock.run(stopped))
            await until(lambda: met(logs) >= 3)
            assert not running.done()
        await until(lambda: office.row("A-1")["escalated"] == 1)
    stopped.set()
    await asyncio.wait_for(running, WAIT_SECONDS)
    # then
    assert office.row("A-1")["escalated"] == 1


def test_what_lasts_is_raised_after_pauses_that_grow() -> None:
    # given
    pauses: list[float] = []

    def fail() -> None:
        raise LedgerTroubleError("for ever")

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        time.sleep(seconds)

    # when
    with pytest.raises(LedgerTroubleError):
        patiently(fail, pause, patience=Patience(0.5))
    # then
    assert pauses[:2] == [0.1, 0.2]
    assert sum(pauses) == pytest.approx(0.5, abs=0.1)


def test_the_next_trouble_is_borne_as_long_as_the_one_before() -> None:
    # given
    patience = Patience(60.0)
    pauses = [patience.bear(LedgerTroubleError("one")) for _ in range(2)]
    # when
    patience.regained()
    # then
    assert [*pauses, patience.bear(LedgerTroubleError("another"))] == [0.1, 0.2, 0.1]
