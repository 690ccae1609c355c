"""The court publishes its day, hears what is said about it, and answers as planned."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from producers.saj import SajProducer
from producers.settings import KafkaSettings
from producers.topics import create
from sandbox.kafka.broker import Broker
from sandbox.saj.court import Court, CourtError, Outcomes, parked, publish_day, settled
from sandbox.saj.day import Day, Expected
from sandbox.saj.scenarios import Phase
from schemas.reading import Event, Unreadable, read
from schemas.record import RawRecord

_OFFERED = "bnmp.document.contingency-offered.v1"
_OPENED = "bnmp.document.contingency-opened.v1"
_ANSWERED = "saj.contingency.answered.v1"
_ACCESS_CHANGED = "saj.user.access-changed.v1"
_HELD = "bnmp.document.held.v1"
_REGISTERED = "bnmp.document.registered.v1"
_RESOLVED = "bnmp.contingency.resolved.v1"


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaSettings]:
    with Broker.start() as broker:
        settings = KafkaSettings(broker.bootstrap)
        create(settings, partitions=2)
        yield settings


class _Service:
    """Says outcomes as the relay does."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._kit = SajProducer(settings, "/saj-bnmp")

    def say(self, type_: str, document: Expected, sequence: int, **data: Any) -> None:
        body = {"document_id": document.document_id, "sequence": sequence, **data}
        headers = [("ce_type", type_.encode())]
        self._kit.publish_raw("saj.outcomes", document.key.encode(), json.dumps(body).encode(), headers)
        self._kit.flush(20)


def _outcomes(settings: KafkaSettings, topic: str) -> list[RawRecord]:
    """Read a topic from its beginning to its present end."""
    consumer = Consumer({"bootstrap.servers": settings.bootstrap, "group.id": "test", "enable.auto.commit": False})
    try:
        partitions = consumer.list_topics(topic, timeout=20).topics[topic].partitions
        ends = {at: consumer.get_watermark_offsets(TopicPartition(topic, at), timeout=20)[1] for at in partitions}
        consumer.assign([TopicPartition(topic, at, OFFSET_BEGINNING) for at in ends])
        found: list[RawRecord] = []
        while len(found) < sum(ends.values()):
            record = consumer.poll(30)
            assert record is not None, f"only {len(found)} records"
            at = (record.topic(), record.partition(), record.offset(), record.timestamp()[1])
            found.append(RawRecord(*at, record.key(), record.value(), tuple(record.headers() or ())))
        return found
    finally:
        consumer.close()


def _commands(settings: KafkaSettings) -> Mapping[str, Event]:
    events = [read(record, tribunal="TJMS") for record in _outcomes(settings, "saj.commands")]
    return {
        event.data["document_id"]: event for event in events if isinstance(event, Event) and event.type == _ANSWERED
    }


def _users(settings: KafkaSettings) -> set[tuple[str, str]]:
    events = [read(record, tribunal="TJMS") for record in _outcomes(settings, "saj.commands")]
    told = [event.data for event in events if isinstance(event, Event) and event.type == _ACCESS_CHANGED]
    return {(data["user"], data["role"]) for data in told}


def _one(day: Day, phase: Phase, answer: str | None = None) -> Expected:
    return next(d for d in day.documents_of(phase) if d.answer == answer and d.state == "REGISTERED")


def test_the_whole_day_lies_on_the_topic_as_planned(kafka: KafkaSettings) -> None:
    # given
    day = Day.plan(20, seed=11)
    # when
    count = publish_day(kafka, day)
    # then
    found = [read(record, tribunal="TJMS") for record in _outcomes(kafka, "saj.documents.issued")]
    found += [read(record, tribunal="TJMS") for record in _outcomes(kafka, "saj.custody.events")]
    assert count == len(found) == day.expected.events_published
    assert sum(isinstance(one, Unreadable) for one in found) == day.expected.dead_letters
    assert {one.data.get("document_id") for one in found if isinstance(one, Event)} == {*day.documents, None}


