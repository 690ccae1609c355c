"""The ledger in real trouble beneath a relay and a queue's reader on a real broker: both go on by themselves."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
import structlog

from ledger.engine import Database
from ledger.migrate import migrate
from ledger.tables import outbox
from producers.relay import Relay
from tests.edges.edge import Edge, until
from tests.edges.queued import Queue, read
from tests.ledger.test_patience import met
from tests.ledger.trouble import trouble
from tests.served import Served


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A ledger on each database."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
        migrate(opened, "TJMS")
        yield opened
        opened.close()
        return
    served: Served = request.getfixturevalue("served")
    with served.database() as url:
        opened = Database(url)
        yield opened
        opened.close()


def test_a_relay_publishes_everything_in_order_when_the_trouble_is_over(edge: Edge) -> None:
    # given
    topic, stopped = edge.topic(), Event()
    with edge.database.transaction() as connection:
        rows = [{"topic": topic, "key": b"k", "headers": [], "value": b"%d" % n, "person": 1} for n in range(5)]
        connection.execute(outbox.insert(), rows)
    relay = Relay(edge.database, edge.kafka, "one")
    thread = Thread(target=relay.run, args=(stopped.is_set, stopped.wait))
    # when
    with structlog.testing.capture_logs() as logs:
        with trouble(edge.database):
            thread.start()
            until(lambda: met(logs) >= 3)
        until(lambda: not waiting(edge))
    # then
    assert thread.is_alive()
    stopped.set()
    thread.join(60)
    values = [record.value for record in edge.records(topic)]
    assert list(dict.fromkeys(values)) == [b"0", b"1", b"2", b"3", b"4"]


def test_a_queues_reader_reads_on_and_moves_its_cursor_when_the_trouble_is_over(queue: Queue) -> None:
    # given
    queue.start_at(0, 0)
    queue.put(3)
    backlog = queue.backlog()
    references = read(backlog, 3)
    # when
    with structlog.testing.capture_logs() as logs:
        with trouble(queue.edge.database):
            for reference in references:
                backlog.finish(reference)
            until(lambda: met(logs) >= 2)
            queue.put(2)
            more = read(backlog, 2)
        until(lambda: queue.cursor() == 3)
    # then
    assert [reference.document_id for reference in more] == ["d4", "d5"]


def waiting(edge: Edge) -> int:
    with edge.database.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(outbox)) or 0
