"""What holds for all tests: they leave nothing beside them, and those that ask for it share one PostgreSQL."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from ledger.engine import Database
from ledger.migrate import migrate
from sandbox.postgres.server import Postgres
from sandbox.saj.documents import TRIBUNAL
from tests.edges.servers import CONTAINERS, edges
from tests.promtool import PROMTOOL
from tests.served import Served

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")
# The same examples each time: a run that turns red says something about the change and not about chance.
settings.register_profile("house", database=None, derandomize=True)
settings.load_profile("house")
# Rich draws every error that is logged with all its local variables: a dead letter costs seconds, and nobody reads it.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
_SLOW_FIRST = {"containers": 0, "system": 1, "edges": 2}


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A PostgreSQL of this process's tests."""
    with Postgres.start(durable=False) as server:
        yield Served(server)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger's file that was migrated once, to be copied."""
    file = tmp_path_factory.mktemp("template") / "ledger.db"
    made = Database(f"sqlite:///{file}")
    migrate(made, TRIBUNAL)
    made.close()
    return file


def pytest_report_header() -> str:
    """Say on which servers the edges are tried, and whether the compose file is, and the alerts' cases are."""
    compose = "tried" if edges() == CONTAINERS else "not tried, no Docker answers"
    alerts = "tried" if PROMTOOL else "not tried, there is no promtool (Debian: prometheus)"
    return f"edges: {edges()}; docker-compose.yml: {compose}; alerts' cases: {alerts}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the slow ones begin first: they wait for real processes while the quick ones compute."""
    items.sort(key=lambda item: _SLOW_FIRST.get(item.path.parent.name, len(_SLOW_FIRST)))
