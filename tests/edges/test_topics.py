"""Topics and the publishing kit, on a real broker."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from producers.saj import SajProducer, UndeliveredError, check, key_of
from producers.settings import KafkaSettings
from producers.topics import Done, KafkaUnreachableError, Problem, create
from producers.topics import check as check_topics
from schemas.reading import Event, read
from schemas.record import RawRecord
from schemas.samples import sample
from schemas.topics import TOPICS, Topic
from tests.edges import servers

_ISSUED = "saj.document.issued.v1"
_ANSWERED = "saj.contingency.answered.v1"
_NOBODY = KafkaSettings("127.0.0.1:1")


@pytest.fixture(scope="module")
def settings() -> Iterator[KafkaSettings]:
    with servers.kafka() as bootstrap:
        yield KafkaSettings(bootstrap, "saj-bnmp.test")


def _table(name: str, **changes: Any) -> Mapping[str, Topic]:
    row = replace(TOPICS["saj.documents.issued"], name=name, **changes)
    return {name: row}


def _records(settings: KafkaSettings, topic: str, count: int) -> list[RawRecord]:
    consumer = Consumer({"bootstrap.servers": settings.bootstrap, "group.id": "test", "enable.auto.commit": False})
    try:
        partitions = consumer.list_topics(topic, timeout=20).topics[topic].partitions
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
        found: list[RawRecord] = []
        while len(found) < count:
            record = consumer.poll(30)
            assert record is not None, f"only {len(found)} of {count} records"
            assert record.error() is None
            at = (record.topic(), record.partition(), record.offset(), record.timestamp()[1])
            found.append(RawRecord(*at, record.key(), record.value(), tuple(record.headers() or ())))
        return found
    finally:
        consumer.close()


def test_topics_are_created_once_as_the_contract_wants_them(settings: KafkaSettings) -> None:
    # given a broker with none of them
    assert {problem.what for problem in check_topics(settings)} == {"is missing"}
    # when
    first, second = create(settings, partitions=4), create(settings, partitions=4)
    # then
    assert first == [Done(name, "CREATED") for name in TOPICS]
    assert second == [Done(name, "KEPT") for name in TOPICS]
    assert check_topics(settings, partitions=4) == []


def test_other_partitions_are_an_error_that_creating_does_not_mend(settings: KafkaSettings) -> None:
    # given
    table = _table("test.partitions", partitions=2)
    create(settings, table)
    # when
    wanted = _table("test.partitions", partitions=3)
    create(settings, wanted)
    (problem,) = check_topics(settings, wanted)
    # then
    assert (problem.severity, problem.what) == ("error", "has 2 partitions instead of 3")
    assert "saj-bnmp topics create" in problem.remedy


@pytest.mark.parametrize(
    ("there", "wanted", "severity", "what"),
    [
        ({"policy": "compact"}, {"policy": "delete"}, "error", "cleanup.policy compact instead of delete"),
        ({"retention_ms": 1000}, {"retention_ms": 5000}, "error", "retention.ms 1000 instead of 5000"),
        ({"retention_ms": 5000}, {"retention_ms": -1}, "error", "retention.ms 5000 instead of -1"),
        (
            {"max_message_bytes": 1000},
            {"max_message_bytes": 5000},
            "warning",
            "max.message.bytes 1000 instead of 5000",
        ),
    ],
)
def test_a_topic_that_falls_short_is_named_and_mended_by_creating(
    settings: KafkaSettings, there: dict[str, Any], wanted: dict[str, Any], severity: str, what: str
) -> None:
    # given
    name = "test.short." + re.sub(r"\W", "", str(wanted))
    create(settings, _table(name, partitions=1, **there))
    table = _table(name, partitions=1, **wanted)
    # when, then
    assert check_topics(settings, table) == [Problem(name, severity, f"has {what}")]  # type: ignore[arg-type]
    assert create(settings, table) == [Done(name, "MENDED")]
    assert check_topics(settings, table) == []


def test_more_room_than_promised_is_a_warning_and_is_left_alone(settings: KafkaSettings) -> None:
    # given
    create(settings, _table("test.room", partitions=1, retention_ms=-1))
    table = _table("test.room", partitions=1, retention_ms=5000)
    # when
    done, problems = create(settings, table), check_topics(settings, table)
    # then
    assert done == [Done("test.room", "KEPT")]
    assert [problem.severity for problem in problems] == ["warning"]


def test_an_unreachable_broker_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr("producers.topics._SECONDS", 0.5)
    # when, then
    with pytest.raises(KafkaUnreachableError):
        check_topics(_NOBODY)


def test_a_published_event_lies_on_its_topic_under_its_person_and_reads_clean(settings: KafkaSettings) -> None:
    # given
    create(settings, partitions=4)
    data, at = sample(_ISSUED), datetime.now(UTC)
    kit = SajProducer(settings)
    # when
    kit.publish(_ISSUED, data, ce_id="e-1", time=at)
    kit.flush(20)
    # then
    (record,) = _records(settings, "saj.documents.issued", 1)
    event = read(record, tribunal="TJMS")
    assert isinstance(event, Event)
    assert (record.key, event.ce_id, event.source, event.time) == (b"TJMS:8841", "e-1", kit.source, at)
    assert (event.data, event.gaps, event.unknown_fields) == (data, (), 0)


def test_the_key_chooses_the_partition_that_a_java_client_would_choose(settings: KafkaSettings) -> None:
    # given keys whose murmur2 partition among 4 is known
    create(settings, _table("test.keys", partitions=4))
    kit = SajProducer(settings)
    # when
    for key in (b"21", b"foobar", b"TJMS:8841"):
        kit.publish_raw("test.keys", key, b"{}", [])
    kit.flush(20)
    # then
    found = {record.key: record.partition for record in _records(settings, "test.keys", 3)}
    assert found == {key: (_murmur2(key) & 0x7FFFFFFF) % 4 for key in (b"21", b"foobar", b"TJMS:8841")}


def test_what_the_broker_refuses_is_told_by_flush_once(settings: KafkaSettings) -> None:
    # given a record larger than its topic takes
    create(settings, _table("test.small", partitions=1, max_message_bytes=1000))
    kit = SajProducer(settings)
    # when
    kit.publish_raw("test.small", b"k", bytes(range(256)) * 40, [])
    kit.publish_raw("test.small", b"k", "áéí".encode() * 20_000, [("h", bytes(range(256)) * 20)])
    # then
    with pytest.raises(UndeliveredError, match="refused"):
        kit.flush(20)
    kit.flush(20)


def test_what_cannot_be_delivered_in_time_is_told_by_flush() -> None:
    # given
    kit = SajProducer(_NOBODY)
    kit.publish(_ISSUED, sample(_ISSUED))
    # when, then
    with pytest.raises(UndeliveredError, match="1 still wait"):
        kit.flush(0.2)
    kit._producer.purge()


def test_the_key_is_the_rji_where_there_is_one() -> None:
    # given
    data = sample(_ISSUED)
    with_rji = data | {"party": data["party"] | {"rji": "26000000101"}}
    # when, then
    assert key_of(with_rji) == "26000000101"
    assert key_of(data) == "TJMS:8841"
    assert key_of(sample(_ANSWERED)) is None


def test_a_wrong_event_is_refused_before_it_leaves() -> None:
    # given
    kit = SajProducer(_NOBODY)
    # when, then
    for type_, data in (("saj.unknown.v1", {}), (_ANSWERED, sample(_ANSWERED)), (_ISSUED, {"party": {}})):
        with pytest.raises(ValueError, match=type_):
            kit.publish(type_, data)
    for data in ({"number": float("nan")}, {"number": object()}):
        with pytest.raises(ValueError, match="JSON"):
            kit.publish(_ISSUED, data, key="k")
    with pytest.raises(ValueError, match="offset"):
        kit.publish(_ISSUED, sample(_ISSUED), time=datetime(2026, 11, 20, 13, 5))  # noqa: DTZ001 - the mistake meant
    kit.flush(1)


def test_checking_names_what_the_service_would_find_wrong() -> None:
    # given
    data = sample(_ISSUED)
    # when, then
    assert check(_ISSUED, data) == []
    assert [problem.field for problem in check(_ISSUED, data | {"fields": {}})] == [
        "fields.data_validade",
        "fields.especie_prisao",
        "fields.sintese_decisao",
    ]
    assert [problem.rule[:10] for problem in check(_ISSUED, data | {"party": {}})] == ["MALFORMED:"]
    assert "1 fields" in check(_ISSUED, data | {"invented": 1})[0].rule
    assert check("saj.unknown.v1", data)[0].rule == "the type is not in the contract"


def _murmur2(data: bytes) -> int:
    """Kafka's hash of a key, written down from its description."""
    mask, multiplier, length = 0xFFFFFFFF, 0x5BD1E995, len(data)
    hashed = 0x9747B28C ^ length
    for at in range(0, length - length % 4, 4):
        part = int.from_bytes(data[at : at + 4], "little") * multiplier & mask
        part = (part ^ part >> 24) * multiplier & mask
        hashed = (hashed * multiplier & mask) ^ part
    tail = data[length - length % 4 :]
    if tail:
        hashed = (hashed ^ int.from_bytes(tail, "little")) * multiplier & mask
    hashed = (hashed ^ hashed >> 13) * multiplier & mask
    return hashed ^ hashed >> 15
