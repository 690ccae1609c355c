"""The communication test: one real call from here, users' last tests, and the last failures (docs/law.md safety-21)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from ledger import link_tests
from ledger.link_tests import MOST_FAILURES, MOST_USERS, UserTest, link_failure, link_test
from ledger.links import load_link
from ledger.tables import document
from operations.links import LinkTested
from rules.facts import Answer
from rules.words import AnswerClass, LinkState
from sandbox.bnmp.sessions import read_user
from sandbox.bnmp.simulator import Simulator
from sandbox.saj.people import write_credentials
from tests.console.conftest import Call
from tests.ledger.office import STAFF, START, Office

U1 = STAFF[0].servidor
Told = tuple[int, dict[str, Any]]


@pytest.fixture
async def simulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Simulator]:
    """BNMP, and the credentials of one user of the unit."""
    write_credentials([U1], tmp_path / "credentials")
    async with Simulator(seed=7) as simulator:
        simulator.world.sessions.put(read_user(U1.as_registry_user()))
        monkeypatch.setenv("SAJ_BNMP_BNMP_URL", simulator.url)
        monkeypatch.setenv("SAJ_BNMP_CREDENTIALS", str(tmp_path / "credentials"))
        yield simulator


async def shown_by(call: Call, *words: str) -> Told:
    """What the test says while the registry goes on beside it, and its exit status."""
    done = await asyncio.to_thread(partial(call, "link", "test", *words, "--json"))
    assert done.stderr == ""
    TypeAdapter(LinkTested).validate_json(done.stdout)
    return done.exit_code, json.loads(done.stdout)


def told(office: Office, user: str, client: str, app_server: str) -> str:
    """SAJ tells of a user's test; how it was answered."""
    office.take(office.command("link.tested", "SERVIDOR", user=user, client=client, app_server=app_server))
    return str([one for one in office.said() if one.type.startswith("bnmp.command.")][-1].data["message"])


@pytest.mark.parametrize(
    ("cut", "client", "app_server", "status", "word"),
    [
        (False, "OK", "OK", 0, "está disponível"),
        (False, "ERROR", "OK", 1, "Indisponível para este usuário"),
        (False, "OK", "ERROR", 1, "Indisponível para este usuário"),
        (True, "OK", "OK", 1, "neste servidor"),
        (True, "ERROR", "ERROR", 1, "para este usuário e neste servidor"),
    ],
)
async def test_both_results_are_shown_and_an_error_in_either_is_unavailability_for_that_user(
    call: Call, office: Office, simulator: Simulator, *, cut: bool, client: str, app_server: str, status: int, word: str
) -> None:
    # given
    told(office, "u1", client, app_server)
    told(office, "u2", "OK", "OK")
    await simulator._link.set("refuse" if cut else "up")
    # when
    exit_code, shown = await shown_by(call, "--user", "u1")
    # then
    assert (exit_code, shown["available"]) == (status, status == 0)
    assert shown["app_server"] == ("ERROR" if cut else "OK")
    (one,) = shown["users"]
    assert (one["user"], one["client"], one["app_server"]) == ("u1", client, app_server)
    assert word in shown["what"]
    assert ("ente novamente" in shown["what"]) is (status == 1)
    # and of nobody in particular only what is seen from here counts
    assert (await shown_by(call))[0] == int(cut)


async def test_a_users_failed_test_asks_bnmp_opens_nothing_and_tells_what_to_do(
    office: Office, simulator: Simulator
) -> None:
    # given
    before = {row["document_id"]: (row["state"], row["reason"]) for row in office.rows(document)}
    # when
    message = told(office, "u1", "ERROR", "OK")
    # then
    assert "indisponível para este usuário" in message
    assert "teste de comunicação" in message
    with office.database.reading() as connection:
        link = load_link(connection)
    assert (link.state, link.probe_at, link.unavailable_since) == (LinkState.UP, office.hand(), None)
    assert {row["document_id"]: (row["state"], row["reason"]) for row in office.rows(document)} == before
    assert simulator.book["requests"] == []


@pytest.mark.usefixtures("simulator")
async def test_the_last_failures_are_shown_with_their_instants_and_since_when(call: Call, office: Office) -> None:
    # given
    with office.database.transaction() as connection:
        for n in range(3):
            answer = Answer(AnswerClass.CONNECTION, START, f"CALL-{n}", "connection refused")
            link_tests.failed(connection, answer)
    # when
    _, shown = await shown_by(call, "--limit", "2")
    plain = await asyncio.to_thread(partial(call, "link", "test"))
    # then
    assert [(one["op"], one["class"]) for one in shown["failures"]] == [
        ("CALL-2", "CONNECTION"),
        ("CALL-1", "CONNECTION"),
    ]
    assert shown["failures"][0]["at"].startswith("2026-11-20T14:00:00")
    for part in ("app server OK", "link UP", "failed", "CALL-0", "está disponível"):
        assert part in plain.stdout


def test_what_is_kept_is_bounded_and_a_user_has_one_last_test(office: Office) -> None:
    # given
    users = [UserTest(f"u{n:04}", START, "OK", "OK") for n in range(MOST_USERS)]
    # when
    with office.database.transaction() as connection:
        link_tests.keep(connection, users)
        for n in range(MOST_FAILURES + 7):
            link_tests.failed(connection, Answer(AnswerClass.CONNECTION, START, str(n), ""))
    told(office, "u0001", "ERROR", "OK")
    told(office, "newcomer", "OK", "OK")
    # then
    kept = {row["user"]: row["client"] for row in office.rows(link_test)}
    assert (len(kept), kept["u0001"], kept["newcomer"]) == (MOST_USERS, "ERROR", "OK")
    assert [row["op"] for row in office.rows(link_failure)] == [str(n) for n in range(7, MOST_FAILURES + 7)]


def test_without_an_address_of_bnmp_the_test_is_wrong_usage(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.delenv("SAJ_BNMP_BNMP_URL", raising=False)
    # when
    done = call("link", "test")
    # then
    assert done.exit_code != 0
