"""Sessions and credentials, against the simulator and against a server that counts."""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bnmp.registry import Registry
from bnmp.sessions import lifetime
from bnmp.settings import BnmpSettings
from rules.words import AnswerClass as A
from rules.words import Step
from tests.bnmp.court import UNIT, Court, Respond, door, http, order, write_credentials

PAGE = {"content": [], "last": True, "totalElements": 0}
LOGIN = b"POST /api/public/authenticate"


def gate(*logins: bytes, page: Callable[[bytes], bytes] = lambda _: http(200, PAGE)) -> Respond:
    """Answer each login with the next of `logins` (the last one for ever), anything else with `page`."""
    left = list(logins)

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        if request.startswith(LOGIN):
            writer.write(left.pop(0) if len(left) > 1 else left[0])
        else:
            writer.write(page(request))

    return respond


TOKENS = http(200, {"token_jwt": "jwt-1", "token_csrf": "csrf-1"})
NEW_TOKENS = http(200, {"token_jwt": "jwt-2", "token_csrf": "csrf-2"})


@pytest.mark.parametrize("greeting", [http(500, b"", "Set-Cookie: a=1; Path=/"), http(200, b"", "Set-Cookie: a=1")])
async def test_a_greeting_that_hands_out_a_cookie_is_no_outage_and_is_answered_once(
    greeting: bytes, settings: BnmpSettings
) -> None:
    seen: list[bytes] = []

    def page(request: bytes) -> bytes:
        seen.append(request)
        return http(200, PAGE)

    async with door(gate(greeting, TOKENS, page=page)) as server, Registry(replace(settings, url=server.url)) as bnmp:
        assert (await bnmp.step(Step.PERSON, order())).answer is A.OK
    assert [line.split()[1] for line in server.lines].count("/api/public/authenticate") == 2
    for header in (b"Authorization: Bearer jwt-1", b"X-XSRF-TOKEN: csrf-1", b"Cookie: a=1"):
        assert header in seen[0]


async def test_a_server_that_only_greets_is_out_of_reach_after_one_repetition(settings: BnmpSettings) -> None:
    greeting = http(503, b"", "Set-Cookie: a=1")
    async with door(gate(greeting)) as server, Registry(replace(settings, url=server.url)) as bnmp:
        answer = await bnmp.step(Step.CREATE, order(rji="26000000104"))
    assert (answer.answer, answer.op) == (A.CONNECTION, "POST public/authenticate")
    assert len(server.lines) == 2


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        (http(200, {"token_jwt": "a"}), A.CONNECTION),
        (http(200, {"token_jwt": "a\r\nX: 1", "token_csrf": "b"}), A.CONNECTION),
        (http(200, b"<html>"), A.CONNECTION),
        (http(401, {"status": 401}), A.ACCESS),
        (http(400, {"status": 400}), A.ACCESS),
        (http(429, b"", "Retry-After: 9"), A.THROTTLED),
        (http(500, {"status": 500}), A.FAULT),
    ],
)
async def test_a_login_that_fails_never_leaves_a_write_in_doubt(
    login: bytes, expected: A, settings: BnmpSettings
) -> None:
    async with door(gate(login)) as server, Registry(replace(settings, url=server.url)) as bnmp:
        answer = await bnmp.step(Step.CREATE, order(rji="26000000104"))
    assert answer.answer is expected
    assert answer.retry_after == (9 if expected is A.THROTTLED else None)
    assert len(server.lines) == 1


async def test_after_a_401_there_is_one_new_login_and_then_access_is_given_up(settings: BnmpSettings) -> None:
    async with (
        door(gate(TOKENS, NEW_TOKENS, page=lambda _: http(401, b""))) as server,
        Registry(replace(settings, url=server.url)) as bnmp,
    ):
        assert (await bnmp.step(Step.PERSON, order())).answer is A.ACCESS
    assert [line.split()[1].partition("?")[0].rpartition("/")[2] for line in server.lines] == [
        "authenticate",
        "duplicidades",
        "authenticate",
        "duplicidades",
    ]


