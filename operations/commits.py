"""Commits: what the groups of a cluster committed lately and when, from Kafka's own topic of offsets.

An admin client tells the offset that was committed last, and not when. Its topic does: that is how a group that stands is
told from one that has nothing to do. Only its tail is read, by a consumer in no group, and a few commits of each
partition are kept, far enough apart to span the window.
"""

import struct
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from operations.records import ASK_SECONDS

OFFSETS_TOPIC = "__consumer_offsets"
KEPT = 16
_BATCH = 5000
_COMMIT_KEYS = frozenset({0, 1})
_NEWEST = 4
_NO_LEADER = frozenset({KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NOT_LEADER_FOR_PARTITION})
_PAUSE_SECONDS = 0.2

Place = tuple[str, str, int]
"""Group, topic, partition."""


@dataclass(frozen=True, slots=True)
class Committed:
    """An offset that was committed at an instant, in epoch milliseconds."""

    offset: int
    at_ms: int


class Tail:
    """The last commits of every group, as far back as the window; `follow` reads on."""

    def __init__(self, consumer: Consumer, window_ms: int) -> None:
        """Read from `window_ms` ago on; the consumer is this tail's alone from now on."""
        self._consumer = consumer
        self._apart = window_ms // (KEPT - 1)
        self._kept: dict[Place, deque[Committed]] = {}
        self.read = 0
        self._since = int(time.time() * 1000) - window_ms
        self._behind: set[int] = set()
        self._begun = False

    def _begin(self) -> None:
        there = self._consumer.list_topics(OFFSETS_TOPIC, timeout=ASK_SECONDS).topics[OFFSETS_TOPIC]
        asked = [TopicPartition(OFFSETS_TOPIC, number, self._since) for number in there.partitions]
        # A broker makes the topic for its first group: until then nobody has committed anything.
        if asked:
            found = self._led(asked)
            # Where nothing came since, the offset is the end, told as -1.
            self._behind = {place.partition for place in found if place.offset >= 0}
            self._consumer.assign(found)
            self._begun = True

    def _led(self, asked: list[TopicPartition]) -> list[TopicPartition]:
        """The offsets of these times; of a topic that was made just now the partitions have no leader for a moment."""
        deadline = time.monotonic() + ASK_SECONDS
        while True:
            try:
                found: list[TopicPartition] = self._consumer.offsets_for_times(asked, timeout=ASK_SECONDS)
            except KafkaException as error:
                if error.args[0].code() not in _NO_LEADER or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_SECONDS)
            else:
                return found

    def follow(self) -> None:
        """Read what was committed since; the first time to the end of the topic as it then is."""
        if not self._begun:
            self._begin()
        deadline = time.monotonic() + ASK_SECONDS
        while time.monotonic() < deadline:
            batch = self._consumer.consume(_BATCH, 0.05)
            for message in batch:
                error = message.error()
                if error is None:
                    self.read += 1
                    self._take(message.key(), message.value())
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 (the client's own code)
                    self._behind.discard(message.partition())
                elif error.fatal() or not error.retriable():
                    raise KafkaException(error)
            if not batch and not self._behind:
                return

    def of(self, place: Place) -> tuple[Committed, ...]:
        """The commits of one partition of one group, oldest first."""
        return tuple(self._kept.get(place, ()))

    def _take(self, key: bytes | None, value: bytes | None) -> None:
        try:
            place = place_of(key)
            made = committed_of(value)
        except (struct.error, ValueError):
            # What a newer Kafka may write there is not ours to judge.
            return
        if place is None:
            return
        if made is None:
            # The group forgot it, or was deleted.
            self._kept.pop(place, None)
            return
        kept = self._kept.setdefault(place, deque(maxlen=KEPT))
        # The newest always counts; one that lies too near to the one before takes its place, but never the first's.
        if len(kept) > 1 and made.at_ms - kept[-2].at_ms < self._apart and kept[-1].offset >= kept[-2].offset:
            kept.pop()
        kept.append(made)


def place_of(key: bytes | None) -> Place | None:
    """Whose commit a record is; None for the other things that the topic keeps. Raises ValueError or struct.error."""
    if key is None or len(key) < 2 or struct.unpack_from(">h", key)[0] not in _COMMIT_KEYS:
        return None
    group, at = _text(key, 2)
    topic, at = _text(key, at)
    return group, topic, struct.unpack_from(">i", key, at)[0]


def committed_of(value: bytes | None) -> Committed | None:
    """The offset and the instant; None where it was forgotten. Raises ValueError or struct.error."""
    if value is None:
        return None
    version, offset = struct.unpack_from(">hq", value)
    if not 0 <= version <= _NEWEST:
        raise ValueError("a version of a newer Kafka")
    at = 10 + (4 if version >= 3 else 0)
    at = _after_compact(value, at) if version == _NEWEST else _text(value, at)[1]
    return Committed(offset, struct.unpack_from(">q", value, at)[0])


def _text(data: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from(">h", data, at)[0]
    end = at + 2 + length
    return data[at + 2 : end].decode(errors="replace"), end


def _after_compact(data: bytes, at: int) -> int:
    """Where a compact string ends: its length plus one comes first, seven bits a byte."""
    length, shift = 0, 0
    for at_byte, byte in enumerate(_bytes(data, at), at + 1):
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return at_byte + length - 1
    raise ValueError("a compact string has no end")


def _bytes(data: bytes, at: int) -> Iterator[int]:
    yield from data[at : at + 5]
