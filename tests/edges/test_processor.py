"""The processor as it runs: a process that reads from the ledger's cursor and leaves rather than lose anything."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from confluent_kafka import Producer

from consumers.groups import PROCESSOR
from ledger.cursors import advance
from ledger.tables import document
from producers.saj import SajProducer
from schemas.samples import sample
from tests.edges.carried import COMMANDS, DOCUMENTS, Carried
from tests.edges.edge import Edge, until

_ISSUED = "saj.document.issued.v1"


@pytest.fixture
def carried(edge: Edge, tmp_path: Path) -> Iterator[Carried]:
    made = Carried(edge, tmp_path)
    yield made
    made.end()


def test_what_the_group_was_moved_past_is_read_from_the_cursor_and_the_group_follows(carried: Carried) -> None:
    # given unread records on three partitions, and a group that was set behind all of them
    mine = carried.edge.publish(DOCUMENTS, [b"unreadable"] * 40)
    others = carried.edge.publish(COMMANDS, [b"unreadable"] * 10, partition=1)
    carried.move_group_to_the_ends()
    # when
    life = carried.start()
    # then nothing is lost
    carried.until_taken(mine)
    carried.until_taken(others, COMMANDS, 1)
    # when more comes
    mine += carried.edge.publish(DOCUMENTS, [b"unreadable"])
    # then
    carried.until_taken(mine)
    until(lambda: carried.at_group(mine[-1] + 1))
    assert carried.cursor() == mine[-1] + 1
    # when it is told to stop
    asked = time.monotonic()
    life.send(signal.SIGTERM)
    # then
    assert life.status() == 0
    assert time.monotonic() - asked < 5


def test_a_group_that_is_behind_comes_to_the_cursor_although_nothing_arrives(carried: Carried) -> None:
    # given what was taken by a life that died before it could tell Kafka
    first = carried.edge.publish(DOCUMENTS, [b"unreadable"] * 5)[0]
    with carried.edge.database.transaction() as connection:
        advance(connection, PROCESSOR, {(DOCUMENTS, 0): first + 5})
    assert not carried.at_group(first + 5)
    # when
    carried.start()
    # then
    until(lambda: carried.at_group(first + 5))
    assert carried.taken() == []


def test_an_intake_that_raises_ends_the_process_with_nothing_committed(carried: Carried) -> None:
    # given a ledger that refuses every dead letter
    _refuse_dead_letters(carried.edge)
    stood = carried.cursor()
    offsets = carried.edge.publish(DOCUMENTS, [b"unreadable"] * 5)
    # when, then a restart cures nothing as long as the fault is there
    for _ in range(2):
        assert carried.start().status() == 70
        assert (carried.cursor(), carried.taken()) == (stood, [])
        assert carried.edge.committed(PROCESSOR, DOCUMENTS) <= stood
    # when the fault is removed
    with carried.edge.database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER broken")
    life = carried.start()
    # then
    carried.until_taken(offsets)
    until(lambda: carried.at_group(offsets[-1] + 1))
    life.send(signal.SIGTERM)
    assert life.status() == 0


def test_whatever_a_producer_may_write_is_read_and_what_it_took_back_is_not(carried: Carried) -> None:
    # given a document, every codec, no value, no key, an aborted transaction, a committed one
    data, kit = sample(_ISSUED), SajProducer(carried.edge.kafka)
    kit.publish(_ISSUED, data)
    kit.flush(20)
    offsets: list[int] = []
    for codec in ("gzip", "lz4", "snappy", "zstd"):
        offsets += carried.edge.publish(DOCUMENTS, [b"unreadable" * 100] * 2, codec=codec)
    offsets += carried.edge.publish(DOCUMENTS, [None, b""], key=None)
    _transact(carried.edge, b"taken back", commit=False)
    offsets.append(_transact(carried.edge, b"meant", commit=True))
    offsets += carried.edge.publish(DOCUMENTS, [b"unreadable"])
    # when
    carried.start()
    # then
    carried.until_taken(offsets)
    until(lambda: carried.at_group(offsets[-1] + 1))
    assert _documents(carried.edge) == [data["document_id"]]


def _documents(edge: Edge) -> list[str]:
    with edge.database.reading() as connection:
        return list(connection.scalars(sa.select(document.c.document_id)))


def _refuse_dead_letters(edge: Edge) -> None:
    with edge.database.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON dead_letter BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )


def _transact(edge: Edge, value: bytes, *, commit: bool) -> int:
    offsets: list[int] = []
    producer = Producer(edge.kafka.producer_config() | {"transactional.id": f"{PROCESSOR}.test"})
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(DOCUMENTS, value, b"k", partition=0, on_delivery=lambda _, told: offsets.append(told.offset()))
    assert producer.flush(20) == 0
    (producer.commit_transaction if commit else producer.abort_transaction)(20)
    return offsets[0]
