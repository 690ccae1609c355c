"""The control port: steers the simulator and shows its book. It is ours; the real registry has nothing like it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.bnmp.chain import refold
from sandbox.bnmp.link import Link
from sandbox.bnmp.moods import BASES, Dice
from sandbox.bnmp.sessions import read_user
from sandbox.bnmp.world import World

_MAX_BODY = 4 * 1024 * 1024


class Control:
    """Each method answers one route; a ValueError or KeyError in it is the caller's mistake (400)."""

    def __init__(self, world: World, link: Link) -> None:
        """Steer that world and that link."""
        self._world, self._link = world, link

    def app(self) -> web.Application:
        """Return the application that answers on the control port."""
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_get("/control/book", self._show_book)
        for name in ("link", "moods", "users", "persons", "clock", "reset"):
            app.router.add_post(f"/control/{name}", _told(getattr(self, name)))
        return app

    async def link(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Set the link's mode: `{"mode", "slow_seconds"?, "accepts"?: false (blackhole), "json"?: true (http503)}`."""
        seconds = float(wish.get("slow_seconds", self._link.slow_seconds))
        await self._link.set(
            str(wish.get("mode")), accepts=_flag(wish, "accepts", True), as_json=_flag(wish, "json", False)
        )
        self._link.slow_seconds = seconds
        return {"mode": self._link.mode, "slow_seconds": seconds}

    async def moods(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Change some moods, of those in force or of all that are `calm` or `hostile` (`base`); `seed` starts chance anew."""
        wishes = {name: value for name, value in wish.items() if name not in ("seed", "base")}
        base = BASES[wish["base"]] if "base" in wish else self._world.moods
        self._world.moods = base.changed(wishes)
        if "seed" in wish:
            self._world.dice = Dice(int(wish["seed"]))
        return self._world.moods.as_json() | {"seed": self._world.dice.seed}

    async def users(self, wish: list[Any]) -> dict[str, Any]:
        """Add or replace users, all of them or none."""
        for user in [read_user(row) for row in wish]:
            self._world.sessions.put(user)
        return {"users": len(self._world.sessions.users)}

    async def persons(self, wish: list[Any]) -> dict[str, Any]:
        """Deactivate or merge persons: `[{"numeroIndividuo", "ativo"?, "rjiPrincipal"?}]`."""
        book = self._world.book
        for row in wish:
            person, main = book.persons[row["numeroIndividuo"]], row.get("rjiPrincipal")
            person.active = bool(row.get("ativo", person.active))
            if main:
                book.merge(person.rji, book.persons[main].rji)
                refold(book, person.rji)
                refold(book, main)
        return {"persons": len(wish)}

    async def clock(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Move the virtual time forward: `{"advance_seconds"}`; what is due by then happens at once."""
        seconds = float(wish["advance_seconds"])
        if seconds < 0:
            raise ValueError("time only goes forward")
        self._world.clock.advance(seconds)
        self._world.age(at_once=True)
        return {"now": self._world.clock.now().isoformat()}

    async def reset(self, _wish: Any) -> dict[str, Any]:
        """Forget everything, users and moods included, and bring the link up."""
        self._world.reset()
        await self._link.set("up")
        return {"reset": True}

    async def _show_book(self, _request: web.Request) -> web.Response:
        return web.json_response(self._world.pages())


def _flag(wish: dict[str, Any], name: str, default: bool) -> bool:  # noqa: FBT001 (a value)
    value = wish.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")  # noqa: TRY004 - one kind of error for a bad wish
    return value


def _told(act: Callable[[Any], Awaitable[dict[str, Any]]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            raw = await request.read()
            return web.json_response(await act(json.loads(raw) if raw else None))
        except (ValueError, TypeError, KeyError, AttributeError) as mistake:
            return web.json_response({"error": f"{type(mistake).__name__}: {mistake}"}, status=400)

    return handle
