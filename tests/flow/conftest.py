"""Fixtures: a ledger that was migrated once and is copied, an office in a copy, a loop for the clock."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.engine import Database
from ledger.migrate import migrate
from sandbox.saj.documents import TRIBUNAL
from tests.ledger.office import Hand, Office


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger to copy."""
    file = tmp_path_factory.mktemp("flow") / "ledger.db"
    made = Database(f"sqlite:///{file}")
    migrate(made, TRIBUNAL)
    made.close()
    return file


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    """An office with a ledger and a clock of its own."""
    file = tmp_path / "ledger.db"
    shutil.copy(template, file)
    hand = Hand()
    database = Database(f"sqlite:///{file}", hand)
    yield Office(database, hand)
    database.close()


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop for the clock."""
    made = asyncio.new_event_loop()
    yield made
    made.run_until_complete(made.shutdown_default_executor())
    made.close()
