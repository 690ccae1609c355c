"""What operators see of the groups' offsets, and the signed way past what Kafka lost."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from confluent_kafka import Consumer, TopicPartition

from consumers import groups
from consumers.groups import PROCESSOR, OffsetsGoneError, check_start
from ledger import acts, outbox
from ledger.deployment import Deployment
from operations import offsets
from operations.answers import Member
from operations.offsets import OffsetsRefusedError, offsets_show, offsets_skip, report_gone
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError
from rules.dossier import Court
from rules.windows import Windows
from schemas.outcomes import TYPES
from tests.edges.edge import Edge, until

SIGNED = {"by": "op1", "reason": "retention overtook the outage; published again"}


@pytest.fixture
def topic(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic of two partitions which, for this test, is all that any group reads, and counts as one of SAJ's."""
    name = f"saj.{edge.topic(1)}"
    edge.make(name, 2)
    for group in list(groups.TOPICS):
        monkeypatch.delitem(groups.TOPICS, group)
    monkeypatch.setitem(groups.TOPICS, PROCESSOR, (name,))
    monkeypatch.setitem(offsets._GROUP_OF, name, PROCESSOR)
    return name


def lose(edge: Edge, topic: str, until_offset: int) -> None:
    """Let retention take everything before an offset of partition 0."""
    edge.admin.delete_records([TopicPartition(topic, 0, until_offset)])[TopicPartition(topic, 0, until_offset)].result()


def gone(edge: Edge) -> OffsetsGoneError:
    with pytest.raises(OffsetsGoneError) as refused:
        check_start(edge.kafka, edge.database, PROCESSOR)
    return refused.value


def skip(edge: Edge, topic: str, to: int, partition: int = 0) -> None:
    offsets_skip(edge.kafka, edge.database, topic, partition, to, **SIGNED)


def test_the_cursor_stands_beside_what_kafka_was_told_and_what_it_holds(edge: Edge, topic: str) -> None:
    # given ten records of which four are gone, a cursor, and an offset that Kafka was told
    edge.publish(topic, [b"%d" % n for n in range(10)])
    edge.start_at(PROCESSOR, {(topic, 0): 3, (topic, 1): 0})
    edge.commit(PROCESSOR, {(topic, 0): 2})
    lose(edge, topic, 4)
    # when
    shown = offsets_show(edge.kafka, edge.database)
    # then
    first, second = shown.items
    assert first.model_dump() == {
        "group": PROCESSOR,
        "topic": topic,
        "partition": 0,
        "next_offset": 3,
        "committed": 2,
        "first": 4,
        "end": 10,
        "left": 7,
        "gone": 1,
        "stopped_at": None,
    }
    assert (second.committed, second.left, second.gone) == (None, 0, 0)


def test_a_listing_of_offsets_goes_on_where_its_page_ended(edge: Edge, topic: str) -> None:
    # given
    edge.start_at(PROCESSOR, {(topic, 0): 0, (topic, 1): 0})
    # when
    first = offsets_show(edge.kafka, edge.database, 1)
    second = offsets_show(edge.kafka, edge.database, 1, first.next_cursor or "")
    # then
    assert [line.partition for line in (*first.items, *second.items)] == [0, 1]
    assert second.next_cursor is None
    with pytest.raises(ValueError, match="cursor"):
        offsets_show(edge.kafka, edge.database, 1, "nowhere")


