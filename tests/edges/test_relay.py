"""The relay on a real broker: what the ledger has to say goes out in its order, once, and a stuck person stops nobody."""

import base64
import os
from collections.abc import Iterator, Sequence
from threading import Event, Thread
from typing import Any, NoReturn

import pytest
import sqlalchemy as sa
from confluent_kafka import KafkaError, KafkaException

from ledger.engine import Connection
from ledger.leases import take_singleton
from ledger.tables import outbox
from producers.relay import Relay
from tests.edges.edge import Edge, until

_BINARY = bytes(range(256))


class _Relays:
    """Relays of this test; those that run are ended with it."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.stopped = Event()
        self._running: list[Thread] = []

    def new(self, owner: str = "one") -> Relay:
        return Relay(self.edge.database, self.edge.kafka, owner)

    def run(self, owner: str, stopped: Event) -> None:
        thread = Thread(target=self.new(owner).run, args=(stopped.is_set, lambda seconds: stopped.wait(seconds / 20)))
        thread.start()
        self._running.append(thread)

    def end(self) -> None:
        self.stopped.set()
        for thread in self._running:
            thread.join(20)


@pytest.fixture
def relays(edge: Edge) -> Iterator[_Relays]:
    made = _Relays(edge)
    yield made
    made.end()


@pytest.fixture
def topic(edge: Edge) -> str:
    return edge.topic(max_message_bytes="10000")


def _say(edge: Edge, topic: str, *rows: dict[str, Any]) -> None:
    with edge.database.transaction() as connection:
        for row in rows:
            connection.execute(
                outbox.insert().values({"person": None, "topic": topic, "key": b"k", "headers": [], **row})
            )


def _waiting(edge: Edge) -> list[int]:
    with edge.database.reading() as connection:
        return list(connection.scalars(sa.select(outbox.c.id).order_by(outbox.c.id)))


def _values(edge: Edge, topic: str) -> list[bytes | None]:
    return [record.value for record in edge.records(topic)]


def _look_back(relay: Relay) -> int:
    """A second passes; then publish until there is nothing more to do. Gives how many rows went out."""
    relay._looked_back = float("-inf")
    assert relay._hold()
    return sum(iter(relay.publish, 0))


def test_rows_go_out_in_id_order_byte_for_byte_and_are_deleted(edge: Edge, relays: _Relays, topic: str) -> None:
    # given
    headers = [["ce_id", base64.b64encode(b"e-1").decode()], ["ce_id", base64.b64encode(_BINARY).decode()], ["n", None]]
    _say(edge, topic, *({"id": n, "value": b"%d" % n} for n in (30, 10, 20)))
    _say(edge, topic, {"id": 40, "key": _BINARY, "value": _BINARY, "headers": headers, "person": 7})
    _say(edge, topic, {"id": 50, "key": None, "value": None})
    # when
    published = relays.new().publish()
    # then
    records = edge.records(topic)
    assert published == 5
    assert [record.value for record in records] == [b"10", b"20", b"30", _BINARY, None]
    assert (records[3].key, records[4].key) == (_BINARY, None)
    assert records[3].headers == (("ce_id", b"e-1"), ("ce_id", _BINARY), ("n", None))
    assert _waiting(edge) == []


def test_a_row_committed_late_with_a_lower_id_is_still_published(edge: Edge, relays: _Relays, topic: str) -> None:
    # given a relay that has passed id 10
    relay = relays.new()
    _say(edge, topic, {"id": 10, "value": b"ten"})
    relay.publish()
    # when
    _say(edge, topic, {"id": 5, "value": b"five"})
    passed = relay.publish()
    found = _look_back(relay)
    # then the scan goes on from 10, the look-back finds it
    assert (passed, found) == (0, 1)
    assert _values(edge, topic) == [b"ten", b"five"]
    assert _waiting(edge) == []


def test_an_undeliverable_row_holds_its_person_alone_until_it_can_go(edge: Edge, relays: _Relays, topic: str) -> None:
    # given a row of person 1 that the broker refuses
    relay = relays.new()
    _say(edge, topic, {"id": 1, "person": 1, "value": os.urandom(20_000)})
    relay.publish()
    # when more comes, and looking back goes over all of it again
    _say(edge, topic, *({"id": n, "person": person, "value": b"%d" % n} for n, person in ((2, 1), (3, 2), (4, None))))
    went = relay.publish() + _look_back(relay) + _look_back(relay)
    # then
    assert (went, _values(edge, topic), _waiting(edge)) == (2, [b"3", b"4"], [1, 2])
    # when the row can go, while something newer is already there
    with edge.database.transaction() as connection:
        connection.execute(outbox.update().where(outbox.c.id == 1).values(value=b"1"))
    _say(edge, topic, *({"id": n, "person": 1, "value": b"%d" % n} for n in (5, 6)))
    went = relay.publish() + _look_back(relay)
    # then
    assert (went, _values(edge, topic), _waiting(edge)) == (4, [b"3", b"4", b"1", b"2", b"5", b"6"], [])


def test_a_row_under_way_is_never_overtaken_by_a_later_one_of_its_person(
    edge: Edge, relays: _Relays, topic: str
) -> None:
    # given a first row that the broker will refuse, and a later one of the same person for another partition
    elsewhere = edge.topic()
    _say(edge, topic, {"id": 1, "person": 1, "value": os.urandom(20_000)})
    _say(edge, elsewhere, {"id": 2, "person": 1, "value": b"2"}, {"id": 3, "person": 2, "value": b"3"})
    # when both are in the first batch
    went = relays.new().publish()
    # then
    assert (went, _values(edge, elsewhere), _waiting(edge)) == (1, [b"3"], [1, 2])


def test_a_person_with_more_rows_than_a_batch_has_time_for_loses_none_and_no_order(
    edge: Edge, relays: _Relays, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr("producers.relay.WAVES_SECONDS", 0.0)
    _say(edge, topic, *({"id": n, "person": n // 100, "value": b"%d" % n} for n in (101, 102, 103, 104, 105, 201)))
    relay = relays.new()
    # when
    went = sum(iter(relay.publish, 0))
    # then
    assert (went, _waiting(edge)) == (6, [])
    assert [value for value in _values(edge, topic) if value != b"201"] == [b"101", b"102", b"103", b"104", b"105"]


def test_what_was_refused_takes_nobody_along_the_next_time(edge: Edge, relays: _Relays, topic: str) -> None:
    # given one batch for one partition, which the broker refuses as a whole
    relay = relays.new()
    rows = [(n, n, b"%d" % n) for n in (1, 3, 4)] + [(2, 2, os.urandom(20_000))]
    _say(edge, topic, *({"id": n, "person": person, "value": value} for n, person, value in rows))
    relay.publish()
    # when
    went = _look_back(relay)
    # then
    assert (went, _values(edge, topic), _waiting(edge)) == (3, [b"1", b"3", b"4"], [2])


def test_a_held_person_stays_held_over_more_rows_than_one_batch(
    edge: Edge, relays: _Relays, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr("producers.relay.BATCH", 2)
    relay = relays.new()
    _say(edge, topic, {"id": 1, "person": 1, "value": os.urandom(20_000)})
    relay.publish()
    _say(edge, topic, *({"id": n, "person": 1, "value": b"%d" % n} for n in range(2, 9)))
    # when every batch of a whole scan is gone through
    relay._last = 0
    for _ in range(5):
        relay.publish()
    # then
    assert (_values(edge, topic), _waiting(edge)) == ([], list(range(1, 9)))


def test_a_row_that_another_relay_published_holds_nobody(edge: Edge, relays: _Relays, topic: str) -> None:
    # given a person held by a row that is gone
    relay = relays.new()
    _say(edge, topic, {"id": 1, "person": 1, "value": os.urandom(20_000)})
    relay.publish()
    with edge.database.transaction() as connection:
        connection.execute(outbox.delete())
    # when
    _say(edge, topic, *({"id": n, "person": 1, "value": b"%d" % n} for n in (2, 3)))
    went = _look_back(relay)
    # then
    assert (went, _values(edge, topic)) == (2, [b"2", b"3"])


def test_a_person_who_is_held_costs_no_transaction_between_two_look_backs(
    edge: Edge, relays: _Relays, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    relay = relays.new()
    _say(edge, topic, {"id": 1, "person": 1, "value": os.urandom(20_000)})
    relay.publish()
    # when
    monkeypatch.setattr(edge.database, "transaction", _refuse)
    # then
    assert relay.publish() == 0


def test_a_relay_killed_before_the_delete_says_the_same_thing_again(
    edge: Edge, relays: _Relays, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    ids = [["ce_id", base64.b64encode(b"e-7").decode()]]
    _say(edge, topic, {"id": 1, "person": 7, "value": b"v", "headers": ids})
    with monkeypatch.context() as patched:
        patched.setattr("producers.relay.delete", _refuse)
        with pytest.raises(_KilledError):
            relays.new("first life").publish()
    # when
    relays.new("second life").publish()
    # then
    first, second = edge.records(topic)
    assert (first.value, first.headers) == (second.value, second.headers) == (b"v", (("ce_id", b"e-7"),))
    assert _waiting(edge) == []


def test_only_what_the_broker_answered_is_deleted(
    edge: Edge, relays: _Relays, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    deleted: list[int] = []
    monkeypatch.setattr("producers.relay.delete", lambda _, ids: deleted.extend(ids))
    relay = relays.new()
    _say(edge, topic, {"id": 2, "value": os.urandom(20_000)})
    relay.publish()
    # when the refused row stands between two others
    _say(edge, topic, {"id": 1, "value": b"a"}, {"id": 3, "value": b"c"})
    relay._look_back()
    relay.publish()
    # then
    assert deleted == [1, 3]


def test_of_two_relays_one_is_active_and_the_other_goes_on_when_it_stops(
    edge: Edge, relays: _Relays, topic: str
) -> None:
    # given the first at work
    first = Event()
    relays.run("first", first)
    _say(edge, topic, {"id": 1, "value": b"1"})
    until(lambda: _waiting(edge) == [])
    # when a second one starts
    relays.run("second", relays.stopped)
    with edge.database.transaction() as connection:
        second_may = take_singleton(connection, "relay", "second", seconds=10)
    first.set()
    _say(edge, topic, {"id": 2, "value": b"2"})
    until(lambda: _waiting(edge) == [])
    # then
    assert not second_may
    assert _values(edge, topic) == [b"1", b"2"]


def test_a_producer_that_is_beyond_repair_ends_the_relay(edge: Edge, relays: _Relays, topic: str) -> None:
    # given
    relay = relays.new()
    relay._producer = _BrokenProducer()
    _say(edge, topic, {"id": 1, "value": b"v"})
    # when, then the process ends and its next life has a new producer
    with pytest.raises(KafkaException):
        relay.publish()
    assert _waiting(edge) == [1]


class _KilledError(Exception):
    pass


def _refuse(_: Connection | None = None, __: Sequence[int] = ()) -> NoReturn:
    raise _KilledError


class _BrokenProducer:
    """A client after a fatal error: it takes nothing any more."""

    def produce(self, *_: Any, **__: Any) -> None:
        raise KafkaException(KafkaError(KafkaError._FATAL, "out of order", fatal=True))

    def poll(self, _: float) -> int:
        return 0

    def flush(self, _: float) -> int:
        return 0
