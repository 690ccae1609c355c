"""Fixtures: a ledger that was migrated once and is copied, an office in a copy, a loop for the clock."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.engine import Database
from tests.ledger.office import Hand, Office


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
