"""Fixtures: a migrated ledger on each database that is served, a clock that tests move, an office in it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.engine import Database
from ledger.migrate import migrate
from sandbox.saj.documents import TRIBUNAL
from tests.ledger.office import Hand, Office

# Another database is one row more: from a folder of the test's own to the URL of an empty database.
DATABASES: dict[str, Callable[[Path], str]] = {"sqlite": lambda folder: f"sqlite:///{folder / 'ledger.db'}"}


@pytest.fixture(params=sorted(DATABASES))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    return DATABASES[request.param](tmp_path)


@pytest.fixture
def hand() -> Hand:
    """The clock of the ledger."""
    return Hand()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that was migrated once; where files can be copied a test begins with a copy."""
    file = tmp_path_factory.mktemp("template") / "ledger.db"
    made = Database(f"sqlite:///{file}")
    migrate(made, TRIBUNAL)
    made.close()
    return file


@pytest.fixture
def database(url: str, hand: Hand, template: Path) -> Iterator[Database]:
    """A migrated ledger."""
    if url.startswith("sqlite"):
        shutil.copy(template, url.removeprefix("sqlite:///"))
    made = Database(url, hand)
    if not url.startswith("sqlite"):
        migrate(made, TRIBUNAL)
    yield made
    made.close()


@pytest.fixture
def office(database: Database, hand: Hand) -> Office:
    """An office at work in it."""
    return Office(database, hand)
