"""The backlog: references read ahead from a queue topic, chosen by priority, committed as a prefix.

One thread owns the consumer and does nothing but Kafka. It seeks every assignment to the ledger's
cursor, keeps polling while paused, and moves cursor and group offset over the contiguous finished prefix.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from consumers.groups import StartRefusedError, consumer_config
from consumers.standing import Standing
from ledger import cursors
from ledger.engine import Database, LedgerTroubleError
from ledger.patience import Patience, patiently
from producers.settings import KafkaSettings
from schemas.figures import Tell, untold
from schemas.record import RawRecord
from schemas.writing import InternalRecordError, read_internal

READ_AHEAD = 100_000
BATCH = 500
POLL_SECONDS = 0.05
COMMIT_SECONDS = 0.3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reference:
    """A record of a queue: which document, of whom, at which turn, and how urgent."""

    partition: int
    offset: int
    document_id: str
    person: int
    turn: int
    priority: int
    timestamp_ms: int = 0


@dataclass(slots=True)
class _Partition:
    position: int
    unfinished: "OrderedDict[int, Reference]"
    committed: int
    cursor: int
    end: int | None = None


class Backlog:
    """Reads one queue topic ahead. Thread-safe; an error of its thread is raised by `check`."""

    def __init__(
        self, kafka: KafkaSettings, database: Database, group: str, topic: str, instance: str, *, tell: Tell = untold
    ) -> None:
        """`instance` is the replica's static name in the group."""
        self.topic = topic
        self._group = group
        self._database = database
        self._tell = tell
        self._member = False
        self._consumer = Consumer(consumer_config(kafka, group, instance))
        self._lock = threading.Lock()
        self._partitions: dict[int, _Partition] = {}
        self._new: list[Reference] = []
        self._stop = threading.Event()
        self._paused = False
        self._patience = Patience()
        self._come: Callable[[], object] = lambda: None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"backlog-{topic}", daemon=True)

    def start(self, come: Callable[[], object] = lambda: None) -> None:
        """Join the group and begin to read; `come` is called, in this thread of its own, when references have come."""
        self._come = come
        self._thread.start()

    def stop(self) -> None:
        """Commit what is finished and leave."""
        self._stop.set()
        self._thread.join(timeout=15)

    def check(self) -> None:
        """Raise what ended the reading thread, if anything did."""
        if self._error is not None:
            raise self._error

    @property
    def assigned(self) -> int:
        """How many partitions are assigned."""
        return len(self._partitions)

    def standing(self) -> tuple[Standing, ...] | None:
        """How far each assigned partition is; None before the first assignment, when no cursor was read yet."""
        if not self._member:
            return None
        with self._lock:
            return tuple(
                Standing(
                    self.topic,
                    number,
                    partition.cursor,
                    partition.end,
                    len(partition.unfinished),
                    next((first.timestamp_ms for first in partition.unfinished.values()), None),
                )
                for number, partition in sorted(self._partitions.items())
            )

    def take(self) -> list[Reference]:
        """References read since the last call."""
        with self._lock:
            new, self._new = self._new, []
            return new

    def finish(self, reference: Reference) -> None:
        """Nothing more is to be done about this record."""
        with self._lock:
            partition = self._partitions.get(reference.partition)
            if partition is not None:
                partition.unfinished.pop(reference.offset, None)

    def holds(self, reference: Reference) -> bool:
        """Whether the record is still this process's: its partition was not revoked."""
        with self._lock:
            partition = self._partitions.get(reference.partition)
            return partition is not None and reference.offset in partition.unfinished

    def _run(self) -> None:
        try:
            self._consumer.subscribe([self.topic], on_assign=self._assigned, on_revoke=self._revoked)
            commit_at = time.monotonic() + COMMIT_SECONDS
            while not self._stop.is_set():
                self._read()
                self._tell("progress_timestamp_seconds", ("reader",), 0)
                if time.monotonic() > commit_at:
                    commit_at = time.monotonic() + max(COMMIT_SECONDS, self._commit_patiently())
            self._commit_patiently()
            self._consumer.close()
        except BaseException as error:  # noqa: BLE001 (handed to the thread that waits in `check`)
            self._error = error

    def _commit_patiently(self) -> float:
        """Commit, or leave it for later while the ledger is in trouble: reading goes on. Gives the seconds to wait."""
        try:
            self._commit()
        except LedgerTroubleError as trouble:
            return self._patience.bear(trouble)
        self._patience.regained()
        return 0.0

    def _read(self) -> None:
        # The first one wakes the reader; waiting for a batch to fill would keep it.
        first = self._consumer.poll(POLL_SECONDS)
        messages = [] if first is None else [first, *self._consumer.consume(BATCH - 1, 0)]
        with self._lock:
            for message in messages:
                self._keep(message)
            waiting = sum(len(partition.unfinished) for partition in self._partitions.values())
        if messages:
            self._come()
        full = waiting >= READ_AHEAD
        if full != self._paused:
            places = [TopicPartition(self.topic, number) for number in self._partitions]
            (self._consumer.pause if full else self._consumer.resume)(places)
            self._paused = full

    def _keep(self, message: Message) -> None:
        error = message.error()
        if error is not None:
            if error.retriable():
                return
            raise KafkaException(error)
        number, offset = message.partition() or 0, message.offset() or 0
        partition = self._partitions.get(number)
        if partition is None or offset < partition.position:
            return
        partition.position = offset + 1
        record = RawRecord(
            self.topic,
            number,
            offset,
            message.timestamp()[1],
            message.key(),
            message.value(),
            tuple(message.headers() or ()),
        )
        try:
            body = read_internal(record)
        except InternalRecordError as why:
            # Only the relay writes here; what it did not write is passed over and told.
            log.warning("backlog.foreign_record", topic=self.topic, partition=number, offset=offset, why=why)
            return
        reference = Reference(
            number, offset, body.document_id, body.person, body.turn, body.priority, record.timestamp_ms
        )
        partition.unfinished[offset] = reference
        self._new.append(reference)

    def _assigned(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        known = patiently(self._cursors)
        without = [place for place in places if (place.topic, place.partition) not in known]
        if without:
            raise StartRefusedError(
                f"no cursor for {without[0].topic}[{without[0].partition}]: run saj-bnmp offsets init"
            )
        at = [TopicPartition(p.topic, p.partition, known[p.topic, p.partition].next_offset) for p in places]
        consumer.incremental_assign(at)
        with self._lock:
            for place in at:
                self._partitions[place.partition] = _Partition(place.offset, OrderedDict(), -1, place.offset)
        self._member = True
        # All is let flow, and the next read pauses all of it again where it must: never one partition alone.
        consumer.resume([TopicPartition(self.topic, number) for number in self._partitions])
        self._paused = False

    def _cursors(self) -> dict[cursors.Place, cursors.Cursor]:
        with self._database.reading() as connection:
            return dict(cursors.cursors(connection, self._group))

    def _revoked(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        # What is not committed now is read again by whoever gets the partition, and found to be finished.
        self._commit_patiently()
        consumer.incremental_unassign(places)
        with self._lock:
            for place in places:
                self._partitions.pop(place.partition, None)

    def _commit(self) -> None:
        """Move the ledger's cursor over the finished prefix, then let Kafka's group offset follow it."""
        with self._lock:
            prefix = {
                number: next(iter(partition.unfinished), partition.position)
                for number, partition in self._partitions.items()
            }
            moved = {n: offset for n, offset in prefix.items() if offset != self._partitions[n].committed}
            for number, partition in self._partitions.items():
                partition.end = self._end_of(number)
        if not moved:
            return
        with self._database.transaction() as connection:
            cursors.advance(connection, self._group, {(self.topic, n): offset for n, offset in moved.items()})
        with self._lock:
            for number, offset in moved.items():
                if number in self._partitions:
                    self._partitions[number].cursor = offset
        try:
            places = [TopicPartition(self.topic, n, offset) for n, offset in moved.items()]
            self._consumer.commit(offsets=places, asynchronous=False)
        except KafkaException as error:
            # The cursor is the truth; a commit in the middle of a rebalance is made good by the next one.
            log.info("backlog.commit_later", topic=self.topic, why=error.args[0])
            return
        with self._lock:
            for number, offset in moved.items():
                if number in self._partitions:
                    self._partitions[number].committed = offset

    def _end_of(self, partition: int) -> int | None:
        """The end that the last fetch told; no broker is asked."""
        try:
            place = TopicPartition(self.topic, partition)
            _, end = self._consumer.get_watermark_offsets(place, cached=True) or (0, -1)
        except KafkaException:
            # Nothing of the partition has come yet.
            return None
        return end if end >= 0 else None
