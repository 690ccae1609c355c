"""The sandbox's Kafka is a real one: it keeps what it is given, and comes back after a crash."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from sandbox.kafka.broker import Broker, alive
from sandbox.kafka.errors import KafkaSandboxError

_TOPIC = "invented.topic"
_BIG = 2 * 1024 * 1024


def _create(broker: Broker, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic(topic, 1, 1, config={"max.message.bytes": str(_BIG + 65_536)})])[topic].result(20)


def _produce(broker: Broker, topic: str, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": broker.bootstrap, "message.max.bytes": _BIG + 65_536})
    outcome: list[object] = []
    producer.produce(topic, value, on_delivery=lambda error, _record: outcome.append(error))
    assert producer.flush(20) == 0
    assert outcome == [None]


def _consume(broker: Broker, topic: str) -> bytes | None:
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": f"{topic}.reader"})
    try:
        consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        record = consumer.poll(30)
        assert record is not None, "no record within 30 s"
        assert record.error() is None
        value = record.value()
        assert value is None or isinstance(value, bytes)
        return value
    finally:
        consumer.close()


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with Broker.start() as running:
        yield running
    assert not alive(running.pid)
    assert not alive(running.guard_pid)
    assert not running.data.exists()


def test_a_record_goes_in_and_comes_out(broker: Broker) -> None:
    # given
    _create(broker, _TOPIC)
    # when
    _produce(broker, _TOPIC, b"one")
    # then
    assert _consume(broker, _TOPIC) == b"one"


def test_a_consumer_group_gets_its_partition_and_commits(broker: Broker) -> None:
    # given
    _create(broker, "invented.grouped")
    _produce(broker, "invented.grouped", b"one")
    group = {"group.id": "invented.group", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, **group})
    consumer.subscribe(["invented.grouped"])
    # when
    record = consumer.poll(30)
    assert record is not None, "no record within 30 s"
    committed = consumer.commit(record, asynchronous=False)
    consumer.close()
    # then
    assert committed is not None
    assert [at.offset for at in committed] == [1]


def test_a_value_of_two_mebibytes_is_taken(broker: Broker) -> None:
    # given
    value = bytes(_BIG)
    _create(broker, "invented.big")
    # when
    _produce(broker, "invented.big", value)
    # then
    assert _consume(broker, "invented.big") == value


def test_a_topic_that_nobody_created_does_not_come_into_being(broker: Broker) -> None:
    # given a client whose question would create it on a broker that allows it
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    # when
    producer.list_topics("invented.missing", timeout=20)
    # then
    assert "invented.missing" not in producer.list_topics(timeout=20).topics


def test_a_second_broker_on_the_same_data_is_refused_and_the_first_goes_on(broker: Broker) -> None:
    # when
    with pytest.raises(KafkaSandboxError, match="Another broker runs on"):
        Broker.start(data=broker.data, say=lambda _line: None)
    # then
    assert AdminClient({"bootstrap.servers": broker.bootstrap}).list_topics(timeout=20).brokers


def test_a_killed_broker_comes_back_with_its_records_and_dies_with_its_guard() -> None:
    # given a broker with a record
    said: list[str] = []
    with Broker.start(say=said.append) as broker:
        before = (broker.pid, broker.bootstrap)
        _create(broker, _TOPIC)
        _produce(broker, _TOPIC, b"kept")
        # when its JVM is killed
        broker.kill()
        # then the guard says why it ends, with the end of the log
        assert not alive(before[0])
        assert broker._guard.returncode == 70
        assert "ended by itself" in "".join(said)
        assert "Kafka Server started" in "".join(said)
        # and when it is started again, it is another process, at the same place, with the record
        broker.restart()
        assert broker.pid != before[0]
        assert broker.bootstrap == before[1]
        assert _consume(broker, _TOPIC) == b"kept"
        # when the guard is killed, then the JVM is gone too, and stop removes what is left
        os.kill(broker.guard_pid, signal.SIGKILL)
        assert _gone(broker.pid)
    assert not broker.data.exists()


def _gone(pid: int) -> bool:
    """Say whether the process ends within 10 s; it is no child of ours to wait for."""
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)
