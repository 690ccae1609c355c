"""Fixtures: a ledger with a morning's documents in it, and the command line pointed at it at a known instant."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from console import options
from console.main import app
from ledger.engine import Database
from tests.ledger.office import Hand, Office, paper

Call = Callable[..., Result]
SECRET = "um segredo inventado para os testes"


@pytest.fixture
def office(template: Path, tmp_path: Path) -> Iterator[Office]:
    """Three persons: a release and its warrant without certidão; a warrant behind a dead letter; one on its way."""
    file = tmp_path / "ledger.db"
    shutil.copy(template, file)
    hand = Hand()
    database = Database(f"sqlite:///{file}", hand)
    made = Office(database, hand)
    made.issue(paper("MANDADO", "TJMS-1"), paper("ALVARA", "TJMS-2", "TJMS-1"))
    hand.later(600)
    made.issue(paper("MANDADO", "TJMS-3", person=1), paper("MANDADO", "TJMS-4", person=2))
    made.take(made.junk(person=1))
    hand.later(7200)
    yield made
    database.close()


@pytest.fixture
def call(office: Office, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command as an operator would, without a process of its own."""
    monkeypatch.setenv("SAJ_BNMP_DATABASE_URL", office.database.url)
    monkeypatch.setenv("SAJ_BNMP_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    monkeypatch.setenv("SAJ_BNMP_PERSON_HASH_KEY", SECRET)
    monkeypatch.setattr(options, "Database", partial(Database, clock=office.hand))
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words))
