"""Slices: stretches of topics, read by a consumer of one's own that is in no group; what is gone from them is told by name.

A slice says exactly which records of a partition are meant: spans of offsets, and a digest over every chunk of them, their
bytes included. Nothing of a chunk is handed out before all of it was read and its digest holds.
"""

import hashlib
import sys
import time
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from consumers.groups import ASK_SECONDS
from operations.records import raw, reader
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError
from schemas.record import RawRecord

Place = tuple[str, int]

CHUNK_RECORDS, CHUNK_BYTES = 1_000, 2 * 1_048_576
MOST_SPANS = 500_000
_AT_ONCE = 500
_READ_SECONDS = 60.0
# Records in between that are read over rather than leapt over: a leap costs a fetch.
_LEAP = 5_000
_LOST = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE})  # noqa: SLF001 (librdkafka's own code)
# Read by turns: not each fetched far ahead for nothing, and nobody waits for one that is at its end.
_BUFFERS = {"queued.min.messages": 2_000, "queued.max.messages.kbytes": 8_192, "fetch.wait.max.ms": 10}


class ReplayRefusedError(Exception):
    """What was asked of a replay does not hold; the text says why."""


class SliceGoneError(ReplayRefusedError):
    """Wanted offsets that Kafka no longer holds: `lost` has (topic, partition, first, last), all of them gone."""

    def __init__(self, lost: Sequence[tuple[str, int, int, int]], more: str = "") -> None:
        """Name every range; `more` says what else is known of it."""
        self.lost = tuple(sorted(lost))
        named = ", ".join(
            f"{topic}[{partition}] offsets {first} to {last}" for topic, partition, first, last in self.lost
        )
        super().__init__(
            f"OFFSETS_GONE: {named}: no longer in Kafka, and nothing was read in their stead{more}; "
            "docs/runbooks/offsets-gone.md"
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next `count` records of a slice, from the offset `first`; `sha256` is over all that they hold."""

    first: int
    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Which records of one partition are meant: `firsts` and `lengths` of spans of offsets, in their order."""

    topic: str
    topic_id: str
    partition: int
    firsts: "array[int]"
    lengths: "array[int]"
    chunks: tuple[Chunk, ...]

    @property
    def place(self) -> Place:
        """The topic's name and the partition."""
        return self.topic, self.partition

    @property
    def count(self) -> int:
        """How many records are meant."""
        return sum(self.lengths)

    def offsets(self, first: int) -> Iterator[int]:
        """Every offset that is meant, from `first` on."""
        start = max(0, bisect_right(self.firsts, first) - 1)
        spans = zip(islice(self.firsts, start, None), islice(self.lengths, start, None), strict=True)
        return (at for at in chain.from_iterable(range(a, a + n) for a, n in spans) if at >= first)


@dataclass(slots=True)
class Builder:
    """Makes a slice of the records that are added, in the order of their offsets."""

    topic: str
    topic_id: str
    partition: int
    _firsts: "array[int]" = field(default_factory=lambda: array("q"))
    _lengths: "array[int]" = field(default_factory=lambda: array("q"))
    _chunks: list[Chunk] = field(default_factory=list)
    _open: list[RawRecord] = field(default_factory=list)
    _bytes: int = 0

    @property
    def spans(self) -> int:
        """How many spans there are so far."""
        return len(self._firsts)

    def add(self, record: RawRecord) -> None:
        """Add the next record that is meant."""
        if self._firsts and record.offset == self._firsts[-1] + self._lengths[-1]:
            self._lengths[-1] += 1
        else:
            self._firsts.append(record.offset)
            self._lengths.append(1)
        self._open.append(record)
        self._bytes += len(record.value or b"")
        if len(self._open) == CHUNK_RECORDS or self._bytes >= CHUNK_BYTES:
            self._close()

    def made(self) -> Slice:
        """The slice, at its end."""
        self._close()
        return Slice(self.topic, self.topic_id, self.partition, self._firsts, self._lengths, tuple(self._chunks))

    def _close(self) -> None:
        if self._open:
            self._chunks.append(Chunk(self._open[0].offset, len(self._open), digest_of(self._open)))
            self._open, self._bytes = [], 0


def digest_of(records: Sequence[RawRecord]) -> str:
    """The hex SHA-256 over records of one partition: offsets, time stamps, keys, bytes and headers."""
    made = hashlib.sha256()
    for record in records:
        parts = [str(record.offset).encode(), str(record.timestamp_ms).encode(), record.key, record.value]
        parts += [part for name, value in record.headers for part in (name.encode(), value)]
        for part in parts:
            # Each with its length, so that no two rows of parts look alike; what is null is not what is empty.
            made.update(b"-;" if part is None else b"%d;" % len(part))
            made.update(part or b"")
        made.update(b"\n")
    return made.hexdigest()


class Reader:
    """Reads partitions piece by piece, in any turns. Raises KafkaUnreachableError where the broker gives nothing."""

    def __init__(self, consumer: Consumer) -> None:
        """`consumer` is in no group, and nobody else's."""
        self._consumer = consumer
        self._at: tuple[Place, int] | None = None

    def pull(self, place: Place, at: int, end: int) -> list[RawRecord]:
        """The next records of a partition from `at` on, some hundreds, before `end`; none where there are no more of them.

        Raises SliceGoneError where `at` is gone.
        """
        if self._at != (place, at):
            self._consumer.assign([TopicPartition(*place, at)])
        deadline = time.monotonic() + _READ_SECONDS
        while time.monotonic() < deadline:
            messages = self._consumer.consume(min(end - at, _AT_ONCE), 0.2)
            found = [raw(message) for message in messages if self._is_record(message, place, at)]
            if found:
                self._at = place, found[-1].offset + 1
                return [record for record in found if record.offset < end]
            if any(_is_past(message, place, end) for message in messages):
                self._at = None
                return []
        raise KafkaUnreachableError(f"Kafka did not give its records within {_READ_SECONDS:g} s")

    def first_since(self, places: Iterable[Place], since: datetime) -> dict[Place, int]:
        """The first offset of each partition whose record is of that instant or later; the end where there is none."""
        at = int(since.timestamp() * 1000)
        found = self._consumer.offsets_for_times([TopicPartition(*place, at) for place in places], timeout=ASK_SECONDS)
        return {(one.topic, one.partition): one.offset if one.offset >= 0 else sys.maxsize for one in found}

    def chunk(self, slice_: Slice, chunk: Chunk) -> list[RawRecord]:
        """All records of a chunk, which are those that were planned; raises ReplayRefusedError where they are not."""
        wanted = list(islice(slice_.offsets(chunk.first), chunk.count))
        found: list[RawRecord] = []
        at = chunk.first
        while len(found) < chunk.count:
            if wanted[len(found)] - at > _LEAP:
                at = wanted[len(found)]
            pulled = self.pull(slice_.place, at, wanted[-1] + 1)
            for record in pulled:
                if len(found) < chunk.count and record.offset >= wanted[len(found)]:
                    self._expect(slice_, wanted[len(found)], record.offset)
                    found.append(record)
            if not pulled:
                self._expect(slice_, wanted[len(found)], None)
            at = pulled[-1].offset + 1
        if digest_of(found) != chunk.sha256:
            raise ReplayRefusedError(
                f"{slice_.topic}[{slice_.partition}] offsets {wanted[0]} to {wanted[-1]} hold other bytes than were planned"
            )
        return found

    def _expect(self, slice_: Slice, wanted: int, found: int | None) -> None:
        if found != wanted:
            low = self._consumer.get_watermark_offsets(TopicPartition(*slice_.place), timeout=ASK_SECONDS)[0]
            last = max(wanted, low - 1) if found is None else found - 1
            raise SliceGoneError([(*slice_.place, wanted, last)])

    def _is_record(self, message: Message, place: Place, at: int) -> bool:
        """Whether this is a record of what was asked for; raises where it is an error that does not pass by itself."""
        error = message.error()
        if error is None:
            return (message.topic(), message.partition()) == place and int(message.offset() or 0) >= at
        if error.code() in _LOST:
            low = self._consumer.get_watermark_offsets(TopicPartition(*place), timeout=ASK_SECONDS)[0]
            raise SliceGoneError([(*place, at, max(at, low - 1))])
        if error.code() != KafkaError._PARTITION_EOF and (error.fatal() or not error.retriable()):  # noqa: SLF001 (the client's own code)
            raise KafkaException(error)
        return False


def _is_past(message: Message, place: Place, end: int) -> bool:
    """Whether this says that the partition has nothing more before `end`; another's, or an earlier one, says nothing."""
    error = message.error()
    if error is None or error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 (the client's own code)
        return False
    return (message.topic(), message.partition()) == place and int(message.offset() or 0) >= end


@contextmanager
def slices_reader(kafka: KafkaSettings) -> Iterator[Reader]:
    """A reader for a while."""
    with reader(kafka, _BUFFERS) as consumer:
        yield Reader(consumer)


def reaches(kafka: KafkaSettings, places: Sequence[Place]) -> dict[Place, tuple[int, int]]:
    """The first offset that each partition holds, and the one after the last that may be read (transactions still open are not)."""
    admin = AdminClient(kafka.admin_config())
    try:
        first, end = (
            admin.list_offsets(
                {TopicPartition(*place): at for place in places},
                isolation_level=IsolationLevel.READ_COMMITTED,
                request_timeout=ASK_SECONDS,
            )
            for at in (OffsetSpec.earliest(), OffsetSpec.latest())
        )
        low = {(at.topic, at.partition): future.result().offset for at, future in first.items()}
        high = {(at.topic, at.partition): future.result().offset for at, future in end.items()}
    except KafkaException as error:
        raise KafkaUnreachableError(f"Kafka did not tell its offsets: {error.args[0].str()}") from error
    return {place: (low[place], high[place]) for place in places}


def merged(sources: Mapping[Place, Iterator[Sequence[RawRecord]]], size: int) -> Iterator[list[RawRecord]]:
    """Records of many partitions, each in its order, all in the order of what was stamped, in batches of `size`."""
    heads: dict[Place, tuple[int, Iterator[RawRecord], RawRecord]] = {}
    flat = {place: chain.from_iterable(source) for place, source in sources.items()}

    def advance(place: Place, latest: int) -> None:
        record = next(flat[place], None)
        if record is None:
            heads.pop(place, None)
        else:
            # A producer's clock may have gone back: a record is never before the one ahead of it.
            heads[place] = max(latest, record.timestamp_ms), flat[place], record

    for place in sorted(flat):
        advance(place, 0)
    batch: list[RawRecord] = []
    while heads:
        place = min(heads, key=lambda one: (heads[one][0], one))
        latest, _, record = heads[place]
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
        advance(place, latest)
    if batch:
        yield batch
