"""The API's gate: every request is written down, the link's mode and the moods strike, then the route answers."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from sandbox.bnmp import login, persons, pieces
from sandbox.bnmp.clock import stamp
from sandbox.bnmp.fields import dig, integer, text
from sandbox.bnmp.journal import Entry
from sandbox.bnmp.kinds import PATHS
from sandbox.bnmp.link import Link
from sandbox.bnmp.refusals import FAULT, NOT_FOUND, TOO_MANY, Refusal
from sandbox.bnmp.sessions import COOKIE
from sandbox.bnmp.spoiling import PROXY_PAGE, Silence, spoil_of
from sandbox.bnmp.world import Answer, Call, World, json_object

MAX_BODY = 4 * 1024 * 1024
_GATEWAY_JSON = {"status": 503, "error": "Service Unavailable", "message": "upstream connect error"}
SILENT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the API; `effect`: it changes something, and its answer may be lost; `public`: asks for no session."""

    method: str
    pattern: str
    answer: Callable[[World, Call], Answer]
    effect: bool = False
    public: bool = False


_PATH = f"(?P<path>{'|'.join(sorted(PATHS))})"
_ID = r"(?P<id>[0-9]{1,15})"
ROUTES: tuple[Route, ...] = (
    Route("POST", "/api/public/authenticate", login.authenticate, public=True),
    Route("POST", "/api/pessoas/duplicidades", persons.search),
    Route("POST", "/api/pessoas", persons.create, effect=True),
    Route("GET", r"/api/pessoas/rji/(?P<rji>[0-9]+)", persons.read),
    Route("POST", "/api/pecas/light-filter", pieces.search),
    Route("POST", f"/api/{_PATH}", pieces.create, effect=True),
    Route("GET", f"/api/{_PATH}/{_ID}", pieces.read),
    Route("GET", f"/api/{_PATH}/(?P<hand>assinar-servidor|assinar-magistrado)/{_ID}", pieces.sign, effect=True),
    Route("POST", f"/api/{_PATH}/{_ID}/anular", pieces.annul, effect=True),
)


