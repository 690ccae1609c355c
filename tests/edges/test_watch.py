"""The processor's watch: it stays in its group while it is slow, and leaves when it stands still."""

import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from ledger.cursors import Cursor, init
from tests.edges.carried import DOCUMENTS, Carried
from tests.edges.edge import Edge, until


@pytest.fixture
def carried(edge: Edge, tmp_path: Path) -> Iterator[Carried]:
    made = Carried(edge, tmp_path)
    yield made
    made.end()


def test_a_member_without_partitions_stays_in_its_group_and_takes_what_comes(carried: Carried) -> None:
    # given two processors whose topics are not there yet; one does not keep itself alive
    topics = [f"test.{uuid4().hex[:12]}" for _ in range(2)]
    _begin(carried, topics)
    deaf = carried.start("-m", "tests.edges.short", "idle-and-deaf", topics[0])
    carried.start("-m", "tests.edges.short", "idle", topics[1])
    # when aiokafka has had enough of both: the one is out of its group for good, and ends
    assert deaf.status() == 72
    assert "out of the consumer group" in carried.text()
    # then the other one is there when work comes
    carried.edge.make(topics[1])
    carried.until_taken(carried.edge.publish(topics[1], [b"unreadable"]), topics[1])


def test_a_member_whose_buffers_are_full_stays_in_its_group_until_the_ledger_moves_again(carried: Carried) -> None:
    # given two processors at work; one does not keep itself alive
    topics = _topics(carried, 2)
    deaf = carried.start("-m", "tests.edges.short", "full-and-deaf", topics[0])
    life = carried.start("-m", "tests.edges.short", "full", topics[1])
    offsets = {topic: carried.edge.publish(topic, [b"unreadable"]) for topic in topics}
    for topic in topics:
        carried.until_taken(offsets[topic], topic)
    # when the ledger is locked for longer than aiokafka waits for the next poll
    with carried.edge.database.transaction():
        for topic in topics:
            offsets[topic] += carried.edge.publish(topic, [b"unreadable"] * 3000)
        # then the one is out of its group for good, and ends
        assert deaf.status() == 72
        assert "out of the consumer group" in carried.text()
    # then the other one goes on by itself, and loses nothing
    carried.until_taken(offsets[topics[1]], topics[1])
    assert life.runs


def test_what_went_to_another_member_is_committed_by_that_one_alone(carried: Carried) -> None:
    # given a member with both partitions
    (topic,) = _topics(carried, 1, partitions=2)
    group = f"group.{topic}"
    taken = [carried.edge.publish(topic, [b"unreadable"] * 2, partition=number) for number in (0, 1)]
    carried.start("-m", "tests.edges.short", "joining", topic)
    for number in (0, 1):
        carried.until_taken(taken[number], topic, number)
    # when a second one joins, and each has work
    carried.start("-m", "tests.edges.short", "joining", topic)
    until(lambda: _members(carried, group) == [1, 1])
    for number in (0, 1):
        taken[number] += carried.edge.publish(topic, [b"unreadable"] * 3, partition=number)
        carried.until_taken(taken[number], topic, number)
    # then each partition's offset comes to its cursor, and is not taken back by whoever had it before
    for _ in range(3):
        for number in (0, 1):
            end = taken[number][-1] + 1
            until(lambda number=number, end=end: carried.edge.committed(group, topic, number) == end)  # type: ignore[misc]
            taken[number] += carried.edge.publish(topic, [b"unreadable"], partition=number)
            carried.until_taken(taken[number], topic, number)


def test_a_killed_processor_has_its_place_back_although_kafka_still_waits_for_its_former_life(carried: Carried) -> None:
    # given a processor whose silence Kafka would notice after longer than this test waits for anything
    (topic,) = _topics(carried, 1)
    offsets = carried.edge.publish(topic, [b"unreadable"])
    life = carried.start("-m", "tests.edges.short", "missed-late", topic)
    carried.until_taken(offsets, topic)
    # when it is killed and started again
    life.send(signal.SIGKILL)
    life.status()
    offsets += carried.edge.publish(topic, [b"unreadable"])
    carried.start("-m", "tests.edges.short", "missed-late", topic)
    # then the new life is at work under the old one's name
    carried.until_taken(offsets, topic)


def test_what_was_lost_in_memory_at_the_very_end_is_read_by_the_next_life(carried: Carried) -> None:
    # given batches that got lost, with nothing behind them that would show the gap
    offsets = carried.edge.publish(DOCUMENTS, [b"unreadable"] * 3)
    # when
    life = carried.start("-m", "tests.edges.short", "dropping")
    # then
    assert life.status() == 72
    assert "no batch although there is lag" in carried.text()
    carried.start("-m", "tests.edges.short", "none")
    carried.until_taken(offsets)


def test_the_mark_of_a_transactions_end_is_no_work_to_stand_still_before(carried: Carried) -> None:
    # given a topic that ends with such a mark
    producer = Producer(carried.edge.kafka.producer_config() | {"transactional.id": "saj-bnmp.test.mark"})
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(DOCUMENTS, b"unreadable", b"k", partition=0)
    producer.commit_transaction(20)
    offset = carried.cursor()
    # when
    life = carried.start("-m", "tests.edges.short", "none")
    carried.until_taken([offset])
    # then cursor and group pass over it, and the process goes on
    until(lambda: carried.cursor() == offset + 2)
    until(lambda: carried.at_group(offset + 2))
    assert life.runs


def _topics(carried: Carried, count: int, partitions: int = 1) -> list[str]:
    topics = [carried.edge.topic(partitions) for _ in range(count)]
    _begin(carried, topics, partitions)
    return topics


def _begin(carried: Carried, topics: Sequence[str], partitions: int = 1) -> None:
    with carried.edge.database.transaction() as connection:
        for topic in topics:
            init(connection, f"group.{topic}", {(topic, number): Cursor(0, None) for number in range(partitions)})


def _members(carried: Carried, group: str) -> list[int]:
    """How many partitions each member of a group has."""
    described = carried.edge.admin.describe_consumer_groups([group])[group].result(20)
    return sorted(len(member.assignment.topic_partitions) for member in described.members)
