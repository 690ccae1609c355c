"""The clock: what falls due, what the link's going and coming moves, and the probe.

One clock is active by lease. It changes documents through decide-and-record like everybody else.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bnmp.registry import Registry
from consumers.aside import Aside
from ledger import chains, custody, due, link_tests, links, pending
from ledger.arrivals import apply_waiting
from ledger.deployment import Deployment
from ledger.engine import Connection, Database, LedgerTroubleError
from ledger.incidents import say_once
from ledger.leases import release_singleton, take_singleton
from ledger.patience import Patience
from ledger.record import Recorder
from ledger.standing_orders import in_force
from ledger.trouble import place
from rules import breaker
from rules.breaker import CallWindow, LinkEvent, observe
from rules.dossier import Document, Link
from rules.facts import AccessChanged, Answer, DueFell, EscalationFell, Fact, PersonReviewed
from rules.kinds import KINDS
from rules.words import AnswerClass, DueFact, LinkState
from schemas.figures import Tell, untold

LIMIT = 500
TICK_SECONDS = 0.2
LEASE_SECONDS = 10.0

log = structlog.get_logger(__name__)
_ELIGIBLE = frozenset(kind for kind, row in KINDS.items() if row.eligible)
_ASKED_AGAIN = (DueFact.ASK_AGAIN, DueFact.LOOK_UP, DueFact.ANNUL)
Pairs = Sequence[tuple[str, int]]
"""Documents and their persons."""


class Clock:
    """Looks several times a second at what has come due."""

    def __init__(
        self, database: Database, deployment: Deployment, registry: Registry, owner: str, tell: Tell = untold
    ) -> None:
        """`owner` names this life of this process in the clock's lease."""
        self._database = database
        self._deployment = deployment
        self._registry = registry
        self._owner = owner
        self._tell_figure = tell
        self._window = CallWindow()
        self._aside: Aside[str] = Aside()
        self._sealed: datetime | None = None
        self._failed_at: datetime | None = None

    async def run(self, stopped: asyncio.Event) -> None:
        """Tick until `stopped`, then give the lease back."""
        patience = Patience()
        while not stopped.is_set():
            pause = TICK_SECONDS
            try:
                held = await asyncio.to_thread(self._hold)
                self._tell_figure("lease_held", (), held)
                if held:
                    await self._tick()
                patience.regained()
            except LedgerTroubleError as trouble:
                # From the beginning again, for in the meantime another clock may have become the active one.
                pause = max(pause, patience.bear(trouble))
            self._tell_figure("progress_timestamp_seconds", ("clock",), 0)
            await _pause(stopped, pause)
        await asyncio.to_thread(self._release)

    async def _tick(self) -> None:
        await asyncio.to_thread(self._due)
        await asyncio.to_thread(self._pending)
        await asyncio.to_thread(self._custody)
        await asyncio.to_thread(self._seal)
        link = await asyncio.to_thread(self._link)
        await asyncio.to_thread(self._sweep, link)
        if link.state in breaker.FORCED:
            await asyncio.to_thread(self._expire)
        if breaker.is_probe_due(link, self._database.clock()):
            await self._probe()

    def _hold(self) -> bool:
        with self._database.transaction() as connection:
            return take_singleton(connection, "clock", self._owner, seconds=LEASE_SECONDS)

    def _release(self) -> None:
        with self._database.transaction() as connection:
            release_singleton(connection, "clock", self._owner)

    def _seal(self) -> None:
        """Say what the chains of the history came to, every `seal` seconds by the ledger's clock."""
        now, every = self._database.clock(), self._deployment.windows.seal
        if self._sealed is not None and (now - self._sealed).total_seconds() < every:
            return
        with self._database.transaction() as connection:
            count = chains.seal(connection, self._deployment, now)
        # Where more than one seal takes is to be told, the next tick goes on.
        self._sealed = None if count == chains.SEALED_AT_ONCE else now

    def _link(self) -> Link:
        with self._database.reading() as connection:
            return links.load_link(connection)

    def _due(self) -> None:
        now = self._database.clock()
        with self._database.reading() as connection:
            aside = self._aside.resting(now)
            pairs = due.due(connection, now, LIMIT, aside)
            held = due.escalations(connection, now, LIMIT, aside)
            changed = due.access_changed(connection, now, LIMIT, aside)
        self._tell(pairs, lambda document: DueFell(document.document_id) if _is_past(document.due_at, now) else None)
        self._tell(changed, lambda one: AccessChanged(one.document_id) if one.awaits else None)
        self._tell(held, lambda one: EscalationFell(one.document_id) if _is_past(one.escalate_at, now) else None)

    def _custody(self) -> None:
        """Look again at whose custody may by now differ from what BNMP has, or whose mandado has ended."""
        now = self._database.clock()
        with self._database.reading() as connection:
            found = custody.due(connection, now, LIMIT)
        names = {f"person {number}": number for number in found}

        def review(recorder: Recorder, name: str) -> None:
            recorder.decide(PersonReviewed(names[name]))

        self._record([pair for pair in names.items() if pair[0] not in self._aside.resting(now)], review)

    def _tell(self, pairs: Pairs, fact: Callable[[Document], Fact | None]) -> None:
        """Tell each of these documents its fact, where it still holds once its person is locked."""

        def decide(recorder: Recorder, document_id: str) -> None:
            document = recorder.document(document_id)
            told = fact(document) if document is not None else None
            if told is not None:
                recorder.decide(told)

        self._record(pairs, decide)

    def _record(self, pairs: Pairs, decide: Callable[[Recorder, str], None]) -> None:
        """Decide about these documents in as few transactions as can be; whom a lane is at work on is for the next tick."""

        def transaction(some: Pairs) -> None:
            with self._database.transaction() as connection:
                recorder = Recorder(connection, self._deployment, self._database.clock())
                free = recorder.lock_free({person for _, person in some})
                for document_id, person in some:
                    if person in free:
                        decide(recorder, document_id)
                recorder.write()

        self._halving(pairs, transaction)

    def _pending(self) -> None:
        """Apply what came while its document was being written; alarm what has waited too long for one."""
        now = self._database.clock()
        with self._database.reading() as connection:
            late = pending.arrived(connection, LIMIT)
            before = now - timedelta(seconds=self._deployment.windows.pending_fact_alarm)
            overdue = pending.is_overdue(connection, before)
        aside = self._aside.resting(now)
        self._halving(
            [(document_id, 0) for document_id in late if document_id not in aside],
            lambda some: apply_waiting(self._database, self._deployment, [one for one, _ in some], now),
        )
        if overdue:
            with self._database.transaction() as connection:
                told = pending.alarm(connection, now, before, LIMIT)
            for document_id, kind in told:
                log.error("clock.pending_fact", document_id=document_id, type=kind)

    def _sweep(self, link: Link) -> None:
        """Let go what waited for the link, liberty first; or offer what a hold no longer keeps (safety-14, 18)."""
        with self._database.reading() as connection:
            pairs = self._moved_by(connection, link)
        self._record(pairs, _review)
        self._asked_again(link)

    def _moved_by(self, connection: Connection, link: Link) -> list[tuple[str, int]]:
        now = self._database.clock()
        aside = self._aside.resting(now)
        if link.state is LinkState.UP:
            return due.waiting_for_link(connection, LIMIT, aside)
        found = due.ordered(connection, in_force(connection, now), now, LIMIT, aside)
        if link.blocked and link.since is not None:
            found += due.may_be_offered(connection, _ELIGIBLE, link.since, LIMIT, aside)
        if link.blocked and link.last_failed_at not in (None, self._failed_at):
            # Who waits behind what was opened is never tried: a failure of the probe's is the evidence (docs/law.md safety-15).
            self._failed_at = link.last_failed_at
            found += due.not_offered(connection, _ELIGIBLE, LIMIT, aside)
        return found

    def _asked_again(self, link: Link) -> None:
        """What BNMP did not see before the link was back is asked for again at once."""
        if link.state is not LinkState.UP or link.since is None:
            return
        with self._database.reading() as connection:
            aside = self._aside.resting(self._database.clock())
            pairs = due.asked_before(connection, link.since, LIMIT, aside)
        self._tell(pairs, lambda one: DueFell(one.document_id) if one.due_fact in _ASKED_AGAIN and one.due_at else None)

    def _halving(self, some: Pairs, transaction: Callable[[Pairs], None]) -> None:
        """Run a transaction; a document on which it fails alone is found by halving, and stops nothing but itself."""
        if not some:
            return
        try:
            transaction(some)
        except LedgerTroubleError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, it stops nothing but itself)
            if len(some) == 1:
                self._set_aside(some[0][0], error)
                return
            middle = len(some) // 2
            self._halving(some[:middle], transaction)
            self._halving(some[middle:], transaction)
        else:
            self._aside.let_go(document_id for document_id, _ in some)

    def _set_aside(self, document_id: str, error: Exception) -> None:
        """What fails is an incident and rests for a while: tried at every tick it would keep the clock from the others."""
        why = place(error)
        until = self._aside.put(document_id, self._database.clock())
        log.error("clock.unprocessable", document_id=document_id, again_at=until, exc_info=error)
        with self._database.transaction() as connection:
            say_once(connection, self._deployment, "CLOCK_FAILS", document_id, where=document_id, detail={"why": why})

    def _expire(self) -> None:
        now = self._database.clock()
        with self._database.transaction() as connection:
            links.change(connection, self._deployment, now, partial(breaker.expire, now=now))

    async def _probe(self) -> None:
        await asyncio.to_thread(self._observe, LinkEvent.PROBE_DUE, self._database.clock())
        answer = await self._registry.probe()
        connected = answer.answer is not AnswerClass.CONNECTION
        self._window = self._window.add(answer.at, connected=connected, windows=self._deployment.windows)
        event = LinkEvent.PROBE_OK if connected else LinkEvent.PROBE_FAILED
        if not connected and self._window.tripped(self._deployment.windows):
            await asyncio.to_thread(self._observe, LinkEvent.TRIPPED, answer.at)
        link = await asyncio.to_thread(self._observe, event, answer.at, None if connected else answer)
        log.info("clock.probed", connected=connected, link=link.state)

    def _observe(self, event: LinkEvent, at: datetime, unanswered: Answer | None = None) -> Link:
        def step(link: Link) -> Link:
            return observe(link, event, at, self._deployment.windows, random.random())  # noqa: S311 (jitter)

        with self._database.transaction() as connection:
            after = links.change(connection, self._deployment, self._database.clock(), step)
            if unanswered is not None:
                link_tests.failed(connection, unanswered)
            return after


def _review(recorder: Recorder, document_id: str) -> None:
    document = recorder.document(document_id)
    if document is not None:
        recorder.decide(PersonReviewed(document.person))


def _is_past(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


async def _pause(stopped: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), seconds)
    except TimeoutError:
        return
