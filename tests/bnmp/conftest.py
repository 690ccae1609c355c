"""Fixtures: the credentials of the samples' two hands, settings with short windows, a court before the simulator."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from sandbox.bnmp.simulator import Simulator
from tests.bnmp.court import SHORT, UNIT, USERS, Court, write_credentials


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """The folder with the credentials of the samples' two hands."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    write_credentials(folder, "u123", "login-u123", "senha-u")
    write_credentials(folder, "m007", "login-m007", "senha-m")
    return folder


@pytest.fixture
def settings(credentials: Path) -> BnmpSettings:
    return BnmpSettings("http://127.0.0.1:9", "saj-test", credentials, {}, ZoneInfo("America/Campo_Grande"), SHORT)


@pytest.fixture
async def court(settings: BnmpSettings) -> AsyncIterator[Court]:
    async with Simulator(seed=7) as simulator, Registry(replace(settings, url=simulator.url)) as registry:
        court = Court(registry, simulator)
        await court.tell("/control/users", [user | {"units": [UNIT], "denied_units": []} for user in USERS])
        yield court
