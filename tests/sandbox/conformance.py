"""A witness of every exchange with the simulator, who holds it against docs/bnmp-openapi.yaml."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.sandbox.test_simulator_sessions import Office, office

PAGE = Path(__file__).resolve().parents[2] / "docs/bnmp-openapi.yaml"
DESCRIBED: dict[str, Any] = yaml.safe_load(PAGE.read_text(encoding="utf-8"))
LOGIN = "/api/public/authenticate"
_METHODS = ("get", "post")


def promised() -> set[tuple[str, str, str]]:
    """Every method, path and status that the page has."""
    return {
        (method, path, status)
        for path, item in DESCRIBED["paths"].items()
        for method in _METHODS
        if method in item
        for status in item[method]["responses"]
    }


class Witness:
    """Validates each answer, and each request that was accepted; `seen` are method, path and status of each.

    While `lossy` nothing is promised of a success: somebody between us and the registry may have taken its body.
    """

    def __init__(self) -> None:
        self._api = OpenAPI.from_dict(DESCRIBED)
        self.seen: set[tuple[str, str, str]] = set()
        self.kinds: set[str] = set()
        self.lossy = False

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Let a request through and look at both sides of it."""
        sent = b"" if isinstance(request.body, bytes) else await request.body.as_bytes()
        answer = await handler(request)
        if request.url.path.startswith("/api/"):
            asked = _request(request, sent)
            said = MockResponse(
                await answer.read(), answer.status, dict(answer.headers), answer.content_type.partition(";")[0]
            )
            self._judge(asked, said)
        return answer

    def _judge(self, asked: MockRequest, said: MockResponse) -> None:
        handshake = asked.path == LOGIN and not said.data
        if said.status_code not in (200, 201) or not (handshake or self.lossy):
            self._api.validate_response(asked, said)
        if said.status_code < 400:
            self._api.validate_request(asked)
        path, names = _template(asked.path)
        self.kinds |= names
        self.seen.add((asked.method, path, str(said.status_code)))


def _request(request: aiohttp.ClientRequest, sent: bytes) -> MockRequest:
    told = request.headers.get("Cookie", "")
    cookies = dict(pair.split("=", 1) for pair in told.split("; ") if "=" in pair)
    return MockRequest(
        "http://localhost",
        request.method.lower(),
        request.url.path,
        args=dict(request.url.query),
        headers=dict(request.headers),
        cookies=cookies,
        data=sent or None,
        content_type=request.headers.get("Content-Type", ""),
    )


def _template(path: str) -> tuple[str, set[str]]:
    """The page's own word for a path, and which sort of piece it is about."""
    if path in DESCRIBED["paths"]:
        return path, set()
    parts = path.split("/")
    if path.startswith("/api/pessoas/rji/"):
        return "/api/pessoas/rji/{rji}", set()
    return "/".join(["", "api", "{peca}", *("{id}" if part.isdigit() else part for part in parts[3:])]), {parts[2]}


@asynccontextmanager
async def watched(witness: Witness, seed: int = 1, **moods: Any) -> AsyncIterator[Office]:
    """An office of which every exchange is watched."""
    async with office(seed, **moods) as court:
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(cookie_jar=jar, middlewares=(witness,)) as http:
            http._retry_connection = False
            court.http = http
            yield court
