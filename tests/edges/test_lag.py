"""Lag on a real broker: consumers that are well, slow, stalled, stopped or went back, each told as what it is."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from consumers.groups import SENDER
from ledger.engine import Database
from ledger.tables import link
from operations.lag import Watch, watching
from operations.lag_answers import LagLine, LagShown
from operations.verdicts import Verdict
from rules.words import LinkState
from tests.edges.edge import Edge, until

WINDOW = 10.0


@pytest.fixture
def group(edge: Edge) -> str:
    """A group of this test's own."""
    # The broker's topic of offsets is there from its first group on.
    name = f"lag.{uuid4().hex[:12]}"
    edge.commit(name, {(edge.topic(1), 0): 0})
    return name


@pytest.fixture
def topic(edge: Edge) -> str:
    return edge.topic(1)


@pytest.fixture
def watch(edge: Edge, group: str) -> Iterator[Watch]:
    assert group
    with watching(edge.kafka, WINDOW) as made:
        yield made


def looked(watch: Watch, database: Database, group: str, topic: str) -> tuple[LagShown, LagLine]:
    """What is seen of the one partition."""
    found = watch.look(database, (group,))
    (line,) = (each for each in found.items if each.topic == topic)
    return found, line


def test_lag_in_seconds_is_the_age_of_the_oldest_record_that_is_not_done(
    edge: Edge, group: str, topic: str, watch: Watch
) -> None:
    # given ten records, the sixth of them stamped a minute ago
    producer = Producer(edge.kafka.producer_config())
    for n in range(10):
        producer.produce(topic, b"x", partition=0, timestamp=int((time.time() - (60 if n == 5 else 5)) * 1000))
    assert producer.flush(20) == 0
    edge.commit(group, {(topic, 0): 5})
    # when
    found, line = looked(watch, edge.database, group, topic)
    # then
    assert (line.committed, line.end, line.lag, line.held_back, line.owner) == (5, 10, 5, 0, None)
    assert line.seconds is not None
    assert 60 <= line.seconds < 150
    assert line.commit_age_seconds is not None
    assert found.look.records >= 1
    assert found.look.commits >= 1
    assert found.link == LinkState.UP


def test_who_is_at_the_end_is_well_however_long_ago(edge: Edge, group: str, topic: str, watch: Watch) -> None:
    # given
    edge.publish(topic, [b"1", b"2"])
    edge.commit(group, {(topic, 0): 2})
    # then
    _, line = looked(watch, edge.database, group, topic)
    assert (line.lag, line.seconds, line.catch_up_seconds, line.verdict) == (0, 0.0, 0.0, Verdict.OK)


