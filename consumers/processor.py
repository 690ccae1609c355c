"""The processor: Faust carries micro-batches of raw records to the intake, and nothing else.

At least once: a batch is acknowledged after the ledger has committed it; any error ends the process and
a supervisor starts it again. No tables, no exactly-once, no concurrency, no topic of Faust's own.
"""

import asyncio
import os
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import faust
import structlog

from consumers.faust_consumer import Gaps, LedgerTransport, raw_record, refill
from consumers.groups import TOPICS
from consumers.intake import Intake
from consumers.standing import Standing
from ledger.arrivals import GapError, Taken
from ledger.cursors import Cursor, Place, advance, cursors
from ledger.patience import patiently
from schemas.record import RawRecord

EXIT_ERROR, EXIT_STALLED = 70, 72
BATCH = 500
WITHIN_SECONDS = 0.05

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ProcessorSettings:
    """Where Kafka is, this replica's static name, and after how many seconds standing still counts as dead."""

    bootstrap: str
    instance: str
    stalled: float = 120.0
    out_of_group: float = 60.0


class ResumedError(Exception):
    """A partition that was stopped may go on; the process leaves, so as to read it from its cursor."""

    def __init__(self, topic: str, partition: int) -> None:
        super().__init__(f"{topic}[{partition}] goes on from its cursor")


class _Carrier(faust.App):  # type: ignore[misc]  # Faust is untyped
    def _create_directories(self) -> None:
        """There are no tables to keep: nothing is written beside the process."""


