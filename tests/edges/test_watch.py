"""The processor's watch: it stays in its group while it is slow, and leaves when it stands still."""

from collections.abc import Iterator
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
    with carried.edge.database.transaction() as connection:
        for topic in topics:
            init(connection, f"group.{topic}", {(topic, 0): Cursor(0, None)})
    deaf = carried.start("-m", "tests.edges.short", "idle-and-deaf", topics[0])
    carried.start("-m", "tests.edges.short", "idle", topics[1])
    # when aiokafka has had enough of both: the one is out of its group for good, and ends
    assert deaf.status() == 72
    assert "out of the consumer group" in carried.text()
    # then the other one is there when work comes
    carried.edge.make(topics[1])
    carried.until_taken(carried.edge.publish(topics[1], [b"unreadable"]), topics[1])


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
