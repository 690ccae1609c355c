"""Fixtures: a migrated ledger on each database that is served, a clock that tests move, an office in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.engine import Database
from tests.ledger.office import Hand, Office
from tests.served import Served

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database it is."""
    return str(request.param)


@pytest.fixture
def empty(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    served: Served = request.getfixturevalue("served")
    with served.database(migrated=False) as url:
        yield url


@pytest.fixture
def url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated ledger: a copy of one that was migrated once."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("template"), tmp_path / "ledger.db")
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    served: Served = request.getfixturevalue("served")
    with served.database() as url:
        yield url


@pytest.fixture
def hand() -> Hand:
    """The clock of the ledger."""
    return Hand()


@pytest.fixture
def database(url: str, hand: Hand) -> Iterator[Database]:
    """A migrated ledger."""
    made = Database(url, hand)
    yield made
    made.close()


@pytest.fixture
def office(database: Database, hand: Hand) -> Office:
    """An office at work in it."""
    return Office(database, hand)
