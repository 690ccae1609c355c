"""One real broker for every test of this room, with the topics of the contract; each test has its own ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.served import Served


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaSettings]:
    with servers.kafka() as bootstrap:
        settings = KafkaSettings(bootstrap, "saj-bnmp.test")
        create(settings, partitions=PARTITIONS)
        yield settings


@pytest.fixture
def kind() -> str:
    """Which database carries the ledger; who asks both says so."""
    return "sqlite"


@pytest.fixture
def database(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    if kind == "sqlite":
        with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as made:
            migrate(made, "TJMS")
            yield made
        return
    served: Served = request.getfixturevalue("served")
    with served.database() as url, opened(url) as made:
        yield made


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A ledger that is closed at the block's end."""
    made = Database(url)
    try:
        yield made
    finally:
        made.close()


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
