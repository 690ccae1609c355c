"""A court of its own for each story: a ledger's copy, the simulator on loopback, the unit's two people known to it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from bnmp.survey import Survey
from ledger.engine import Database
from sandbox.bnmp.sessions import read_user
from sandbox.bnmp.simulator import Simulator
from sandbox.saj.people import write_credentials
from tests.ledger.office import STAFF, Hand, Office
from tests.served import Served
from tests.story.comparing import fast
from tests.story.court import Court


@asynccontextmanager
async def _court(url: str, tmp_path: Path, resolution: str = "automatic") -> AsyncIterator[Court]:
    hand = Hand()
    database = Database(url, hand)
    users = [user for staff in STAFF for user in (staff.servidor, staff.magistrado)]
    write_credentials(users, tmp_path / "credentials")
    async with Simulator(seed=7) as simulator:
        settings = BnmpSettings(
            simulator.url, "saj-story", tmp_path / "credentials", {}, ZoneInfo("America/Campo_Grande")
        )
        for user in users:
            simulator.world.sessions.put(read_user(user.as_registry_user()))
        async with Registry(settings) as registry:
            yield Court(Office(database, hand, resolution=resolution), hand, registry, simulator)
    database.close()


@pytest.fixture
async def court(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> AsyncIterator[Court]:
    """A court whose day has just begun; its parameter is whose word a resolution awaits, nobody's unless given."""
    shutil.copy(template, tmp_path / "ledger.db")
    resolution = getattr(request, "param", "automatic")
    async with _court(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path, resolution) as court:
        yield court


@pytest.fixture(params=["sqlite", "postgresql"])
async def either(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> AsyncIterator[Court]:
    """The same court on either database."""
    if request.param == "sqlite":
        shutil.copy(template, tmp_path / "ledger.db")
        async with _court(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path) as court:
            yield court
        return
    served: Served = request.getfixturevalue("served")
    with served.database() as url:
        async with _court(url, tmp_path) as court:
            yield court


@pytest.fixture
async def survey(court: Court) -> AsyncIterator[Survey]:
    """Reads the court's registry, fast and with little rest."""
    async with fast(court) as survey:
        yield survey
