"""Lag: how far each group of the cluster is behind, in records and in seconds that are measured, and what that means.

The brokers are asked for ends and committed offsets, their topic of offsets for when was committed, and each partition
that is behind for its oldest unfinished record: its own time stamp is the lag in seconds, where an estimate by rates
would show half a minute for a quarter of a second. No offset of anybody's is touched.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec

from ledger.engine import Database
from ledger.overview import overview
from operations.commits import Tail
from operations.lag_answers import LagShown, Look
from operations.lag_lines import Ends, Group, Place, Sight, line, page, shown
from operations.records import ASK_SECONDS, reader
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError

WINDOW_SECONDS = 300.0
# How often the ends are known over a window that was not watched, and how many looks are remembered of one that was.
_GRID, _LOOKS = 5, 60
_STAMPS_SECONDS = 2.0
_ABSENT = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_PARTITION})  # noqa: SLF001 (the client's own code)


@dataclass(slots=True)
class _Cost:
    requests: int = 0
    records: int = 0
    begun: float = field(default_factory=time.monotonic)


class Watch:
    """Looks at lag, again and again; what it saw is its window. One thread's."""

    def __init__(self, admin: AdminClient, tail: Tail, consumer: Consumer, window: float) -> None:
        """`tail` tells the commits, `consumer` reads single records; `watching` makes one."""
        self._admin = admin
        self._tail = tail
        self._consumer = consumer
        self._window_ms = int(window * 1000)
        self._ends: deque[tuple[int, Ends]] = deque(maxlen=_LOOKS)

    def look(self, database: Database, groups: Collection[str] = (), limit: int = 1000, cursor: str = "") -> LagShown:
        """The lag of these groups, or of every one there is; lines after `cursor` (`group/topic/partition`).

        Raises KafkaUnreachableError.
        """
        cost, before = _Cost(), self._tail.read
        with database.reading() as connection:
            seen = overview(connection)
        try:
            now_ms = int(time.time() * 1000)
            found = self._groups(groups, cost)
            places = sorted({place for group in found.values() for place in group.committed})
            stable = self._note_ends(places, now_ms, cost)
            self._tail.follow()
            behind = self._behind(found)
            stamps = self._stamps(behind, cost)
        except KafkaException as error:
            raise KafkaUnreachableError(f"Kafka did not tell its lag: {error.args[0].str()}") from error
        sight = Sight(now_ms, self._window_ms, tuple(self._ends), stable, seen.link)
        lines = [
            line((name, *place), group, self._tail.of((name, *place)), stamps.get((name, *place)), sight)
            for name, group in sorted(found.items())
            for place in sorted(group.committed)
            if place in sight.last
        ]
        took = round(time.monotonic() - cost.begun, 3)
        look = Look(requests=cost.requests, commits=self._tail.read - before, records=cost.records, seconds=took)
        return page(shown(lines, found, seen, sight, look), limit, cursor)

    def _groups(self, wanted: Collection[str], cost: _Cost) -> dict[str, Group]:
        told = self._admin.list_consumer_groups(request_timeout=ASK_SECONDS).result().valid
        # Only groups that there are: nobody coordinates one before a broker's first, and to ask for it may end the process.
        names = sorted({each.group_id for each in told}.intersection(wanted or (each.group_id for each in told)))
        cost.requests += 1 + 2 * len(names)
        described = self._admin.describe_consumer_groups(names, request_timeout=ASK_SECONDS) if names else {}
        offsets = {
            name: self._admin.list_consumer_group_offsets(
                [ConsumerGroupTopicPartitions(name)], request_timeout=ASK_SECONDS
            )
            for name in names
        }
        unknown = {name: Group("DEAD", 0, {}, {}) for name in wanted}
        return unknown | {name: _group(described[name].result(), offsets[name][name].result()) for name in names}

    def _note_ends(self, places: list[Place], now_ms: int, cost: _Cost) -> Ends:
        """Remember where the partitions end; over a window that nobody watched, where they ended by their records' times.

        Gives where what may be read ends. All is asked for before anything is waited for.
        """
        past = [now_ms - self._window_ms * (_GRID - step) // _GRID for step in range(0 if self._ends else _GRID)]
        last_of = self._offsets(places, OffsetSpec.latest(), cost)
        stable_of = self._offsets(places, OffsetSpec.latest(), cost, committed=True)
        then_of = [self._offsets(places, OffsetSpec.for_timestamp(at), cost) for at in past]
        last = last_of()
        for at, then in zip(past, then_of, strict=True):
            self._ends.append((at, {place: last[place] if offset < 0 else offset for place, offset in then().items()}))
        self._ends.append((now_ms, last))
        return stable_of()

    def _offsets(
        self, places: list[Place], spec: OffsetSpec, cost: _Cost, *, committed: bool = False
    ) -> Callable[[], Ends]:
        """Ask for the offsets that `spec` means; gives what waits for them. A partition that is gone is left out."""
        if not places:
            return dict
        cost.requests += 1
        level = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
        asked: Any = {TopicPartition(*place): spec for place in places}
        return partial(_told, self._admin.list_offsets(asked, isolation_level=level, request_timeout=ASK_SECONDS))

    def _behind(self, found: dict[str, Group]) -> list[tuple[str, str, int, int]]:
        last = self._ends[-1][1]
        return [
            (name, *place, offset)
            for name, group in found.items()
            for place, offset in group.committed.items()
            if offset < last.get(place, 0)
        ]

    def _stamps(self, behind: Iterable[tuple[str, str, int, int]], cost: _Cost) -> dict[tuple[str, str, int], int]:
        """The time stamp of each oldest unfinished record, as far as Kafka gives them in time.

        A partition that several groups read is assigned once for each: a consumer stands at one place of it.
        """
        found: dict[tuple[str, str, int], int] = {}
        rounds: list[dict[Place, tuple[str, int]]] = []
        for name, topic, partition, offset in behind:
            free = next((each for each in rounds if (topic, partition) not in each), None)
            if free is None:
                rounds.append(free := {})
            free[topic, partition] = name, offset
        deadline = time.monotonic() + _STAMPS_SECONDS
        for each in rounds:
            waiting = dict(each)
            self._consumer.assign([TopicPartition(*place, offset) for place, (_, offset) in each.items()])
            while waiting and time.monotonic() < deadline:
                for message in self._consumer.consume(len(waiting), 0.02):
                    place = (str(message.topic()), int(message.partition() or 0))
                    if place not in waiting:
                        continue
                    name, _ = waiting.pop(place)
                    if message.error() is None:
                        cost.records += 1
                        found[name, *place] = message.timestamp()[1]
                    self._consumer.incremental_unassign([TopicPartition(*place)])
        self._consumer.unassign()
        return found


@contextmanager
def watching(kafka: KafkaSettings, window: float = WINDOW_SECONDS) -> Iterator[Watch]:
    """Make a watch over the last `window` seconds. Raises KafkaUnreachableError."""
    with ExitStack() as stack:
        tail = Tail(stack.enter_context(reader(kafka)), int(window * 1000))
        # One record of each partition is wanted, not what a consumer would fetch ahead; and a partition of which one was
        # fetched is asked again for the next look at once, where the client would let it rest for a second.
        narrow = {
            "queued.min.messages": 1,
            "queued.max.messages.kbytes": 1024,
            "fetch.message.max.bytes": 4096,
            "fetch.queue.backoff.ms": 10,
            "fetch.wait.max.ms": 50,
        }
        single = stack.enter_context(reader(kafka, narrow))
        yield Watch(AdminClient(kafka.admin_config()), tail, single, window)


def _told(futures: Mapping[TopicPartition, Any]) -> Ends:
    found = {}
    for place, future in futures.items():
        try:
            found[place.topic, place.partition] = future.result().offset
        except KafkaException as error:
            if error.args[0].code() not in _ABSENT:
                raise
    return found


def _group(described: Any, offsets: Any) -> Group:
    owners = {
        (at.topic, at.partition): member.group_instance_id or member.client_id or member.member_id
        for member in described.members
        for at in member.assignment.topic_partitions
    }
    committed = {(at.topic, at.partition): at.offset for at in offsets.topic_partitions if at.offset >= 0}
    return Group(described.state.name, len(described.members), owners, committed)
