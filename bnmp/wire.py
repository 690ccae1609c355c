"""The wire: one request, at most one answer, every wait and every size bounded.

Connections are kept for moments only, between the steps of a registration: one that was kept for long may have died unseen,
and a write on it would be lost in doubt. Where one does break, all go out on connections of their own for a while, and a
read, which does nothing, goes out once more (docs/adr/0043). aiohttp would send a GET again by itself when a connection
breaks, fresh ones included; with a signature for a GET that must not be, so the break is given another name on its way up.
"""

import asyncio
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace, TracebackType
from typing import Any, Final, Self

import aiohttp
from aiohttp.abc import AbstractStreamWriter

from bnmp.answers import Seen, Sent, What
from rules.windows import Windows
from schemas.figures import Tell, untold

MOST_BYTES: Final = 1024 * 1024
_PIECE: Final = 16 * 1024
KEPT_SECONDS: Final = 2.0
"""How long an idle connection is kept: no server or proxy worth the name drops one so soon without a word."""
_MISTRUST_SECONDS: Final = 60.0


class BrokenError(aiohttp.ClientError):
    """The connection broke before an answer came."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `op` names it without ids or persons; `body` is what is sent, byte by byte."""

    what: What
    op: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"


class _Progress:
    """How far a request has come. Each phase (connect, send, answer) has its own time-out within the attempt's."""

    def __init__(self, windows: Windows, deadline: float) -> None:
        self.sent = self.reused = False
        self.phase = "connect"
        self._seconds = {"connect": windows.connect, "send": windows.send, "answer": windows.answer}
        self._deadline = deadline
        self._timeout = asyncio.timeout_at(None)
        self._open = False

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._open = True
        self.enter("connect")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        await self._timeout.__aexit__(kind, error, trace)

    def enter(self, phase: str) -> None:
        if not self._open or self._timeout.expired():
            return
        until = asyncio.get_running_loop().time() + self._seconds[phase]
        self.phase = phase if until <= self._deadline else "attempt"
        self._timeout.reschedule(min(until, self._deadline))

    def handed_over(self) -> None:
        self.sent = True
        self.enter("answer")


class _Body(aiohttp.Payload):
    """A body that tells when its last byte was handed over."""

    def __init__(self, value: bytes, progress: _Progress, content_type: str) -> None:
        super().__init__(value, content_type=content_type)
        self._size = len(value)
        self._progress = progress

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Give the body as text."""
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write piece by piece; only before the last one is it certain that the registry cannot have it whole."""
        for start in range(0, len(self._value), _PIECE):
            if start:
                await writer.drain()
            # Without a drain of its own, so that what waits in our buffer counts as handed over: it may still go out.
            await writer.write(self._value[start : start + _PIECE], drain=False)  # type: ignore[call-arg]
        self._progress.handed_over()


class Wire:
    """The HTTP client, between `open` and `close`."""

    def __init__(self, url: str, windows: Windows, tell: Tell = untold) -> None:
        """Prepare; `url` is the base address."""
        self._tell = tell
        self._url, self._windows = url.rstrip("/"), windows
        self._kept: aiohttp.ClientSession | None = None
        self._fresh: aiohttp.ClientSession | None = None
        self._mistrusted_until = 0.0

    async def open(self) -> None:
        """Open the clients: no cookies of their own, no proxies or passwords from the environment."""
        self._kept = self._client(aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS, limit=0))
        self._fresh = self._client(aiohttp.TCPConnector(force_close=True, limit=0))

    def _client(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            trace_configs=[_trace()],
            middlewares=(_never_twice,),
            # Compressed answers are not asked for; one that comes all the same is unpacked within our own bound.
            auto_decompress=False,
            trust_env=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        """Close every connection."""
        for client in (self._kept, self._fresh):
            if client is not None:
                await client.close()

    async def exchange(self, ask: Ask, deadline: float) -> tuple[Sent, Seen]:
        """Send `ask` once and read what comes back until `deadline` (the loop's clock, seconds); never raises for it."""
        begun = time.monotonic()
        progress, seen = await self._once(ask, deadline)
        if progress.reused and seen.failure == BrokenError.__name__:
            # It was kept too long for somebody on the way: for a while none is kept, and what only asks may ask again.
            self._mistrusted_until = asyncio.get_running_loop().time() + _MISTRUST_SECONDS
            if ask.what is not What.WRITE and seen.status is None:
                progress, seen = await self._once(ask, deadline)
        self._tell("bnmp_request_seconds", (ask.op,), time.monotonic() - begun)
        self._tell("bnmp_requests", (ask.op, seen.failure or str(seen.status)), 1)
        return Sent(ask.what, progress.sent), seen

    async def _once(self, ask: Ask, deadline: float) -> tuple[_Progress, Seen]:
        progress, now = _Progress(self._windows, deadline), asyncio.get_running_loop().time()
        client = self._fresh if now < self._mistrusted_until else self._kept
        if client is None:
            raise RuntimeError("the wire is not open")
        if now >= deadline:
            return progress, Seen(failure="time-out attempt")
        status: int | None = None
        try:
            async with (
                progress,
                client.request(
                    ask.method,
                    self._url + ask.path,
                    params=ask.query,
                    headers=ask.headers,
                    data=None if ask.body is None else _Body(ask.body, progress, ask.content_type),
                    allow_redirects=False,
                    trace_request_ctx=progress,
                ) as response,
            ):
                status = response.status
                return progress, await _read(response)
        except TimeoutError:
            return progress, Seen(status, failure=f"time-out {progress.phase}")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The name only: texts of errors hold addresses, and of a refused header its value.
            return progress, Seen(status, failure=type(error).__name__)


async def _read(response: aiohttp.ClientResponse) -> Seen:
    body, after = bytearray(), response.headers.get("Retry-After")
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > MOST_BYTES:
            break
    packed = response.headers.get("Content-Encoding", "identity").strip().lower() in _PACKED
    unpacked = _unpack(bytes(body)) if packed and len(body) <= MOST_BYTES else bytes(body)
    if len(unpacked) > MOST_BYTES:
        response.close()
        return Seen(response.status, failure="answer too long", retry_after=after)
    return Seen(response.status, unpacked, retry_after=after, cookies=tuple(response.headers.getall("Set-Cookie", ())))


_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})


def _unpack(body: bytes) -> bytes:
    """The answer that a proxy packed, one byte over the bound at most; what cannot be unpacked as it came."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, MOST_BYTES + 1)
    except zlib.error:
        return body


async def _never_twice(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from repeating a request whose connection broke."""
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise BrokenError from error


def _trace() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_connected)
    trace.on_connection_reuseconn.append(_connected_before)
    trace.on_request_headers_sent.append(_headers_sent)
    return trace


async def _connected(_: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
    _progress(context).enter("send")


async def _connected_before(_: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
    progress = _progress(context)
    progress.reused = True
    progress.enter("send")


async def _headers_sent(_: aiohttp.ClientSession, context: SimpleNamespace, sent: Any) -> None:
    if sent.method == "GET":
        _progress(context).handed_over()


def _progress(context: SimpleNamespace) -> _Progress:
    progress: _Progress = context.trace_request_ctx
    return progress
