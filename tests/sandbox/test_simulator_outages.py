"""The ways in which the registry is not there: silence, no connection, a gateway that speaks in its place."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.sandbox.test_simulator_control import search
from tests.sandbox.test_simulator_sessions import CLERK, MANDADO, Office, office

SHORT = aiohttp.ClientTimeout(total=0.3)


async def asked(court: Office) -> tuple[int, str]:
    """Status and media type of a harmless call, whatever comes back."""
    url, keys = f"{court.simulator.url}/api/pecas/light-filter", court.keys[CLERK, "10234"]
    async with court.http.post(url, json={}, headers=keys) as answer:
        return answer.status, answer.content_type


async def test_a_blackhole_that_accepts_nothing_leaves_callers_without_a_connection() -> None:
    async with office() as court:
        await search(court)
        port = int(court.simulator.url.rsplit(":", 1)[1])
        # when
        await court.control("link", {"mode": "blackhole", "accepts": False})
        before = len(court.simulator.book["requests"])
        # then no connection comes about, and none is refused
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 0.3)
        with pytest.raises(TimeoutError):
            await search(court, timeout=SHORT)
        assert len(court.simulator.book["requests"]) == before
        # and the same port answers again, from silence as from a closed door
        for mode in ("up", "refuse"):
            await court.control("link", {"mode": "blackhole", "accepts": False})
            await court.control("link", {"mode": mode})
        await court.control("link", {"mode": "up"})
        assert (await search(court))[0] == 200


async def test_a_call_that_waits_in_a_blackhole_is_cut_when_the_link_is_back_and_had_no_effect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with office() as court:
        rji = await court.new_person()
        # given a call that hangs
        swallowed, link = asyncio.Event(), court.simulator._link
        changed = link.changed

        async def told() -> None:
            swallowed.set()
            await changed()

        monkeypatch.setattr(link, "changed", told)
        await court.control("link", {"mode": "blackhole"})
        hanging = asyncio.create_task(court.draft(MANDADO, rji))
        await swallowed.wait()
        # when
        await court.control("link", {"mode": "up"})
        # then
        with pytest.raises(aiohttp.ClientError):
            await hanging
        assert court.simulator.book["documents"] == []


async def test_a_gateway_says_503_in_html_or_in_json() -> None:
    async with office() as court:
        await search(court)
        for wish, kind in (({}, "text/html"), ({"json": True}, "application/json")):
            await court.control("link", {"mode": "http503", **wish})
            assert await asked(court) == (503, kind)
        # and the next outage says it in html again
        await court.control("link", {"mode": "http503"})
        assert await asked(court) == (503, "text/html")


async def test_a_burst_of_503_is_as_long_as_it_is_told_to_be() -> None:
    async with office(http503_burst=3) as court:
        await search(court)
        # when a page strikes once, then the next two calls meet it as well
        await court.control("moods", {"http503": 1.0})
        assert (await asked(court))[0] == 503
        await court.control("moods", {"http503": 1e-12})
        assert [(await asked(court))[0] for _ in range(3)] == [503, 503, 200]


async def test_a_call_that_the_mood_swallows_is_never_answered_and_has_no_effect() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.control("moods", {"blackhole": 1.0})
        court.http._timeout = SHORT
        with pytest.raises(TimeoutError):
            await court.draft(MANDADO, rji)
        # then
        assert court.simulator.book["documents"] == []
        assert court.last_request()["path"] == "/api/mandado-prisaos"


@pytest.mark.parametrize(
    "wish",
    [
        {"mode": "up", "accepts": False},
        {"mode": "blackhole", "accepts": "no"},
        {"mode": "refuse", "json": True},
        {"mode": "http503", "json": 1},
    ],
)
async def test_a_wish_that_no_mode_can_meet_changes_nothing(wish: Any) -> None:
    async with office() as court:
        await search(court)
        async with court.http.post(f"{court.simulator.control}/control/link", json=wish) as answer:
            assert answer.status == 400
        assert (await search(court))[0] == 200
