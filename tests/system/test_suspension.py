"""A sender that is suspended for longer than its claim: another one goes on, and it writes nothing when it wakes up."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from ledger import listing
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from runtime.demo import prepare
from runtime.stack import Stack, StackSettings
from sandbox.saj.day import Day
from sandbox.saj.documents import TYPE
from sandbox.saj.scenarios import Phase

SECONDS = 90.0
ALONE = "a warrant alone"


class Suspended:
    """Two senders, of which the first is suspended twice, and warrants of different persons published one by one."""

    def __init__(self, stack: Stack, day: Day) -> None:
        self.stack, self.day = stack, day
        self._kit = SajProducer(KafkaSettings(stack.bootstrap))
        self._alone = [each.document_id for each in day.documents_of(Phase.MORNING) if each.scenario == ALONE]
        self._journal = stack.folder / "sender.local-1.journal"

    def publish(self) -> str:
        """Publish the next warrant, and give its id."""
        document_id = self._alone.pop(0)
        data = next(p for p in self.day.publications if p.data and p.data.get("document_id") == document_id)
        assert data.data is not None
        self._kit.publish(TYPE, data.data, key=data.key, ce_id=data.ce_id, time=datetime.now(UTC))
        self._kit.flush(20)
        return document_id

    def until_suspended(self, times: int) -> tuple[str, int]:
        """Publish one warrant after the other until the first sender stands still on one; give it and the process."""
        while True:
            document_id = self.publish()
            self.until(partial(self._has_come, document_id, times))
            if len(self._stops()) == times:
                return document_id, int(self._stops()[-1]["pid"])

    def _has_come(self, document_id: str, times: int) -> bool:
        return len(self._stops()) == times or self.state(document_id) == "REGISTERED"

    def facts(self, document_id: str) -> list[str]:
        with self.stack.database.reading() as connection:
            return [row.fact for row in listing.history_of(connection, document_id)]

    def state(self, document_id: str) -> str | None:
        with self.stack.database.reading() as connection:
            row = listing.document_row(connection, document_id)
        return row.state if row else None

    def said(self, event: str) -> int:
        """How often the first sender said this."""
        return (self.stack.folder / "logs" / "sender-1.log").read_text().count(event)

    def writes(self) -> list[Any]:
        """Every write that the registry has seen."""
        requests = self.stack.control("book")["requests"]
        return [one for one in requests if one["method"] == "POST" or "/assinar-" in one["path"]]

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < deadline, (self.stack.folder / "logs" / "sender-1.log").read_text()[-2000:]
            time.sleep(0.05)

    def _stops(self) -> list[Any]:
        if not self._journal.exists():
            return []
        lines = [json.loads(line) for line in self._journal.read_text().splitlines()]
        return [line for line in lines if line["what"] == "stop"]


@pytest.fixture
def suspended() -> Iterator[Suspended]:
    # Many, because each goes to the one or the other, and who slept comes back to the group after a while.
    day = Day.plan(300, 51)
    settings = StackSettings(roles=("processor", "relay", "clock"))
    with Stack.start(settings, lambda _line: None, prepare(day)) as stack:
        stack.settings = replace(settings, replicas=2)
        # The second one takes its points from the end: there it has none.
        points = ["stop/after-creation", "stop/before-claim-check"]
        argv = [sys.executable, "-m", "tests.system.killing", "sender", str(stack.folder)]
        stack.supervisor.start("sender-1", [*argv, *points], stack.environment("local-1"))
        stack.supervisor.start("sender-2", argv, stack.environment("local-2"))
        yield Suspended(stack, day)


@pytest.mark.timeout(400)
def test_a_sender_that_slept_through_its_claim_writes_nothing_when_it_wakes_up(suspended: Suspended) -> None:
    # given a sender that is suspended with the answer to a creation in its hand
    document_id, pid = suspended.until_suspended(1)
    # when its claim has run out
    suspended.until(lambda: suspended.state(document_id) == "REGISTERED")
    # then another one has read the piece back and gone on with it
    facts = suspended.facts(document_id)
    assert {"LeaseTakenOver", "DoubtRead"} <= set(facts)
    # when it wakes up
    before = suspended.writes()
    os.kill(pid, signal.SIGCONT)
    # then its answer is kept as evidence, and settles nothing
    suspended.until(lambda: "AnsweredLate" in suspended.facts(document_id))
    assert suspended.facts(document_id)[: len(facts)] == facts
    assert suspended.state(document_id) == "REGISTERED"
    assert suspended.writes() == before
    # given that it is suspended again, between the beginning of a step and its request
    document_id, pid = suspended.until_suspended(2)
    suspended.until(lambda: suspended.state(document_id) == "REGISTERED")
    before, short = suspended.writes(), suspended.said("lane.claim_too_short")
    # when it wakes up
    os.kill(pid, signal.SIGCONT)
    # then a clock that went on meanwhile keeps it from sending
    suspended.until(lambda: suspended.said("lane.claim_too_short") > short)
    suspended.until(lambda: suspended.said("lane.lease_lost") > 1)
    assert suspended.writes() == before
    # and every warrant is in the book once
    cases = [piece["numeroProcesso"] for piece in suspended.stack.control("book")["documents"]]
    assert len(cases) == len(set(cases))