def token(**claims: Any) -> str:
    """A token as BNMP writes one, of which nobody checks the seal."""
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"


@pytest.mark.parametrize(
    ("jwt", "life"),
    [
        (token(iat=1000, exp=1600), 600.0),
        (token(exp=1600), None),
        (token(iat=1600, exp=1000), None),
        (token(iat="a", exp="b"), None),
        (token(iat=0, exp=10**400), None),
        ("e30.e30", None),
        ("e30.W10.x", None),
        ("opaque", None),
        ("a.\x7f.b", None),
    ],
)
def test_a_token_says_how_long_it_is_good_for_or_nothing(jwt: str, life: float | None) -> None:
    assert lifetime(jwt) == life


async def test_a_session_is_renewed_before_its_token_ends_and_nobody_is_refused(
    settings: BnmpSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given tokens of an hour
    hour = http(200, {"token_jwt": token(iat=1000, exp=4600), "token_csrf": "c"})
    loop = asyncio.get_running_loop()
    real, gone_by = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + gone_by[0])
    async with door(gate(hour)) as server, Registry(replace(settings, url=server.url)) as bnmp:
        # when
        logins = []
        for gone_by[0] in (0.0, 3400.0, 3541.0, 3542.0, 7100.0):
            assert (await bnmp.step(Step.PERSON, order())).answer is A.OK
            logins.append(sum("authenticate" in line for line in server.lines))
    # then one minute before its end it is renewed, and no request had to be refused for it
    assert logins == [1, 1, 2, 2, 3]


async def test_a_refused_login_is_not_tried_again_for_every_document_that_waits(settings: BnmpSettings) -> None:
    refused = http(401, {"status": 401, "exception": "CredenciaisException"})
    async with door(gate(refused)) as server, Registry(replace(settings, url=server.url)) as bnmp:
        # when
        answers = [await bnmp.step(Step.PERSON, order()) for _ in range(5)]
    # then
    assert {(one.answer, one.detail) for one in answers} == {(A.ACCESS, "401 CredenciaisException")}
    assert len(server.lines) == 1


async def test_several_processes_have_a_session_of_the_same_user_each(court: Court, settings: BnmpSettings) -> None:
    # given
    async with Registry(replace(settings, url=court.simulator.url)) as other:
        await court.rji(order())
        # when both go on by turns
        for _ in range(3):
            for one in (other, court.registry):
                assert (await one.step(Step.PERSON, order())).answer is A.OK
    # then each had logged in once
    assert {row["status"] for row in court.requests("duplicidades")} == {200}


async def test_many_who_find_the_token_expired_log_in_once_between_them(settings: BnmpSettings) -> None:
    def page(request: bytes) -> bytes:
        return http(200, PAGE) if b"Bearer jwt-2" in request else http(401, b"")

    async with (
        door(gate(TOKENS, NEW_TOKENS, page=page)) as server,
        Registry(replace(settings, url=server.url)) as bnmp,
    ):
        answers = await asyncio.gather(*(bnmp.step(Step.PERSON, order()) for _ in range(8)))
    assert {answer.answer for answer in answers} == {A.OK}
    assert sum("authenticate" in line for line in server.lines) == 2


async def test_a_401_that_comes_late_does_not_throw_away_the_tokens_of_a_newer_login(settings: BnmpSettings) -> None:
    renewed, first = asyncio.Event(), True

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal first
        if request.startswith(LOGIN):
            writer.write(TOKENS if len(server.lines) == 1 else NEW_TOKENS)
        elif b"Bearer jwt-2" in request:
            renewed.set()
            writer.write(http(200, PAGE))
        else:
            late, first = first, False
            if late:
                await renewed.wait()
            writer.write(http(401, b""))

    async with door(respond) as server, Registry(replace(settings, url=server.url)) as bnmp:
        answers = await asyncio.gather(*(bnmp.step(Step.PERSON, order()) for _ in range(2)))
    assert [answer.answer for answer in answers] == [A.OK, A.OK]
    assert sum("authenticate" in line for line in server.lines) == 2