class Processor:
    """The Faust app and its watch."""

    def __init__(self, intake: Intake, settings: ProcessorSettings) -> None:
        """Build the app; must be called inside the loop that will run it."""
        self._intake = intake
        self._settings = settings
        self._progress = time.monotonic()
        self._standing: tuple[Standing, ...] | None = None
        self._stopped: frozenset[Place] = frozenset()
        self.app = self._app()
        self._declare()

    def _app(self) -> Any:
        app = _Carrier(
            self._intake.group,
            broker=f"aiokafka://{self._settings.bootstrap}",
            store="memory://",
            web_enabled=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            autodiscover=False,
            key_serializer="raw",
            value_serializer="raw",
            broker_max_poll_records=BATCH,
            stream_buffer_maxsize=2 * BATCH,
            broker_commit_interval=1.0,
            stream_wait_empty=False,
            broker_session_timeout=10.0,
            broker_heartbeat_interval=1.0,
            broker_rebalance_timeout=20.0,
            broker_request_timeout=30.0,
            broker_max_poll_interval=300.0,
            consumer_metadata_max_age_ms=10_000,
            consumer_auto_offset_reset="earliest",
            table_standby_replicas=0,
            consumer_group_instance_id=self._settings.instance,
            agent_supervisor="mode.CrashingSupervisor",
        )
        app.cursor_of = self._cursors
        app.transport = LedgerTransport(app.conf.broker_consumer, app, loop=app.loop)
        # Faust's own handler commits the offsets of a batch that failed.
        app._on_agent_error = _leave  # noqa: SLF001 (the decorator's on_error is broken in 0.15.3)
        return app

    def _declare(self) -> None:
        topics = TOPICS[self._intake.group]
        channel = self.app.topic(
            *topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )

        @self.app.agent(channel, concurrency=1)  # type: ignore[untyped-decorator]  # Faust is untyped
        async def intake(stream: Any) -> None:
            # noack_take alone neither acknowledges nor commits by itself, whatever happens to the batch.
            async for events in stream.noack_take(BATCH, within=WITHIN_SECONDS):
                taken = await self._take([raw_record(event.message) for event in events])
                self.app.consumer.mark_taken(taken.next_offsets)
                for event in events:
                    await stream.ack(event)
                self._go_on()
                log.info("processor.batch", records=len(events), **taken.counts)

    async def _take(self, records: list[RawRecord]) -> Taken:
        try:
            taken = await self._retried(records, gaps=True)
        except GapError as error:
            await self._leave_where_resumed({place for place, *_ in error.gaps})
            again = await refill(self._settings.bootstrap, error.gaps)
            taken = await self._retried(again + records, gaps=False)
        self._stopped |= taken.stopped
        return taken

    async def _retried(self, records: list[RawRecord], *, gaps: bool) -> Taken:
        """Operational errors are retried in place for a bounded time; then the process ends."""
        return await asyncio.to_thread(patiently, partial(self._intake.take, records, gaps=gaps))

    def _cursors(self) -> Mapping[Place, int]:
        return {place: cursor.next_offset for place, cursor in self._known().items()}

    def _known(self) -> Mapping[Place, Cursor]:
        with self._intake.database.reading() as connection:
            return cursors(connection, self._intake.group)

    async def _leave_where_resumed(self, places: Collection[Place]) -> None:
        """Leave where one of these partitions stood still and may go on: the next life reads it from its cursor."""
        ours = self._stopped.intersection(places)
        if not ours:
            return
        known = await asyncio.to_thread(patiently, self._known)
        resumed = sorted(place for place in ours if known[place].stopped_at is None)
        if resumed:
            _exit(EXIT_ERROR, ResumedError(*resumed[0]))

    async def run(self, stopped: asyncio.Event) -> None:
        """Carry until `stopped`; a crash of Faust ends the process."""
        self.app.finalize()
        self.app.in_worker = True
        starting = asyncio.ensure_future(self.app.start())
        ends = [asyncio.ensure_future(stopped.wait()), asyncio.ensure_future(self.app._crashed.wait())]  # noqa: SLF001 (no public way)
        await asyncio.wait([*ends, starting], return_when=asyncio.FIRST_COMPLETED)
        if starting.done() and starting.exception() is not None:
            _exit(EXIT_ERROR, starting.exception())
        watching = asyncio.ensure_future(self._watch())
        await asyncio.wait([*ends, watching], return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            _exit(EXIT_STALLED, watching.exception())
        if self.app._crashed.is_set():  # noqa: SLF001 (no public way)
            _exit(EXIT_ERROR, self.app.crash_reason)
        watching.cancel()
        try:
            await asyncio.wait_for(self.app.stop(), 20)
        except TimeoutError:
            log.warning("processor.stop_unfinished")
        # Faust's threads outlive its stop and must not keep the process.
        sys.stdout.flush()
        os._exit(0)

    async def _watch(self) -> None:
        """What Faust does not do: keep an idle member in its group, and leave when work stands still."""
        outside_since: float | None = None
        while True:
            await asyncio.sleep(1.0)
            consumer = self.app.consumer._thread._consumer  # noqa: SLF001 (aiokafka's consumer has no public way)
            if consumer is None:
                continue
            self._keep_alive(consumer)
            inside = consumer._coordinator.generation >= 0  # noqa: SLF001 (see above)
            self._standing = self.app.consumer.standing() if inside else None
            outside_since = None if inside else outside_since or time.monotonic()
            if outside_since and time.monotonic() - outside_since > self._settings.out_of_group:
                raise TimeoutError("out of the consumer group")
            await self._leave_where_resumed(self._stopped)
            lag = tuple(gap for gap in self.app.consumer.lag() if gap[0] not in self._stopped)
            if not lag:
                self._go_on()
            elif time.monotonic() - self._progress > self._settings.stalled:
                await self._pass_over(lag)

    def standing(self) -> tuple[Standing, ...] | None:
        """How far each assigned partition was a second ago; None outside of the group."""
        return self._standing

    def _go_on(self) -> None:
        self._progress = time.monotonic()
        self._intake.tell("progress_timestamp_seconds", ("intake",), 0)

    def _keep_alive(self, consumer: Any) -> None:
        # Without partitions, or with full buffers, Faust does not poll, and aiokafka would leave for good.
        consumer._subscription._last_fetch_ended = time.monotonic()  # noqa: SLF001 (no public way)

    async def _pass_over(self, lag: Gaps) -> None:
        """Move the cursors over offsets that hold no record, such as a transaction's last marker; or give up."""
        if await refill(self._settings.bootstrap, lag):
            raise TimeoutError("no batch although there is lag")
        ends = {place: end for place, _, end in lag}
        await asyncio.to_thread(self._advance, ends)
        self.app.consumer.mark_taken(ends)

    def _advance(self, ends: Mapping[Place, int]) -> None:
        with self._intake.database.transaction() as connection:
            advance(connection, self._intake.group, ends)


async def _leave(_agent: Any, error: BaseException) -> None:
    _exit(EXIT_ERROR, error)


def _exit(status: int, error: BaseException | None) -> None:
    log.critical("processor.leaving", status=status, exc_info=error)
    sys.stdout.flush()
    os._exit(status)
