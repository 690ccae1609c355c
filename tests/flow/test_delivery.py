"""The loop of sender and resolver forgets nobody, however reading the link and the end of a lane fall together."""

import asyncio
import gc
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog

from bnmp.registry import Registry
from consumers.backlog import Backlog, Reference
from consumers.delivery import Delivery, DeliverySettings
from consumers.lanes import Fate, Job, Outcome, Turn
from consumers.pace import Pace
from consumers.workbench import Workbench
from ledger.engine import LedgerError
from rules.facts import Answer
from rules.words import AnswerClass
from tests.ledger.office import Office, paper

PERSON = 1
WAIT_SECONDS = 30.0


class Listed:
    """A queue topic as a list."""

    def __init__(self) -> None:
        self.coming: list[Reference] = []
        self.finished: list[Reference] = []

    def start(self, come: Callable[[], object]) -> None:
        come()

    def stop(self) -> None:
        """Nothing is to be left."""

    def check(self) -> None:
        """Nothing can go wrong."""

    def take(self) -> list[Reference]:
        new, self.coming = self.coming, []
        return new

    def finish(self, reference: Reference) -> None:
        self.finished.append(reference)

    def holds(self, _: Reference) -> bool:
        return True


class LookingLong(Delivery):
    """Whoever looks at the link comes back when every lane has ended."""

    def _read_link(self) -> bool:
        deadline = time.monotonic() + WAIT_SECONDS
        while not all(lane.done() for lane in self._lanes.values()):
            assert time.monotonic() < deadline, "the lane does not end"
            time.sleep(0.005)
        return False


def test_a_record_that_came_while_its_persons_lane_ended_behind_a_look_at_the_link_is_worked_on(office: Office) -> None:
    """Given a lane that ends while the link is read, when another record of its person waits, then a lane starts for it."""
    office.issue(paper("MANDADO", "M-1"))
    opened: list[int] = []

    def work(jobs: Sequence[Job], *, skip: bool) -> list[Outcome]:  # noqa: ARG001 (the signature of what it stands for)
        opened.extend(job.lane.person for job in jobs if isinstance(job, Turn))
        return [Outcome(Fate.ELSEWHERE, standings={"M-1": ("READY", None, 1, False)}) for _ in jobs]

    bench: Any = SimpleNamespace(contingency=True, database=office.database, work=work)
    queue = Listed()

    async def deliver() -> None:
        delivery = LookingLong(cast(Workbench, bench), cast(Backlog, queue), cast(Registry, None), DeliverySettings())
        for offset in (1, 2):
            queue.coming = [Reference(0, offset, "M-1", PERSON, 1, 0)]
            delivery._admit()
            delivery._blocked_until = 0.0
            await delivery._start_lanes()
        await asyncio.gather(*delivery._lanes.values())

    asyncio.run(deliver())
    assert opened == [PERSON, PERSON]


def reference(person: int) -> Reference:
    return Reference(0, person, f"M-{person}", person, 1, 2)


def test_whoever_is_looked_at_in_vain_keeps_the_place_in_its_priority() -> None:
    # given
    opened: list[int] = []

    def work(jobs: Sequence[Job], *, skip: bool) -> list[Outcome]:  # noqa: ARG001 (the signature of what it stands for)
        opened.extend(job.lane.person for job in jobs if isinstance(job, Turn))
        return [Outcome(Fate.ELSEWHERE, standings={f"M-{job.lane.person}": ("READY", None, 1, False)}) for job in jobs]

    queue = Listed()
    bench: Any = SimpleNamespace(contingency=False, work=work)

    async def deliver() -> None:
        settings = DeliverySettings(in_flight=1)
        delivery = Delivery(cast(Workbench, bench), cast(Backlog, queue), cast(Registry, None), settings)
        queue.coming = [reference(1), reference(2)]
        for came in ([], [reference(3)], [], []):
            queue.coming += came
            delivery._admit()
            # Everybody's time has come again.
            delivery._later = [(0.0, *rest) for _, *rest in delivery._later]  # type: ignore[misc]  # as many as there were
            await delivery._start_lanes()
            await asyncio.gather(*delivery._lanes.values())

    # when
    asyncio.run(deliver())
    # then the first stays the first, before those who came later
    assert opened == [1, 1, 1, 1]