def test_an_offer_is_answered_as_planned_and_each_one_once(kafka: KafkaSettings) -> None:
    # given
    day, service = Day.plan(20, seed=12), _Service(kafka)
    yes, no, nobody = (_one(day, phase, answer) for phase, answer in _ASKED)
    with Court(kafka, day) as court:
        # when each is offered, and one record comes twice
        for document in (yes, no, nobody):
            service.say(_OFFERED, document, 1, state="HELD", reason="AWAITING_CONSENT")
        service.say(_OFFERED, yes, 1, state="HELD", reason="AWAITING_CONSENT")
        service.say(_HELD, nobody, 2, state="HELD", reason="WAITING_LINK")
        assert court.wait_until(lambda said: _heard(said, nobody, 2) and _heard(said, no, 1), 20)
        assert court.wait_until(lambda said: _heard(said, yes, 1), 20)
    # then
    commands = {key: event for key, event in _commands(kafka).items() if key in day.documents}
    assert {key: event.data["answer"] for key, event in commands.items()} == {
        yes.document_id: "SIM",
        no.document_id: "NAO",
    }
    assert len([r for r in _outcomes(kafka, "saj.commands") if yes.document_id.encode() in (r.value or b"")]) == 1
    by = commands[yes.document_id].data["by"]
    assert by == {"role": "SERVIDOR", "user": yes.answered_by, "unit": yes.unit}
    # and the court told of its users before anybody answered
    assert {(yes.answered_by, "SERVIDOR"), (no.answered_by, "SERVIDOR")} <= _users(kafka)


_ASKED = ((Phase.OUTAGE, "SIM"), (Phase.OUTAGE, "NAO"), (Phase.MORNING, None))


def _heard(said: Outcomes, document: Expected, sequence: int) -> bool:
    latest = said.latest(document.document_id)
    return latest is not None and latest.sequence >= sequence


def test_a_contingency_is_parked_when_opened_and_settled_when_resolved(kafka: KafkaSettings) -> None:
    # given
    day, service = Day.plan(20, seed=13), _Service(kafka)
    opened, waiting = _one(day, Phase.OUTAGE, "SIM"), _one(day, Phase.OUTAGE, "NAO")
    both = (opened, waiting)
    with Court(kafka, day) as court:
        # when, then
        service.say(_HELD, waiting, 1, state="HELD", reason="WAITING_LINK")
        assert not court.wait_until(parked(both), 0.2)
        service.say(_OPENED, opened, 2, state="CONTINGENCY")
        assert court.wait_until(parked(both), 20)
        service.say(_REGISTERED, opened, 3, state="REGISTERED")
        service.say(_REGISTERED, waiting, 2, state="REGISTERED")
        assert court.wait_until(settled((waiting,)), 20)
        assert not court.wait_until(settled(both), 0.2)
        service.say(_RESOLVED, opened, 4, state="REGISTERED")
        assert court.wait_until(settled(both), 20)
        # and a lower sequence that comes late changes nothing
        service.say(_HELD, waiting, 1, state="HELD", reason="OTHER")
        said = court.outcomes
    assert said.waited(waiting.document_id)
    assert not said.waited(opened.document_id)


def test_the_court_leaves_no_consumer_group_behind(kafka: KafkaSettings) -> None:
    # when
    with Court(kafka, Day.plan(1)) as court:
        assert court.wait_until(lambda _: True, 5)
    # then
    admin = AdminClient(kafka.admin_config())
    assert admin.list_consumer_groups(request_timeout=20).result(20).valid == []


def test_a_court_without_the_topic_says_so(kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr("sandbox.saj.court.OUTCOMES", "saj.missing")
    # when, then
    with Court(kafka, Day.plan(1)) as court, pytest.raises(CourtError, match=r"saj\.missing"):
        court.wait_until(lambda _: False, 30)