def test_who_is_in_a_group_is_shown_with_what_it_reads(edge: Edge, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a group of this test's own, at first without anybody
    group = f"saj-bnmp.{topic}"
    monkeypatch.setitem(groups.TOPICS, group, (topic,))
    before = next(each for each in offsets_show(edge.kafka, edge.database).groups if each.group == group)
    assert (before.state, before.members) == ("DEAD", ())
    consumer = Consumer(groups.consumer_config(edge.kafka, group, "host-1-processor"))
    consumer.subscribe([topic])
    found: list[Member] = []

    def inside() -> bool:
        consumer.poll(0.1)
        try:
            groups_shown = offsets_show(edge.kafka, edge.database).groups
        except KafkaUnreachableError:
            # A busy machine must not look like a broker that is away.
            return False
        shown = next(each for each in groups_shown if each.group == group)
        found[:] = shown.members
        settled = shown.state == "STABLE" and bool(found and found[0].partitions)
        return settled and len(consumer.assignment()) == len(found[0].partitions)

    # when
    until(inside)
    # Only now that the client, too, has its partitions: closed in the middle of a rebalance librdkafka waits for ever, and
    # no time limit of the tests reaches it there.
    consumer.close()
    # then
    assert found[0].instance == "host-1-processor"
    assert found[0].member_id
    assert sorted(found[0].partitions) == [f"{topic}[0]", f"{topic}[1]"]


def test_a_group_goes_on_behind_what_is_gone_and_it_stays_on_record(edge: Edge, topic: str) -> None:
    # given
    edge.publish(topic, [b"%d" % n for n in range(10)])
    edge.start_at(PROCESSOR, {(topic, 0): 3, (topic, 1): 0})
    lose(edge, topic, 7)
    refused = gone(edge)
    assert (refused.first, refused.last) == (3, 6)
    # when
    done = offsets_skip(edge.kafka, edge.database, topic, 0, refused.last + 1, **SIGNED)
    # then
    assert (done.first, done.last, done.next_offset, done.by) == (3, 6, 7, "op1")
    check_start(edge.kafka, edge.database, PROCESSOR)
    with edge.database.reading() as connection:
        (kept,) = acts.of(connection, offsets.SKIPPED, f"{topic}[0]")
    assert (kept.by, kept.reason) == (SIGNED["by"], SIGNED["reason"])
    assert kept.detail == {"group": PROCESSOR, "first": 3, "last": 6}


def test_what_is_there_is_never_skipped_and_no_cursor_goes_back(edge: Edge, topic: str) -> None:
    # given
    edge.publish(topic, [b"%d" % n for n in range(10)])
    edge.start_at(PROCESSOR, {(topic, 0): 3, (topic, 1): 0})
    lose(edge, topic, 5)
    # when, then
    with pytest.raises(OffsetsRefusedError, match="what is there is read"):
        skip(edge, topic, 6)
    with pytest.raises(OffsetsRefusedError, match="does not stand before"):
        skip(edge, topic, 3)
    with pytest.raises(OffsetsRefusedError, match="no partition 9"):
        skip(edge, topic, 5, partition=9)
    with pytest.raises(OffsetsRefusedError, match="not a topic of SAJ's"):
        skip(edge, "bnmp.dispatch", 5)
    assert edge.cursor(PROCESSOR, topic) == 3


def test_a_skip_that_nobody_signs_changes_nothing(edge: Edge, topic: str) -> None:
    # given
    edge.publish(topic, [b"1", b"2"])
    edge.start_at(PROCESSOR, {(topic, 0): 0, (topic, 1): 0})
    lose(edge, topic, 1)
    # when, then
    with pytest.raises(ValueError, match="signed"):
        offsets_skip(edge.kafka, edge.database, topic, 0, 1, by=" ", reason="x")
    assert edge.cursor(PROCESSOR, topic) == 0


def test_what_is_gone_is_an_incident_that_is_said_once(edge: Edge, topic: str) -> None:
    # given
    deployment = Deployment(Court("TJMS", ZoneInfo("America/Campo_Grande")), Windows())
    found = OffsetsGoneError(PROCESSOR, topic, 0, 3, 6)
    # when a role finds it at every start
    said = [report_gone(edge.database, deployment, found) for _ in range(3)]
    # then
    assert said == [True, False, False]
    with edge.database.reading() as connection:
        (row,) = outbox.waiting(connection, 0, 10)
    incident = TYPES["bnmp.incident.v1"].model_validate_json(row[2].value or b"")
    told = incident.model_dump()
    assert (row[2].topic, told["kind"], told["runbook"]) == ("saj.outcomes", "OFFSETS_GONE", "offsets-gone")
    assert f"{topic}[0], 3 a 6" in told["message"]
    assert told["at"] <= datetime.now(UTC)
    # and another range is another incident
    assert report_gone(edge.database, deployment, OffsetsGoneError(PROCESSOR, topic, 0, 7, 9))


def test_a_broker_that_is_away_is_told_as_that(edge: Edge, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(groups, "ASK_SECONDS", 1)
    edge.start_at(PROCESSOR, {(topic, 0): 0, (topic, 1): 0})
    nobody = KafkaSettings("127.0.0.1:9")
    # when, then
    for ask in (
        lambda: offsets_show(nobody, edge.database),
        lambda: offsets_skip(nobody, edge.database, topic, 0, 1, **SIGNED),
        lambda: offsets.offsets_init(nobody, edge.database, "earliest"),
    ):
        with pytest.raises(KafkaUnreachableError):
            ask()