def test_a_consumer_that_stopped_is_told_as_stopped(
    edge: Edge, group: str, topic: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given one that was at its end once, and no commit since
    monkeypatch.setattr("operations.lag_lines.LATELY_MS", 500)
    edge.publish(topic, [b"1"])
    edge.commit(group, {(topic, 0): 1})
    edge.publish(topic, [b"2"] * 3)
    # when
    until(lambda: looked(watch, edge.database, group, topic)[1].verdict is not Verdict.OK)
    # then
    found, line = looked(watch, edge.database, group, topic)
    assert line.verdict is Verdict.STOP
    assert (found.verdict, found.groups[0].verdict, found.groups[0].lag) == (Verdict.STOP, Verdict.STOP, 3)


def test_a_consumer_that_commits_the_same_again_and_again_is_stalled(
    edge: Edge, group: str, topic: str, watch: Watch
) -> None:
    # given
    edge.publish(topic, [b"1"] * 5)

    def stalled() -> bool:
        edge.commit(group, {(topic, 0): 2})
        return looked(watch, edge.database, group, topic)[1].verdict is Verdict.STALL

    # when, then
    until(stalled)


def test_a_consumer_that_went_back_is_told_until_it_is_where_it_was(
    edge: Edge, group: str, topic: str, watch: Watch
) -> None:
    # given
    edge.publish(topic, [b"1"] * 9)
    for offset in (6, 7, 2):
        edge.commit(group, {(topic, 0): offset})
    # then
    until(lambda: looked(watch, edge.database, group, topic)[1].verdict is Verdict.REWIND)
    # and when it has come to where it was
    edge.commit(group, {(topic, 0): 8})
    until(lambda: looked(watch, edge.database, group, topic)[1].verdict is not Verdict.REWIND)


def test_a_consumer_that_goes_on_while_the_lag_only_grows_is_a_warning(
    edge: Edge, group: str, topic: str, watch: Watch
) -> None:
    # given
    at = 0
    edge.publish(topic, [b"1"] * 20)
    looked_at: list[LagLine] = []

    def slow() -> bool:
        nonlocal at
        at += 1
        edge.commit(group, {(topic, 0): at})
        looked_at.append(looked(watch, edge.database, group, topic)[1])
        edge.publish(topic, [b"1"] * 3)
        return looked_at[-1].verdict is Verdict.WARN

    # when
    edge.commit(group, {(topic, 0): 0})
    until(slow)
    # then it is never caught up, by the rates that were seen
    assert looked_at[-1].catch_up_seconds is None


def test_who_talks_to_bnmp_is_paused_and_not_stopped_while_the_link_is_down(
    edge: Edge, topic: str, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr("operations.lag_lines.LATELY_MS", 0)
    edge.publish(topic, [b"1"] * 3)
    edge.commit(SENDER, {(topic, 0): 1})
    with edge.database.transaction() as connection:
        connection.execute(link.update().values(state=LinkState.DOWN))
    # then
    until(lambda: looked(watch, edge.database, SENDER, topic)[1].verdict is Verdict.PAUSED_LINK)


def test_an_open_transaction_is_seen_as_what_it_holds_back(edge: Edge, group: str, topic: str, watch: Watch) -> None:
    # given
    producer = Producer({"bootstrap.servers": edge.kafka.bootstrap, "transactional.id": f"t-{uuid4().hex}"})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, b"1", partition=0)
    producer.flush(20)
    edge.publish(topic, [b"2", b"3"])
    edge.commit(group, {(topic, 0): 0})
    # then
    assert looked(watch, edge.database, group, topic)[1].held_back == 3
    producer.abort_transaction(30)
    until(lambda: looked(watch, edge.database, group, topic)[1].held_back == 0)


def test_a_group_whose_topic_was_deleted_is_told_without_it(edge: Edge, group: str, watch: Watch) -> None:
    # given
    gone, there = edge.topic(1), edge.topic(1)
    edge.publish(there, [b"1"])
    edge.commit(group, {(gone, 0): 0, (there, 0): 1})
    edge.admin.delete_topics([gone])[gone].result(20)
    until(lambda: gone not in edge.admin.list_topics(timeout=10).topics)
    # then
    found = watch.look(edge.database, (group,))
    assert gone not in {line.topic for line in found.items}
    assert found.verdict is Verdict.OK


def test_who_reads_a_partition_is_named(edge: Edge, group: str, topic: str, watch: Watch) -> None:
    # given
    edge.publish(topic, [b"1"])
    consumer = Consumer(
        edge.kafka.admin_config()
        | {
            "group.id": group,
            "group.instance.id": "host-1",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([topic])
    got: list[object] = []

    def read() -> bool:
        if (message := consumer.poll(0.2)) is not None and message.error() is None:
            consumer.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
            got.append(message)
        return bool(got)

    # when
    until(read)
    found, line = looked(watch, edge.database, group, topic)
    consumer.close()
    # then
    assert (line.owner, line.lag, found.groups[0].members) == ("host-1", 0, 1)


def test_every_group_of_the_cluster_is_looked_at_where_none_is_named(
    edge: Edge, group: str, topic: str, watch: Watch
) -> None:
    # given
    edge.commit(group, {(topic, 0): 0})
    # when
    found = watch.look(edge.database, limit=1)
    # then
    assert group in {each.group for each in found.groups}
    assert len(found.items) == 1
    assert found.next_cursor is not None
    following = watch.look(edge.database, limit=1000, cursor=found.next_cursor)
    assert found.items[0] not in following.items
    with pytest.raises(ValueError, match="cursor"):
        watch.look(edge.database, cursor="nowhere")
