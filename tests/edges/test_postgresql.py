"""What the edges ask of the ledger where PostgreSQL carries it: late commits, a server that dies, cursors."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from ledger.engine import Database
from ledger.migrate import migrate
from ledger.tables import outbox
from producers.relay import Relay
from schemas.outcomes import DISPATCH
from schemas.topics import HOME
from tests.edges import servers
from tests.edges.carried import Carried
from tests.edges.edge import Edge, until
from tests.edges.queued import Queue, read


@pytest.fixture
def server() -> Iterator[servers.PostgresServer]:
    """A server that may be killed."""
    with servers.postgres() as made:
        yield made


@pytest.fixture
def database(server: servers.PostgresServer) -> Iterator[Database]:
    opened = Database(server.url())
    migrate(opened, "TJMS")
    yield opened
    opened.close()


def _row(topic: str, value: bytes) -> dict[str, object]:
    return {"person": None, "topic": topic, "key": b"k", "headers": [], "value": value}


def test_a_row_that_commits_behind_the_relay_is_published_and_no_other_is_lost(edge: Edge) -> None:
    # given a row whose transaction is still open while later ones are published
    topic, stopped = edge.topic(), Event()
    relay = Relay(edge.database, edge.kafka, "one")
    running = Thread(target=relay.run, args=(stopped.is_set, stopped.wait))
    with edge.database.transaction() as late:
        late.execute(outbox.insert().values(_row(topic, b"late")))
        with edge.database.transaction() as connection:
            connection.execute(outbox.insert(), [_row(topic, b"one"), _row(topic, b"two")])
        running.start()
        until(lambda: edge.end(topic) == 2)
    # when it is committed
    until(lambda: edge.end(topic) == 3)
    stopped.set()
    running.join(30)
    # then
    assert [record.value for record in edge.records(topic)] == [b"one", b"two", b"late"]
    with edge.database.reading() as connection:
        assert connection.execute(outbox.select()).all() == []


def test_a_processor_outlives_its_database_and_loses_nothing(
    edge: Edge, server: servers.PostgresServer, tmp_path: Path
) -> None:
    # given
    carried = Carried(edge, tmp_path)
    try:
        mine = edge.publish("saj.documents.issued", [b"unreadable"] * 20)
        life = carried.start()
        carried.until_taken(mine)
        # when the server dies and more arrives
        server.kill()
        mine += edge.publish("saj.documents.issued", [b"unreadable"] * 20)
        until(lambda: "ledger.trouble" in carried.text())
        server.restart()
        # then
        carried.until_taken(mine)
        assert life.runs
    finally:
        carried.end()


def test_a_backlog_keeps_its_place_there(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    topic = edge.topic(2)
    monkeypatch.setitem(HOME, DISPATCH, topic)
    queue = Queue(edge, topic)
    try:
        queue.put(5)
        queue.start_at(1, 0)
        backlog = queue.backlog()
        found = read(backlog, 4)
        # when
        for reference in found[:2]:
            backlog.finish(reference)
        # then
        until(lambda: queue.cursor() == 3)
        until(lambda: queue.committed() == 3)
    finally:
        queue.end()