class Gate:
    """Stands between the socket and the routes."""

    def __init__(self, world: World, link: Link) -> None:
        """Guard that world behind that link."""
        self._world, self._link = world, link
        self._burst = 0

    def app(self) -> web.Application:
        """Return the application that answers on the API port."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/{anything:.*}", self.handle)
        return app

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or close its connection without an answer."""
        key = request.headers.get("Idempotency-Key")
        journal, clock = self._world.journal, self._world.clock
        entry = Entry(stamp(clock.now()), request.method, request.path, key[:200] if key else None)
        journal.open(entry)
        try:
            answer = await self._answer(request, entry)
        except Silence as silence:
            _cut(request)
            journal.close(entry, stamp(clock.now()), None, str(silence))
            return web.Response()
        except Exception:
            journal.close(entry, stamp(clock.now()), 500, "fault of the simulator itself")
            raise
        if request.transport is None or request.transport.is_closing():
            journal.close(entry, stamp(clock.now()), None, answer.error or "connection lost")
        else:
            journal.close(entry, stamp(clock.now()), answer.status, answer.error)
        return _response(answer)

    async def _answer(self, request: web.Request, entry: Entry) -> Answer:
        try:
            body = await request.read()
        except (web.RequestPayloadError, ConnectionError):
            raise Silence("request cut") from None
        except web.HTTPRequestEntityTooLarge:
            return self._refused(Refusal(413, "TamanhoExcedidoException", "Requisição grande demais"), request)
        route, ids = _match(request)
        call = self._call(request, body, ids)
        self._describe(entry, call)
        return await self._broken_link() or await self._moody_answer(request, route, call)

    async def _moody_answer(self, request: web.Request, route: Route | None, call: Call) -> Answer:
        moods, dice, now = self._world.moods, self._world.dice, self._world.clock.now
        spoil = None
        if route and route.effect and dice.strikes("accept_late", moods.accept_late):
            # Whoever gives up meanwhile is not spared the effect.
            await asyncio.sleep(dice.between("accept_late_s", *moods.accept_late_s))
        try:
            answer = self._route(route, call)
            if route and route.effect:
                spoil = spoil_of(moods, dice, creates=answer.status == 201)
        except Refusal as refusal:
            answer = self._refused(refusal, request)
        if moods.latency_ms[1] > 0:
            await asyncio.sleep(dice.between("latency_ms", *moods.latency_ms) / 1000)
        return answer if spoil is None else replace(spoil[1](answer, request.path, now(), dice), error=spoil[0])

    def _route(self, route: Route | None, call: Call) -> Answer:
        world = self._world
        moods, dice = world.moods, world.dice
        world.age()
        if route is None:
            raise Refusal(404, NOT_FOUND, "Endereço não encontrado")
        if not route.public:
            if dice.strikes("throttle", moods.throttle):
                raise Refusal(429, TOO_MANY, "Limite de requisições excedido")
            if dice.strikes("http500", moods.http500):
                raise Refusal(500, FAULT, "Erro interno do servidor")
            world.sessions.verify(call.session, call.headers.get("X-XSRF-TOKEN"), call.cookie, world.clock.now())
        return route.answer(world, call)

    async def _broken_link(self) -> Answer | None:
        """Play the link's mode: an answer that no application gave, or, for blackhole, silence and then a cut."""
        mode = self._struck()
        if mode == "blackhole":
            # Nobody is told when the caller gives up, so the waiting has a bound of its own.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._link.changed(), SILENT_SECONDS)
            raise Silence(mode)
        if mode == "http503":
            page = _GATEWAY_JSON if self._link.as_json else PROXY_PAGE
            return Answer(503, page, html=not self._link.as_json, error=mode)
        if mode == "html":
            return Answer(200, PROXY_PAGE, html=True, error=mode)
        if mode == "slow":
            # Before the effect: a client that gives up meanwhile is not spared the effect.
            await asyncio.sleep(self._link.slow_seconds)
        return None

    def _struck(self) -> str:
        """Give the link's mode, or the one that a mood puts in its place for this request."""
        moods, dice = self._world.moods, self._world.dice
        if self._link.mode != "up":
            return self._link.mode
        if moods.http503 and (self._burst or dice.strikes("http503", moods.http503)):
            self._burst = (self._burst or max(1, int(moods.http503_burst))) - 1
            return "http503"
        return next((mode for mode in ("html", "blackhole") if dice.strikes(mode, getattr(moods, mode))), "up")

    def _refused(self, refusal: Refusal, request: web.Request) -> Answer:
        headers = {"Retry-After": str(self._world.moods.retry_after_s)} if refusal.status == 429 else {}
        body = refusal.as_json(request.path, self._world.clock.now())
        return Answer(refusal.status, body, headers, error=refusal.message)

    def _call(self, request: web.Request, body: bytes, ids: Mapping[str, str]) -> Call:
        session = self._world.sessions.find(request.headers.get("Authorization", ""))
        return Call(ids, request.query, request.headers, request.cookies.get(COOKIE), body, session)

    def _describe(self, entry: Entry, call: Call) -> None:
        """Note who asks about whom, as far as the request tells."""
        try:
            body: Any = json_object(call.body) if call.body.startswith(b"{") else {}
        except Refusal:
            body = {}
        entry.user = call.session.user if call.session else text(body, "username") or None
        entry.unit = call.session.unit if call.session else text(body, "codigoOrgao") or None
        piece = self._world.book.pieces.get(integer(call.ids.get("id", "")) or 0)
        told = dig(body, "pessoa.numeroIndividuo") or dig(body, "numeroIndividuo") or call.ids.get("rji")
        entry.rji = str(told) if told else piece.rji if piece else None


def _match(request: web.Request) -> tuple[Route | None, Mapping[str, str]]:
    for route in ROUTES:
        found = re.fullmatch(route.pattern, request.path)
        if found and route.method == request.method:
            return route, found.groupdict()
    return None, {}


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _response(answer: Answer) -> web.Response:
    if answer.html:
        return web.Response(status=answer.status, text=answer.body, content_type="text/html", headers=answer.headers)
    if answer.body is None:
        return web.Response(status=answer.status, headers=answer.headers)
    if answer.half:
        whole = json.dumps(answer.body)
        return web.Response(status=answer.status, text=whole[: len(whole) // 2], content_type="application/json")
    return web.json_response(answer.body, status=answer.status, headers=answer.headers)
