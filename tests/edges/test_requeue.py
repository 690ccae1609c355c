"""A queue whose records Kafka lost: what is open in the ledger is put there again, and the reader goes on behind the loss."""

import json

import pytest
import sqlalchemy as sa
from confluent_kafka import TopicPartition
from structlog.testing import capture_logs

from consumers import groups
from consumers.groups import PROCESSOR, RESOLVER, SENDER, OffsetsGoneError, check_queue, check_start
from ledger import requeue
from ledger.engine import Database
from ledger.tables import outbox
from tests.edges.edge import Edge
from tests.ledger.office import Hand, Office, paper


@pytest.fixture
def topic(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue of two partitions that was read up to 3 and 0, of which retention took the first 7 and none."""
    name = edge.topic(2)
    monkeypatch.setitem(groups.TOPICS, SENDER, (name,))
    monkeypatch.setitem(groups.TOPICS, RESOLVER, (name,))
    edge.publish(name, [b"%d" % n for n in range(10)])
    for group in (SENDER, RESOLVER):
        edge.start_at(group, {(name, 0): 3, (name, 1): 0})
    edge.admin.delete_records([TopicPartition(name, 0, 7)])[TopicPartition(name, 0, 7)].result()
    return name


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database, Hand())


def _queued(database: Database) -> list[tuple[str, str, int]]:
    with database.reading() as connection:
        rows = connection.execute(sa.select(outbox.c.topic, outbox.c.value).order_by(outbox.c.id)).all()
    bodies = [(row.topic, json.loads(row.value)) for row in rows if row.topic.startswith("bnmp.")]
    return [(name, body["document_id"], body["turn"]) for name, body in bodies]


def _forget(database: Database) -> list[tuple[str, str, int]]:
    """What waited to be said was said, and Kafka lost it."""
    said = _queued(database)
    with database.transaction() as connection:
        connection.execute(outbox.delete())
    return said


def test_open_work_is_put_on_the_queue_again_and_the_cursor_goes_behind_the_loss(
    edge: Edge, office: Office, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given open documents on more pages than one, and one about whose mandado BNMP is asked
    monkeypatch.setattr(requeue, "PAGE", 2)
    office.issue(*(paper("MANDADO", f"M-{n}", person=n) for n in range(5)))
    office.issue(paper("CERTIDAO", "C-9", "M-9", person=5))
    said = _forget(office.database)
    # when
    with capture_logs() as logs:
        check_queue(edge.kafka, office.database, office.deployment, SENDER)
    # then
    assert _queued(office.database) == sorted(said)
    assert len(said) == 6
    assert (edge.cursor(SENDER, topic), edge.cursor(SENDER, topic, 1)) == (7, 0)
    told = [entry for entry in logs if entry["event"] == "queue.offsets_gone"]
    assert [entry["documents_put_again"] for entry in told] == [6]
    # when it starts again
    check_queue(edge.kafka, office.database, office.deployment, SENDER)
    # then nothing is said twice
    assert len(_queued(office.database)) == 6


def test_each_queue_gets_its_own_work(edge: Edge, office: Office, topic: str) -> None:
    # given work of the sender alone
    office.issue(paper("MANDADO", "M-1"))
    _forget(office.database)
    # when the resolver's queue lost records
    check_queue(edge.kafka, office.database, office.deployment, RESOLVER)
    # then
    assert _queued(office.database) == []
    assert edge.cursor(RESOLVER, topic) == 7


def test_what_saj_published_is_never_passed_over_so(edge: Edge, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the same loss on what the processor reads
    monkeypatch.setitem(groups.TOPICS, PROCESSOR, (topic,))
    edge.start_at(PROCESSOR, {(topic, 0): 3, (topic, 1): 0})
    # when, then
    with pytest.raises(OffsetsGoneError, match="offsets 3 to 6 are gone"):
        check_start(edge.kafka, edge.database, PROCESSOR)
    assert edge.cursor(PROCESSOR, topic) == 3
