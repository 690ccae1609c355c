"""Where a group may start: the ledger's cursors held against the topics that are really there."""

from datetime import UTC, datetime, timedelta

import pytest
from confluent_kafka import TopicPartition

from consumers import groups
from consumers.groups import PROCESSOR, StartRefusedError, check_start
from ledger.tables import consumed
from operations.answers import CursorSet, OffsetLine
from operations.offsets import OffsetsRefusedError, offsets_begin, offsets_init, offsets_show, records_in
from tests.edges.edge import Edge, until

_GROUP = PROCESSOR


@pytest.fixture
def topic(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic of two partitions which, for this test, is all that any group reads."""
    name = edge.topic(2)
    for group in list(groups.TOPICS):
        monkeypatch.delitem(groups.TOPICS, group)
    monkeypatch.setitem(groups.TOPICS, _GROUP, (name,))
    return name


def _refused(edge: Edge) -> str:
    with pytest.raises(StartRefusedError) as refused:
        check_start(edge.kafka, edge.database, _GROUP)
    return str(refused.value)


def test_a_group_starts_where_every_partition_has_its_cursor(edge: Edge, topic: str) -> None:
    # given cursors at the beginning and at the very end
    end = edge.publish(topic, [b"1", b"2"])[-1] + 1
    edge.start_at(_GROUP, {(topic, 0): end, (topic, 1): 0})
    # when, then
    check_start(edge.kafka, edge.database, _GROUP)


def test_a_partition_without_cursor_is_refused_with_the_call_that_sets_it(edge: Edge, topic: str) -> None:
    # given
    edge.start_at(_GROUP, {(topic, 0): 0})
    # when, then
    assert f"no cursor for {topic}[1] and 0 more: run saj-bnmp offsets init" in _refused(edge)


def test_a_missing_topic_is_refused(edge: Edge, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setitem(groups.TOPICS, _GROUP, (topic, "test.never-made"))
    # when, then
    assert "topic test.never-made cannot be used" in _refused(edge)


def test_a_topic_deleted_and_made_again_is_another_topic(edge: Edge, topic: str) -> None:
    # given
    edge.start_at(_GROUP, {(topic, 0): 0, (topic, 1): 0})
    # when
    edge.admin.delete_topics([topic])[topic].result(20)
    until(lambda: topic not in edge.admin.list_topics(timeout=10).topics)
    edge.make(topic, 2)
    # then, although no cursor lies beyond its end
    assert f"{topic} is another topic than the one {_GROUP} read" in _refused(edge)


def test_a_cursor_beyond_the_end_is_refused(edge: Edge, topic: str) -> None:
    # given
    edge.publish(topic, [b"1", b"2"])
    edge.start_at(_GROUP, {(topic, 0): 3, (topic, 1): 0})
    # when, then
    assert f"{topic}[0] offset 3, beyond its end 2" in _refused(edge)


def test_records_that_are_gone_before_they_were_read_are_named_exactly(edge: Edge, topic: str) -> None:
    # given retention that took what was never read
    edge.publish(topic, [b"%d" % n for n in range(10)])
    edge.start_at(_GROUP, {(topic, 0): 3, (topic, 1): 0})
    edge.admin.delete_records([TopicPartition(topic, 0, 7)])[TopicPartition(topic, 0, 7)].result()
    # when, then
    refused = _refused(edge)
    assert f"{topic}[0] offsets 3 to 6 are gone" in refused
    assert f"offsets skip --topic {topic} --partition 0 --to 7 --by WHO --reason WHY" in refused


def test_a_first_start_is_at_the_beginning_the_end_or_an_instant(edge: Edge, topic: str) -> None:
    # given one record, an instant, one record
    edge.publish(topic, [b"before"])
    until(lambda: edge.end(topic) == 1)
    stamp = datetime.fromtimestamp(edge.records(topic)[0].timestamp_ms / 1000, UTC) + timedelta(milliseconds=1)
    until(lambda: datetime.now(UTC) > stamp + timedelta(milliseconds=5))
    edge.publish(topic, [b"after"])
    spelled = {"earliest": 0, "latest": 2, stamp.isoformat(): 1, (stamp + timedelta(days=1)).isoformat(): 2}
    for start, first in spelled.items():
        # when
        made = offsets_init(edge.kafka, edge.database, start)
        # then; a partition without any record starts at its beginning whatever was asked
        assert made == [_set(topic, 0, first, 2), _set(topic, 1, 0, 0)]
        check_start(edge.kafka, edge.database, _GROUP)
        _forget(edge)


def test_a_first_start_touches_no_cursor_that_is_there(edge: Edge, topic: str) -> None:
    # given
    edge.publish(topic, [b"1", b"2"])
    edge.start_at(_GROUP, {(topic, 0): 1})
    # when
    made, again = (offsets_init(edge.kafka, edge.database, "latest") for _ in range(2))
    # then
    assert made == [_set(topic, 1, 0, 0)]
    assert again == []
    assert [line.next_offset for line in _shown(edge)] == [1, 0]
    assert records_in(edge.kafka, topic) == 2


def test_before_the_first_start_there_is_nothing_to_show(edge: Edge, topic: str) -> None:
    assert (_shown(edge), records_in(edge.kafka, topic)) == ((), 0)


@pytest.mark.parametrize("start", ["yesterday", "2026-11-20T10:00:00"])
def test_an_instant_is_zoned_or_refused(edge: Edge, topic: str, start: str) -> None:
    with pytest.raises(ValueError, match=r"offset|Invalid"):
        offsets_init(edge.kafka, edge.database, start)
    assert _shown(edge) == (), topic


def test_a_start_that_repeats_itself_leaves_a_group_where_it_stands(edge: Edge, topic: str) -> None:
    # given
    edge.publish(topic, [b"1", b"2"])
    edge.start_at(_GROUP, {(topic, 0): 1, (topic, 1): 0})
    edge.commit(_GROUP, {(topic, 0): 1})
    # when, then
    assert offsets_begin(edge.kafka, edge.database, "earliest") == []
    assert [line.next_offset for line in _shown(edge)] == [1, 0]


def test_a_start_that_repeats_itself_never_begins_anew_on_a_ledger_that_was_lost(edge: Edge, topic: str) -> None:
    # given a group which, by Kafka, has read, and a ledger that knows nothing of it
    edge.publish(topic, [b"1", b"2"])
    edge.commit(_GROUP, {(topic, 0): 1})
    # when
    with pytest.raises(OffsetsRefusedError, match="restore the ledger"):
        offsets_begin(edge.kafka, edge.database, "earliest")
    # then nothing was set, and it may still be said by hand
    assert _shown(edge) == ()
    assert len(offsets_init(edge.kafka, edge.database, "earliest")) == 2


def _forget(edge: Edge) -> None:
    with edge.database.transaction() as connection:
        connection.execute(consumed.delete())


def _set(topic: str, partition: int, next_offset: int, end: int) -> CursorSet:
    return CursorSet(group=_GROUP, topic=topic, partition=partition, next_offset=next_offset, end=end)


def _shown(edge: Edge) -> tuple[OffsetLine, ...]:
    return offsets_show(edge.kafka, edge.database).items
