"""What the tests of this room ask of the broker and of a ledger."""

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from consumers import groups
from ledger.cursors import Cursor, cursors, init
from ledger.engine import Database
from producers.settings import KafkaSettings
from schemas.record import RawRecord

PARTITIONS = 2
WAIT_SECONDS = 90.0
_NOT_YET = frozenset(
    {
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        # Whoever was in the group did not leave it: its session has yet to end.
        KafkaError.UNKNOWN_MEMBER_ID,
    }
)


class Edge:
    """What a test asks of the broker and of its ledger, in a word each."""

    def __init__(self, kafka: KafkaSettings, database: Database) -> None:
        self.kafka = kafka
        self.database = database
        self.admin = AdminClient(kafka.admin_config())

    def topic(self, partitions: int = 1, **config: str) -> str:
        """Make a topic that no other test has."""
        name = f"test.{uuid4().hex[:12]}"
        self.make(name, partitions, **config)
        return name

    def make(self, name: str, partitions: int = 1, **config: str) -> None:
        named = {key.replace("_", "."): value for key, value in config.items()}
        self.admin.create_topics([NewTopic(name, partitions, 1, config=named)])[name].result(20)
        until(lambda: name in self.admin.list_topics(timeout=10).topics)

    def end(self, topic: str, partition: int = 0) -> int:
        return groups.ends(self.admin, [(topic, partition)], OffsetSpec.latest())[topic, partition]

    def publish(
        self,
        topic: str,
        values: Sequence[bytes | None],
        *,
        partition: int = 0,
        key: bytes | None = b"k",
        headers: Sequence[tuple[str, bytes | None]] = (),
        codec: str = "none",
    ) -> list[int]:
        """Publish to one partition and give the offsets."""
        producer, offsets = Producer(self.kafka.producer_config() | {"compression.type": codec}), []
        for value in values:
            producer.produce(
                topic,
                value,
                key,
                partition=partition,
                headers=list(headers),
                on_delivery=lambda error, message: offsets.append((error, message.offset())),
            )
        assert producer.flush(20) == 0
        assert [error for error, _ in offsets if error] == []
        return [offset for _, offset in offsets]

    def records(self, topic: str, first: int = 0, partition: int = 0) -> list[RawRecord]:
        """Every record of a partition from `first` on."""
        consumer = Consumer(
            self.kafka.admin_config()
            | {"group.id": f"look.{uuid4().hex}", "enable.auto.commit": False, "enable.partition.eof": True}
        )
        found: list[RawRecord] = []
        try:
            consumer.assign([TopicPartition(topic, partition, first)])
            while (message := consumer.poll(20)) is not None and message.error() is None:
                place = (topic, partition, message.offset() or 0, message.timestamp()[1])
                found.append(RawRecord(*place, message.key(), message.value(), tuple(message.headers() or ())))
        finally:
            consumer.close()
        return found

    def committed(self, group: str, topic: str, partition: int = 0) -> int:
        """The group's offset in Kafka; below zero where there is none."""
        consumer = Consumer(self.kafka.admin_config() | {"group.id": group, "enable.auto.commit": False})
        try:
            found = _coordinated(lambda: consumer.committed([TopicPartition(topic, partition)], timeout=20))
            return int(found[0].offset)
        finally:
            consumer.close()

    def commit(self, group: str, places: dict[tuple[str, int], int]) -> None:
        """Set the offsets of a group that nobody is in."""
        consumer = Consumer(self.kafka.admin_config() | {"group.id": group, "enable.auto.commit": False})
        try:
            at = [TopicPartition(*place, offset) for place, offset in places.items()]
            _coordinated(lambda: consumer.commit(offsets=at, asynchronous=False))
        finally:
            consumer.close()

    def start_at(self, group: str, places: dict[tuple[str, int], int]) -> None:
        """Set the first cursors of a group in the ledger."""
        ids = groups.topic_ids(self.admin, tuple({topic for topic, _ in places}))
        with self.database.transaction() as connection:
            init(connection, group, {place: Cursor(at, ids[place[0]][0]) for place, at in places.items()})

    def cursor(self, group: str, topic: str, partition: int = 0) -> int:
        with self.database.reading() as connection:
            return cursors(connection, group)[topic, partition].next_offset


def _coordinated(ask: Callable[[], Any]) -> Any:
    """Ask a group's coordinator again while a broker that has just started looks for it, or a member has not been given up."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return ask()
        except KafkaException as error:
            if error.args[0].code() not in _NOT_YET or time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def until(holds: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Wait until something outside this process has come about; there is nothing to be told by."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
