"""One real broker for every test of this room, with the topics of the contract; each test has its own ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.engine import Database
from ledger.migrate import migrate
from producers.settings import KafkaSettings
from producers.topics import create
from schemas.outcomes import DISPATCH
from schemas.topics import HOME
from tests.edges import servers
from tests.edges.edge import PARTITIONS, Edge
from tests.edges.queued import Queue


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaSettings]:
    with servers.kafka() as bootstrap:
        settings = KafkaSettings(bootstrap, "saj-bnmp.test")
        create(settings, partitions=PARTITIONS)
        yield settings


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    migrate(opened, "TJMS")
    yield opened
    opened.close()


@pytest.fixture
def edge(kafka: KafkaSettings, database: Database) -> Edge:
    return Edge(kafka, database)


@pytest.fixture
def queue(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """A queue of the sender's on a topic of its own."""
    topic = edge.topic(2)
    monkeypatch.setitem(HOME, DISPATCH, topic)
    made = Queue(edge, topic)
    yield made
    made.end()
