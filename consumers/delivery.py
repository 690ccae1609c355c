"""Delivery: the loop that sender and resolver share.

A record wakes its person's lane. Lanes run side by side, the most urgent person first; within a person
one request at a time. A record is finished when its document asks nothing more of this role.
"""

import asyncio
import contextlib
import heapq
import itertools
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog

from bnmp.registry import Registry
from consumers.aside import Aside
from consumers.backlog import Backlog, Reference
from consumers.lanes import Fate, Lane, Leave, Task, Turn
from consumers.pace import Pace
from consumers.turns import Turns
from consumers.waiting import Waiting
from consumers.workbench import Workbench
from ledger.engine import LedgerError, LedgerTroubleError
from ledger.incidents import say_once
from ledger.links import load_link
from ledger.patience import patiently
from ledger.trouble import place
from rules.facts import Answer
from rules.queue import is_finished
from rules.words import AnswerClass, Step
from schemas.figures import Tell, untold

TICK_SECONDS = 0.05
# A person with nothing to do now is looked at again, less and less often: a new turn comes as a new record.
AGAIN_SECONDS = 0.25
AGAIN_MOST_SECONDS = 8.0
# How often the link is looked at while there is one, and while everybody waits for it.
LINK_SECONDS, LINK_AWAITED_SECONDS = 0.5, 0.1
# How many documents of a person whose work fails the incident names.
NAMED = 3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How many lanes may run side by side; the share of them for those who come back; from when on an answer is slow."""

    in_flight: int = 16
    backlog_share: float = 0.25
    slow_seconds: float = 5.0


class Delivery:
    """Runs the lanes of the sender or the resolver until it is told to stop."""

    def __init__(
        self,
        workbench: Workbench,
        backlog: Backlog,
        registry: Registry,
        settings: DeliverySettings,
        tell: Tell = untold,
    ) -> None:
        """The workbench says which role this is."""
        self._tell = tell
        self._workbench = workbench
        self._turns = Turns(workbench)
        self._backlog = backlog
        self._registry = registry
        self._pace = Pace(settings.in_flight, settings.slow_seconds)
        self._references: dict[int, dict[tuple[int, int], Reference]] = {}
        self._later: list[tuple[float, int, int, int]] = []
        self._ready = Waiting(settings.backlog_share)
        self._order = itertools.count()
        # Since when each person waits: who is looked at in vain keeps the place that they had in the queue.
        self._since: dict[int, int] = {}
        self._woken = asyncio.Event()
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._fresh: set[int] = set()
        self._idle: dict[int, int] = {}
        self._aside: Aside[int] = Aside()
        self._blocked_until = 0.0
        self._blocked = False
        self._stopping = False

    async def run(self, stopped: asyncio.Event) -> None:
        """Deliver until `stopped`, then let every lane finish its request."""
        loop = asyncio.get_running_loop()
        self._backlog.start(lambda: loop.call_soon_threadsafe(self._woken.set))
        try:
            while not stopped.is_set():
                self._backlog.check()
                self._admit()
                await self._start_lanes()
                await self._something_happens()
                self._reap()
                self._watched()
            self._stopping = True
            await asyncio.gather(*self._lanes.values())
        finally:
            await self._leave()

    async def _something_happens(self) -> None:
        """Wait until a record has come or a lane has ended, but not for long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), TICK_SECONDS)
        self._woken.clear()

    async def _leave(self) -> None:
        """End what is left of the lanes after an error; of each a request may be under way: its claim must run out."""
        for lane in self._lanes.values():
            lane.cancel()
        # The error that ends the process is told already; here it is only taken note of.
        await asyncio.gather(*self._lanes.values(), return_exceptions=True)
        await asyncio.to_thread(self._backlog.stop)

    def _watched(self) -> None:
        """Tell that the loop goes on, and the lanes where there is none; a lane tells of each of its steps."""
        self._tell("lanes_busy", (), len(self._lanes))
        self._tell("lanes_allowed", (), self._pace.lanes(time.monotonic()))
        for loop in ("loop",) if self._lanes else ("loop", "lanes"):
            self._tell("progress_timestamp_seconds", (loop,), 0)

    def _admit(self) -> None:
        for reference in self._backlog.take():
            self._references.setdefault(reference.person, {})[reference.partition, reference.offset] = reference
            self._fresh.add(reference.person)
            self._wake(reference.person, 0.0)

    def _wake(self, person: int, seconds: float) -> None:
        references = self._references.get(person)
        if references:
            urgent = min(reference.priority for reference in references.values())
            since = self._since.setdefault(person, next(self._order))
            heapq.heappush(self._later, (time.monotonic() + seconds, urgent, since, person))

    async def _start_lanes(self) -> None:
        if self._workbench.contingency and await self._link_blocked():
            return
        # A lane may have ended while the link was read, and asked for its person again: it must not stand in the way.
        self._reap()
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            _, urgent, since, person = heapq.heappop(self._later)
            # It comes back whose every document has been put in a queue before.
            turns = (reference.turn for reference in self._references.get(person, {}).values())
            self._ready.add(urgent, since, person, returned=all(turn > 1 for turn in turns))
        while self._ready and len(self._lanes) < self._pace.lanes(now):
            person = self._ready.take()
            if person not in self._lanes and person in self._references:
                self._fresh.discard(person)
                self._lanes[person] = lane = asyncio.create_task(self._lane(person))
                lane.add_done_callback(lambda _: self._woken.set())

    async def _link_blocked(self) -> bool:
        if time.monotonic() >= self._blocked_until:
            self._blocked = await asyncio.to_thread(patiently, self._read_link)
            again = LINK_AWAITED_SECONDS if self._blocked else LINK_SECONDS
            self._blocked_until = time.monotonic() + again
        return self._blocked

    def _read_link(self) -> bool:
        with self._workbench.database.reading() as connection:
            return load_link(connection).blocked

    def _reap(self) -> None:
        for person, lane in list(self._lanes.items()):
            if lane.done():
                del self._lanes[person]
                lane.result()

    async def _lane(self, person: int) -> None:
        """Work on one person; a bug that their work meets stops nobody else's."""
        try:
            await self._work(Lane(person))
        except (LedgerError, LedgerTroubleError):
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, it stops nobody but this person)
            await self._set_aside(person, error)

    async def _work(self, lane: Lane) -> None:
        """Work on one person until nothing of theirs may go, then finish the records that are done."""
        task = await self._turn(Turn(lane))
        while task is not None:
            self._tell("progress_timestamp_seconds", ("lanes",), 0)
            if not self._workbench.may_send(lane):
                log.warning("lane.claim_too_short", person=lane.person)
                answer = Answer(AnswerClass.THROTTLED, datetime.now(UTC), task.step, "claim too short", retry_after=0.1)
            else:
                began = time.monotonic()
                answer = await self._request(task)
                now = time.monotonic()
                self._pace.answered(answer, now - began, now)
            # A chain that has begun is not broken for another's haste (docs/law.md safety-10).
            patient = self._pace.is_paused(time.monotonic()) and not lane.started
            task = await self._turn(Turn(lane, task, answer, begin=not (self._stopping or patient)))
        await self._finish(lane)
        if lane.lease is not None:
            self._aside.let_go([lane.person])

    async def _set_aside(self, person: int, error: Exception) -> None:
        """Let a person rest for a while and tell the operator; the claim runs out, so that what was under way is read back."""
        held = {key: one for key, one in self._references.pop(person, {}).items() if self._backlog.holds(one)}
        if held:
            self._references[person] = held
        now = datetime.now(UTC)
        until = self._aside.put(person, now)
        log.error("lane.unprocessable", person=person, again_at=until, exc_info=error)
        documents = ", ".join(sorted({reference.document_id for reference in held.values()})[:NAMED])
        await asyncio.to_thread(patiently, partial(self._say_set_aside, person, documents, place(error)))
        self._wake(person, (until - now).total_seconds())

    def _say_set_aside(self, person: int, documents: str, why: str) -> None:
        bench = self._workbench
        with bench.database.transaction() as connection:
            say_once(connection, bench.deployment, "LANE_FAILS", str(person), where=documents, detail={"why": why})

    async def _turn(self, turn: Turn) -> Task | None:
        outcome = await self._turns.take(turn)
        if outcome.fate is Fate.LOST:
            log.warning("lane.lease_lost", person=turn.lane.person)
        return outcome.task

    async def _request(self, task: Task) -> Answer:
        if task.doubt:
            return await self._registry.read_doubt(task.step, task.order, task.owned)
        if task.probe_first:
            probed = await self._registry.probe()
            if probed.answer is AnswerClass.CONNECTION:
                return probed
        if task.seeks:
            return await self._registry.read_doubt(Step.CREATE, task.order, task.owned)
        return await self._registry.step(task.step, task.order)

    async def _finish(self, lane: Lane) -> None:
        """Let the person go and finish the records that ask nothing more; look again later at what is left, at once at what is new."""
        person = lane.person
        asked = list(self._references.get(person, {}).values())
        left = await self._turns.take(Leave(lane, frozenset(reference.document_id for reference in asked)))
        known = left.standings
        references = self._references.get(person, {})
        for reference in asked:
            done = is_finished(
                reference.turn, known.get(reference.document_id), contingency=self._workbench.contingency
            )
            if done or not self._backlog.holds(reference):
                self._backlog.finish(reference)
                references.pop((reference.partition, reference.offset), None)
        if not references:
            self._references.pop(person, None)
            self._idle.pop(person, None)
            self._since.pop(person, None)
        elif person in self._fresh:
            self._idle.pop(person, None)
            self._wake(person, 0.0)
        else:
            self._idle[person] = self._idle.get(person, 0) + 1
            self._wake(person, min(AGAIN_SECONDS * 2 ** min(self._idle[person], 9), AGAIN_MOST_SECONDS))
