"""The clock: what falls due, what the link's going and coming moves, and the probe.

One clock is active by lease. It changes documents through decide-and-record like everybody else.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime

import structlog

from bnmp.registry import Registry
from ledger import due, links
from ledger.deployment import Deployment
from ledger.engine import Connection, Database
from ledger.leases import release_singleton, take_singleton
from ledger.record import Recorder
from rules.breaker import CallWindow, LinkEvent, observe
from rules.dossier import Link
from rules.facts import DueFell, PersonReviewed
from rules.kinds import KINDS
from rules.words import AnswerClass, LinkState

LIMIT = 500
TICK_SECONDS = 0.2
LEASE_SECONDS = 10.0

log = structlog.get_logger(__name__)
_ELIGIBLE = frozenset(kind for kind, row in KINDS.items() if row.eligible)
_PROBED = frozenset({LinkState.SUSPECT, LinkState.DOWN, LinkState.PROBING})


class Clock:
    """Looks several times a second at what has come due."""

    def __init__(self, database: Database, deployment: Deployment, registry: Registry, owner: str) -> None:
        """`owner` names this life of this process in the clock's lease."""
        self._database = database
        self._deployment = deployment
        self._registry = registry
        self._owner = owner
        self._window = CallWindow()

    async def run(self, stopped: asyncio.Event) -> None:
        """Tick until `stopped`, then give the lease back."""
        while not stopped.is_set():
            if await asyncio.to_thread(self._hold):
                await self._tick()
            await _pause(stopped, TICK_SECONDS)
        await asyncio.to_thread(self._release)

    async def _tick(self) -> None:
        await asyncio.to_thread(self._due)
        link = await asyncio.to_thread(self._link)
        await asyncio.to_thread(self._sweep, link)
        if link.state in _PROBED and (link.probe_at is None or link.probe_at <= self._database.clock()):
            await self._probe()

    def _hold(self) -> bool:
        with self._database.transaction() as connection:
            return take_singleton(connection, "clock", self._owner, seconds=LEASE_SECONDS)

    def _release(self) -> None:
        with self._database.transaction() as connection:
            release_singleton(connection, "clock", self._owner)

    def _link(self) -> Link:
        with self._database.reading() as connection:
            return links.load_link(connection)

    def _due(self) -> None:
        now = self._database.clock()
        with self._database.reading() as connection:
            pairs = due.due(connection, now, LIMIT)
        if not pairs:
            return
        with self._database.transaction() as connection:
            recorder = Recorder(connection, self._deployment, now)
            recorder.lock(person for _, person in pairs)
            for document_id, _ in pairs:
                document = recorder.document(document_id)
                if document is not None and document.due_at is not None and document.due_at <= now:
                    recorder.decide(DueFell(document_id))
            recorder.write()

    def _sweep(self, link: Link) -> None:
        """Let go what waited for the link, liberty first; or offer what a hold no longer keeps (safety-14, 18)."""
        with self._database.reading() as connection:
            pairs = self._moved_by(connection, link)
        if pairs:
            self._review([person for _, person in pairs])

    def _moved_by(self, connection: Connection, link: Link) -> list[tuple[str, int]]:
        if link.state is LinkState.UP:
            return due.waiting_for_link(connection, LIMIT)
        if link.blocked and link.since is not None:
            return due.may_be_offered(connection, _ELIGIBLE, link.since, LIMIT)
        return []

    def _review(self, persons: Sequence[int]) -> None:
        now = self._database.clock()
        with self._database.transaction() as connection:
            recorder = Recorder(connection, self._deployment, now)
            recorder.lock(persons)
            for person in dict.fromkeys(persons):
                recorder.decide(PersonReviewed(person))
            recorder.write()

    async def _probe(self) -> None:
        await asyncio.to_thread(self._observe, LinkEvent.PROBE_DUE, self._database.clock())
        answer = await self._registry.probe()
        connected = answer.answer is not AnswerClass.CONNECTION
        self._window = self._window.add(answer.at, connected=connected, windows=self._deployment.windows)
        event = LinkEvent.PROBE_OK if connected else LinkEvent.PROBE_FAILED
        if not connected and self._window.tripped(self._deployment.windows):
            await asyncio.to_thread(self._observe, LinkEvent.TRIPPED, answer.at)
        link = await asyncio.to_thread(self._observe, event, answer.at)
        log.info("clock.probed", connected=connected, link=link.state)

    def _observe(self, event: LinkEvent, at: datetime) -> Link:
        def step(link: Link) -> Link:
            return observe(link, event, at, self._deployment.windows, random.random())  # noqa: S311 (jitter)

        with self._database.transaction() as connection:
            return links.change(connection, self._deployment, self._database.clock(), step)


async def _pause(stopped: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), seconds)
    except TimeoutError:
        return
