"""The loop of sender and resolver forgets nobody, however reading the link and the end of a lane fall together."""

import asyncio
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from bnmp.registry import Registry
from consumers.backlog import Backlog, Reference
from consumers.delivery import Delivery, DeliverySettings
from consumers.lanes import Fate, Job, Outcome, Turn
from consumers.workbench import Workbench
from tests.ledger.office import Office, paper

PERSON = 1
WAIT_SECONDS = 30.0


class Listed:
    """A queue topic as a list."""

    def __init__(self) -> None:
        self.coming: list[Reference] = []

    def take(self) -> list[Reference]:
        new, self.coming = self.coming, []
        return new

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
        return [Outcome(Fate.ELSEWHERE, standings={"M-1": ("READY", None, 1)}) for _ in jobs]

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