async def test_an_expired_token_of_the_simulator_is_renewed_within_the_same_step(court: Court) -> None:
    await court.tell("/control/moods", {"token_ttl_s": 60})
    await court.rji(order())
    await court.tell("/control/clock", {"advance_seconds": 120})
    assert (await court.registry.step(Step.PERSON, order())).answer is A.OK
    assert [row["status"] for row in court.requests("duplicidades")][-2:] == [401, 200]


async def test_without_credentials_access_is_denied_and_nothing_is_sent(court: Court, credentials: Path) -> None:
    (credentials / "u123.json").unlink()
    assert not court.registry.can_sign("u123", UNIT)
    for step in (Step.PERSON, Step.PERSON_CREATE, Step.CREATE, Step.SIGN_SERVIDOR):
        answer = await court.registry.step(step, order(rji="26000000104", bnmp_id="1"))
        assert (answer.answer, answer.detail) == (A.ACCESS, "no credentials")
    assert court.simulator.book["requests"] == []


async def test_a_password_that_changed_is_read_again_and_the_old_session_is_left(
    court: Court, credentials: Path
) -> None:
    await court.rji(order())
    write_credentials(credentials, "u123", "login-u123", "wrong-now")
    answer = await court.registry.step(Step.PERSON, order())
    assert (answer.answer, answer.op) == (A.ACCESS, "POST public/authenticate")
    write_credentials(credentials, "u123", "login-u123", "senha-u")
    assert (await court.registry.step(Step.PERSON, order())).answer is A.OK


async def test_a_unit_is_logged_into_by_its_organ_id(settings: BnmpSettings) -> None:
    bodies: list[bytes] = []

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        bodies.append(request.partition(b"\r\n\r\n")[2])
        writer.write(TOKENS if len(bodies) == 1 else http(200, PAGE))

    async with (
        door(respond) as server,
        Registry(replace(settings, url=server.url, units={UNIT: "777"})) as bnmp,
    ):
        await bnmp.step(Step.PERSON, order())
    assert json.loads(bodies[0]) == {
        "clientId": "saj-test",
        "username": "login-u123",
        "password": "senha-u",
        "codigoOrgao": "777",
    }


async def test_the_probe_says_up_for_a_page_for_a_refused_login_and_for_nobody_at_all(
    settings: BnmpSettings, credentials: Path
) -> None:
    async with door(gate(TOKENS)) as server, Registry(replace(settings, url=server.url)) as bnmp:
        assert (await bnmp.probe()).answer is A.OK
    async with door(gate(http(401, b""))) as server, Registry(replace(settings, url=server.url)) as bnmp:
        assert (await bnmp.probe()).answer is A.OK
    settings = replace(settings, credentials=credentials / "nobody")
    async with (
        door(gate(TOKENS, page=lambda _: http(401, b""))) as server,
        Registry(replace(settings, url=server.url)) as bnmp,
    ):
        assert (await bnmp.probe()).answer is A.OK
        assert server.lines == ["POST /api/pecas/light-filter?page=0&size=1&sort=id,asc HTTP/1.1"]


@pytest.mark.parametrize("mode", ["refuse", "blackhole", "http503", "html"])
async def test_the_probe_says_down_for_every_way_of_being_down_and_up_again_afterwards(mode: str, court: Court) -> None:
    await court.tell("/control/link", {"mode": mode})
    answer = await court.registry.probe()
    assert answer.answer is A.CONNECTION
    assert answer.at.utcoffset() is not None
    await court.tell("/control/link", {"mode": "up"})
    assert (await court.registry.probe()).answer is A.OK
