"""Faust's consumer, with its book-keeping of offsets replaced by the ledger's cursor.

Stock Faust commits past records that were never processed in several of its own error paths. Here the
cursor decides where to read after every assignment, and the committed group offset is derived from it.
Each override leans on an internal of faust-streaming 0.15.3 and has a test on a real broker.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import aiokafka
import structlog
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from consumers.standing import Standing
from ledger.cursors import NoCursorError, Place
from schemas.record import RawRecord

REFILL_SECONDS = 20.0

Gaps = tuple[tuple[Place, int, int], ...]
"""Stretches of partitions: (place, first offset, the offset after the last)."""

log = structlog.get_logger(__name__)


class RecordsGoneError(Exception):
    """Kafka no longer holds records that the ledger never took; the text says which."""


class LedgerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]  # Faust is untyped
    """Faust's reading thread, blind to what a producer wrote in a transaction and took back."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Faust asks for this with its own exactly-once alone; aiokafka reads it when it starts.
        consumer._isolation_level = "read_committed"  # noqa: SLF001 (no setting leads there)
        return consumer


class LedgerConsumer(driver.Consumer):  # type: ignore[misc]  # Faust is untyped
    """Reads from the ledger's cursor and commits what the ledger has taken."""

    cursor_of: Callable[[], Mapping[Place, int]]
    _taken: Mapping[TP, int] = {}

    def _new_consumer_thread(self) -> LedgerThread:
        return LedgerThread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Seek every assigned partition to its cursor. Faust calls this last after an assignment."""
        await super().perform_seek()
        known = await asyncio.to_thread(self.app.cursor_of)
        assigned = self.assignment()
        missing = [tp for tp in assigned if (tp.topic, tp.partition) not in known]
        if missing:
            raise NoCursorError((missing[0].topic, missing[0].partition))
        wanted = {tp: known[tp.topic, tp.partition] for tp in assigned}
        await self.seek_wait({driver.ensure_aiokafka_TP(tp): offset for tp, offset in wanted.items()})
        # The group's offset follows the cursor at once, for on a quiet topic no record will take it along.
        self._taken = {tp: max(offset, self._taken.get(tp, 0)) for tp, offset in wanted.items()}
        for tp, offset in wanted.items():
            self._read_offset[tp] = offset or None

    def mark_taken(self, offsets: Mapping[Place, int]) -> None:
        """Note what the ledger has committed; only then may Kafka hear of it."""
        self._taken = {**self._taken, **{TP(*place): offset for place, offset in offsets.items()}}

    def lag(self) -> Gaps:
        """What lies between the ledger's cursor and the end of each assigned partition, as far as is known here."""
        return tuple(
            ((found.topic, found.partition), found.cursor, found.end)
            for found in self.standing()
            if found.end is not None and found.lag
        )

    def standing(self) -> tuple[Standing, ...]:
        """How far each assigned partition whose cursor was read is."""
        subscription = self._thread._consumer._subscription.subscription  # noqa: SLF001 (aiokafka has no public way)
        assignment = subscription.assignment if subscription else None
        if assignment is None:
            return ()
        return tuple(
            Standing(tp.topic, tp.partition, taken, state.lso if state is not None else None)
            for tp in sorted(assignment.tps)
            if (taken := self._taken.get(TP(tp.topic, tp.partition))) is not None
            for state in (assignment.state_value(tp),)
        )

    def ack(self, message: Any) -> bool:
        """Let a record go without Faust's lists of acknowledged offsets."""
        message.acked = True
        self._unacked_messages.discard(message)
        waiting = self._waiting_for_ack
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        return True

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> list[TP]:
        # What was revoked is somebody else's to commit now.
        mine = self._taken.keys() & self.assignment()
        return [tp for tp in mine if topics is None or tp in topics or tp.topic in topics]

    def _new_offset(self, tp: TP) -> int | None:
        return self._taken.get(tp)

    def _should_commit(self, tp: TP, offset: int | None) -> bool:
        return offset is not None and offset != self._committed_offset.get(tp)


class LedgerTransport(driver.Transport):  # type: ignore[misc]  # Faust is untyped
    """Faust's transport with our consumer."""

    Consumer = LedgerConsumer


async def refill(bootstrap: str, gaps: Gaps) -> list[RawRecord]:
    """Read what lies between a cursor and a batch again, outside the group.

    Offsets that hold no record (a transaction's markers, what was taken back) are passed over; raises
    RecordsGoneError when retention took them. Seeking Faust's own consumer back while it runs loses records that
    are in flight.
    """
    found: list[RawRecord] = []
    consumer = aiokafka.AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        for (topic, partition), first, end in gaps:
            place = aiokafka.TopicPartition(topic, partition)
            consumer.assign([place])
            oldest = (await consumer.beginning_offsets([place]))[place]
            if oldest > first:
                raise RecordsGoneError(f"{topic}[{partition}] offsets {first} to {oldest - 1} were never read")
            consumer.seek(place, first)
            async with asyncio.timeout(REFILL_SECONDS):
                while await consumer.position(place) < end:
                    batch = (await consumer.getmany(timeout_ms=200)).get(place, [])
                    found += [raw_record(message) for message in batch if message.offset < end]
            log.warning("processor.gap", topic=topic, partition=partition, first=first, end=end, found=len(found))
    finally:
        await consumer.stop()
    return found


def raw_record(message: Any) -> RawRecord:
    """A record as the intake takes it, from aiokafka's or from Faust's form of it."""
    stamp = message.timestamp
    # Faust divides by 1000; what that is in binary may lie just below.
    milliseconds = round(stamp * 1000) if isinstance(stamp, float) else int(stamp or 0)
    headers = message.headers.items() if isinstance(message.headers, Mapping) else message.headers
    return RawRecord(
        message.topic, message.partition, message.offset, milliseconds, message.key, message.value, tuple(headers or ())
    )
