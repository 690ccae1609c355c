"""A file of events over a real Kafka: each on its topic, and a second time under the same ids."""

import json
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from typer.testing import CliRunner

from console.main import app
from operations import publishing
from producers.settings import KafkaSettings
from schemas.reading import Event, read
from schemas.record import RawRecord
from schemas.samples import sample
from schemas.topics import HOME

ISSUED, TESTED = "saj.document.issued.v1", "saj.link.tested.v1"
SOURCE = "/saj/tjms/publish"


def line(type_: str, **more: Any) -> dict[str, Any]:
    return {"type": type_, "source": SOURCE, "data": sample(type_)} | more


def ours(kafka: KafkaSettings) -> list[tuple[str, bytes | None, Event]]:
    """What stands on SAJ's topics from this file's source: topic, key and event, as the service reads it."""
    config = {"group.id": "test-publish", "enable.auto.commit": False}
    consumer, found = Consumer({**kafka.admin_config(), **config}), []
    for topic in sorted({HOME[ISSUED], HOME[TESTED]}):
        for partition in consumer.list_topics(topic, timeout=30).topics[topic].partitions:
            first, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
            consumer.assign([TopicPartition(topic, partition, first)])
            while first < end:
                record = consumer.poll(30)
                assert record is not None
                first = record.offset() + 1
                headers = tuple(record.headers() or ())
                event = read(
                    RawRecord(topic, partition, record.offset(), 0, record.key(), record.value(), headers),
                    tribunal="TJMS",
                )
                if isinstance(event, Event) and event.source == SOURCE:
                    found.append((topic, record.key(), event))
    consumer.close()
    return found


def test_a_file_goes_whole_or_by_wish_without_its_wrong_lines_and_twice_under_the_same_ids(
    kafka: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setenv("SAJ_BNMP_KAFKA_BOOTSTRAP", kafka.bootstrap)
    monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", f"sqlite:///{tmp_path / 'nothing.db'}")
    monkeypatch.setattr(publishing, "_FLUSH_LINES", 1)
    given = line(TESTED, id="t-1", key="link", time="2026-11-20T13:05:00-04:00")
    foreign = line(ISSUED, data=sample(ISSUED) | {"tribunal": "TJSP"})
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in (line(ISSUED), foreign, given)))

    def publish(*words: str) -> tuple[int, dict[str, Any]]:
        done = CliRunner().invoke(app, ["publish", str(file), "--json", *words])
        return done.exit_code, json.loads(done.stdout)

    # when a line is wrong
    status, answer = publish()
    # then nothing goes
    assert (status, answer["published"], answer["problems"][0]["line"]) == (1, 0, 2)
    assert ours(kafka) == []
    # and when it is skipped, twice
    assert [publish("--skip-bad")[1]["published"] for _ in range(2)] == [2, 2]
    # then the others are there as the service reads them, the second time under the same ids
    got = sorted(ours(kafka), key=lambda each: each[2].type)
    assert [(topic, key, event.ce_id, event.type) for topic, key, event in got] == [
        *2 * [(HOME[ISSUED], b"TJMS:8841", got[0][2].digest, ISSUED)],
        *2 * [(HOME[TESTED], b"link", "t-1", TESTED)],
    ]
    assert {event.time.isoformat() for _, _, event in got if event.type == TESTED} == {given["time"]}
