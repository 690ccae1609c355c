"""What holds for all tests: they leave nothing beside them, and those that ask for it share one PostgreSQL."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from sandbox.postgres.server import Postgres
from tests.served import Served

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")
# The same examples each time: a run that turns red says something about the change and not about chance.
settings.register_profile("house", database=None, derandomize=True)
settings.load_profile("house")


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A PostgreSQL of this process's tests."""
    with Postgres.start(durable=False) as server:
        yield Served(server)