def test_while_the_registry_asks_for_patience_nobody_new_is_worked_on() -> None:
    # given
    opened: list[int] = []

    def work(jobs: Sequence[Job], *, skip: bool) -> list[Outcome]:  # noqa: ARG001 (the signature of what it stands for)
        opened.extend(job.lane.person for job in jobs if isinstance(job, Turn))
        return [Outcome(Fate.ELSEWHERE) for _ in jobs]

    queue, bench = Listed(), cast(Any, SimpleNamespace(contingency=False, work=work))
    queue.coming = [reference(1)]
    seen: list[list[int]] = []

    async def deliver() -> None:
        delivery = Delivery(cast(Workbench, bench), cast(Backlog, queue), cast(Registry, None), DeliverySettings())
        delivery._admit()
        for wait in (60.0, 0.0):
            throttled = Answer(AnswerClass.THROTTLED, datetime.now(UTC), "op", retry_after=wait)
            delivery._pace = Pace(16, 5.0)
            delivery._pace.answered(throttled, 0.1, time.monotonic())
            # when
            await delivery._start_lanes()
            await asyncio.gather(*delivery._lanes.values())
            seen.append(list(opened))

    asyncio.run(deliver())
    # then
    assert seen == [[], [1]]


def test_an_error_that_ends_the_delivery_is_told_once_and_of_the_other_lanes_nothing_is_left_behind() -> None:
    # given
    complaints: list[Any] = []

    def work(jobs: Sequence[Job], *, skip: bool) -> list[Outcome]:  # noqa: ARG001 (the signature of what it stands for)
        raise LedgerError("it has lasted too long")

    queue = Listed()
    queue.coming = [reference(1), reference(2), reference(3)]
    bench: Any = SimpleNamespace(contingency=False, work=work)

    async def deliver() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        delivery = Delivery(cast(Workbench, bench), cast(Backlog, queue), cast(Registry, None), DeliverySettings())
        with pytest.raises(LedgerError):
            await delivery.run(asyncio.Event())
        del delivery
        gc.collect()

    # when
    asyncio.run(deliver())
    # then
    assert complaints == []


def test_a_bug_that_one_persons_work_meets_stops_nobody_else_and_is_told_once(office: Office) -> None:
    # given a person whose work fails for as long as the cause is there
    worked: list[int] = []

    def work(jobs: Sequence[Job], *, skip: bool) -> list[Outcome]:  # noqa: ARG001 (the signature of what it stands for)
        if any(job.lane.person == PERSON for job in jobs):
            raise KeyError("a bug")
        worked.extend(job.lane.person for job in jobs if isinstance(job, Turn))
        return [Outcome(Fate.DONE, standings={f"M-{job.lane.person}": ("REGISTERED", None, 1, False)}) for job in jobs]

    bench: Any = SimpleNamespace(contingency=False, database=office.database, deployment=office.deployment, work=work)
    queue = Listed()
    rests = []

    async def deliver() -> None:
        delivery = Delivery(cast(Workbench, bench), cast(Backlog, queue), cast(Registry, None), DeliverySettings())
        queue.coming = [reference(1), reference(2), reference(3)]
        for _ in range(3):
            delivery._admit()
            await delivery._start_lanes()
            await asyncio.gather(*delivery._lanes.values())
            rests.append(delivery._later[0][0] - time.monotonic())
            # Everybody's time has come again.
            delivery._later = [(0.0, *rest) for _, *rest in delivery._later]  # type: ignore[misc]  # as many as there were

    # when
    with structlog.testing.capture_logs() as logs:
        asyncio.run(deliver())
    # then the others' records are finished, and who rests does so for longer each time
    assert sorted(worked) == [2, 3]
    assert sorted(one.person for one in queue.finished) == [2, 3]
    assert [round(rest / 60) for rest in rests] == [1, 2, 4]
    assert [(log["event"], log["person"]) for log in logs] == [("lane.unprocessable", PERSON)] * 3
    incidents = [one.data for one in office.said() if one.type == "bnmp.incident.v1"]
    assert [(one["kind"], one["runbook"], one["who"]["role"]) for one in incidents] == [
        ("LANE_FAILS", "lane-fails", "OPERADOR")
    ]
    assert "M-1" in incidents[0]["message"]
