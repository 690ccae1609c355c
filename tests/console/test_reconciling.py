"""The comparison with BNMP as an operator starts it: what differs is a status to go by, and so is a registry that is away."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import Result

from bnmp import survey
from ledger.tables import document, person
from sandbox.bnmp.sessions import read_user
from sandbox.bnmp.simulator import Simulator
from sandbox.saj.people import write_credentials
from tests.console.conftest import Call
from tests.ledger.office import STAFF, Office

RJI = "26000000001"


@pytest.fixture
async def simulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Simulator]:
    users = [user for staff in STAFF for user in (staff.servidor, staff.magistrado)]
    write_credentials(users, tmp_path / "credentials")
    async with Simulator(seed=7) as simulator:
        for user in users:
            simulator.world.sessions.put(read_user(user.as_registry_user()))
        monkeypatch.setenv("SAJ_BNMP_BNMP_URL", simulator.url)
        monkeypatch.setenv("SAJ_BNMP_CREDENTIALS", str(tmp_path / "credentials"))
        monkeypatch.setattr(survey, "TRIES", 1)
        yield simulator


async def typed(call: Call, *words: str) -> Result:
    """What a command answers while the registry goes on beside it."""
    return await asyncio.to_thread(partial(call, "reconcile", "--rate", "50", *words))


async def test_books_that_agree_end_well_and_say_how_much_was_compared(call: Call, simulator: Simulator) -> None:
    # when
    done = await typed(call, "--json")
    # then
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert (shown["persons"], shown["units"], shown["items"], shown["next_cursor"]) == (3, 1, [], None)
    assert "3 persons and 1 units compared, 0 differences: u90101" in done.stderr
    assert {one["path"] for one in simulator.book["requests"]} == {
        "/api/public/authenticate",
        "/api/pecas/light-filter",
    }


@pytest.mark.usefixtures("simulator")
async def test_a_difference_is_a_status_of_its_own_and_is_shown_with_what_mends_it(call: Call, office: Office) -> None:
    # given
    with office.database.transaction() as connection:
        connection.execute(sa.update(person).where(person.c.person == 2).values(rji=RJI))
    # when
    told, plain = await typed(call, "--person", "2", "--json"), await typed(call, "--person", "2")
    # then
    assert (told.exit_code, plain.exit_code) == (1, 1)
    (one,) = json.loads(told.stdout)["items"]
    assert (one["kind"], one["person"], one["registry"]) == ("RJI", 2, None)
    assert RJI not in told.stdout + plain.stdout
    assert "1 persons and 0 units compared, 1 differences" in plain.stdout


async def test_a_registry_that_is_away_is_another_status_and_the_cursor_goes_on_from_there(
    call: Call, office: Office, simulator: Simulator
) -> None:
    # given
    with office.database.transaction() as connection:
        connection.execute(sa.update(person).where(person.c.person == 2).values(rji=RJI))
    await simulator._link.set("refuse")
    # when
    away = await typed(call, "--json")
    # then
    shown = json.loads(away.stdout)
    assert (away.exit_code, shown["stopped"], shown["persons"], shown["next_cursor"]) == (3, "CONNECTION", 1, "p1")
    # when
    await simulator._link.set("up")
    rest = await typed(call, "--json", "--cursor", "p1")
    # then
    assert [one["kind"] for one in json.loads(rest.stdout)["items"]] == ["RJI"]


@pytest.mark.usefixtures("simulator")
async def test_without_credentials_nothing_is_asked_and_nothing_is_said_to_agree(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    monkeypatch.setenv("SAJ_BNMP_CREDENTIALS", str(tmp_path / "nowhere"))
    # when
    done = await typed(call, "--json")
    # then
    shown = json.loads(done.stdout)
    assert (done.exit_code, shown["stopped"], shown["units"]) == (1, "ACCESS", 0)


def test_what_cannot_be_compared_is_said_before_anything_is_asked(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("SAJ_BNMP_BNMP_URL", "http://127.0.0.1:9")
    # then
    assert call("reconcile", "--person", "2", "--unit", "90101").exit_code == 2
    assert call("reconcile", "--person", "nobody").exit_code == 1
    assert isinstance(call("reconcile", "--cursor", "x").exception, ValueError)


def test_the_divergences_that_stand_are_listed(call: Call, office: Office) -> None:
    # given
    with office.database.transaction() as connection:
        held = {"state": "HELD", "reason": "DIVERGENCE", "missing": ["draft"]}
        connection.execute(sa.update(document).where(document.c.document_id == "TJMS-4").values(held))
    # when
    told, plain = call("divergences", "list", "--json"), call("divergences", "list")
    # then
    (one,) = json.loads(told.stdout)["items"]
    assert (one["kind"], one["document_id"], one["missing"], one["who"]) == (
        "DIVERGENCE",
        "TJMS-4",
        ["draft"],
        "SERVIDOR",
    )
    assert "TJMS-4" in plain.stdout
