"""The wire against servers that misbehave in one way each."""

import asyncio
import gzip
import socket
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest

from bnmp.answers import Seen, Sent, What, classify
from bnmp.wire import MOST_BYTES, Ask, Wire
from rules.windows import Windows
from rules.words import AnswerClass as A
from tests.bnmp.court import Door, door, http

FAST = Windows(connect=0.3, send=0.3, answer=0.3, attempt=5)
SIGN = Ask(What.WRITE, "GET x/assinar-servidor", "GET", "/api/x/assinar-servidor/1")
POST = Ask(What.WRITE, "POST x", "POST", "/api/x", body=b'{"a": 1}')


@asynccontextmanager
async def wire_to(url: str, windows: Windows = FAST) -> AsyncIterator[Callable[[Ask], Awaitable[tuple[Sent, Seen]]]]:
    wire = Wire(url, windows)
    await wire.open()
    try:
        yield lambda ask: wire.exchange(ask, asyncio.get_running_loop().time() + windows.attempt)
    finally:
        await wire.close()


async def hang_up(_: bytes, __: asyncio.StreamWriter) -> None:
    """Read the request and say nothing."""


async def test_a_signature_whose_connection_breaks_reaches_the_server_exactly_once() -> None:
    async with door(hang_up) as server, wire_to(server.url) as exchange:
        sent, seen = await exchange(SIGN)
    assert server.lines == ["GET /api/x/assinar-servidor/1 HTTP/1.1"]
    assert classify(sent, seen)[0] is A.UNCERTAIN


async def test_aiohttp_left_to_itself_would_send_that_signature_twice_even_on_fresh_connections() -> None:
    """The reason for our guard; when this fails, aiohttp has changed and the guard may go."""
    async with (
        door(hang_up) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as client,
    ):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await client.get(server.url + SIGN.path)
    assert len(server.lines) == 2


async def test_a_refused_connection_sent_nothing() -> None:
    async with door(hang_up) as server:
        url = server.url
    async with wire_to(url) as exchange:
        for ask in (SIGN, POST):
            sent, seen = await exchange(ask)
            assert (sent.complete, classify(sent, seen)[0]) == (False, A.CONNECTION)


async def test_a_name_that_does_not_resolve_sent_nothing() -> None:
    async with wire_to("http://nobody.invalid") as exchange:
        sent, seen = await exchange(POST)
    assert (sent.complete, classify(sent, seen)[0]) == (False, A.CONNECTION)


async def test_tls_that_fails_sent_nothing() -> None:
    async with door(hang_up) as server, wire_to(server.url.replace("http:", "https:")) as exchange:
        sent, seen = await exchange(SIGN)
    assert (sent.complete, classify(sent, seen)[0]) == (False, A.CONNECTION)


async def test_a_post_that_is_read_and_dropped_is_in_doubt_and_went_out_once() -> None:
    async with door(hang_up) as server, wire_to(server.url) as exchange:
        sent, seen = await exchange(POST)
    assert (sent.complete, classify(sent, seen)[0]) == (True, A.UNCERTAIN)
    assert server.lines == ["POST /api/x HTTP/1.1"]


async def test_an_answer_that_does_not_come_ends_the_answer_window() -> None:
    over = asyncio.Event()

    async def wait(_: bytes, __: asyncio.StreamWriter) -> None:
        await over.wait()

    async with door(wait) as server, wire_to(server.url) as exchange:
        sent, seen = await exchange(POST)
        over.set()
    assert seen.failure == "time-out answer"
    assert classify(sent, seen)[0] is A.UNCERTAIN


async def test_an_answer_that_trickles_ends_the_answer_window_too() -> None:
    over = asyncio.Event()

    async def trickle(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(201, {"id": 1})[:-3])
        await over.wait()

    async with door(trickle) as server, wire_to(server.url) as exchange:
        sent, seen = await exchange(POST)
        over.set()
    assert (seen.status, seen.failure) == (201, "time-out answer")
    assert classify(sent, seen)[0] is A.UNCERTAIN


async def test_a_body_that_nobody_reads_ends_the_send_window_and_did_not_go_out_whole() -> None:
    over, length = asyncio.Event(), 30_000_000
    received: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def read_too_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        count = 0
        with suppress(ConnectionError):
            while piece := await reader.read(65536):
                count += len(piece)
        received.set_result(count)
        writer.close()

    server = await asyncio.start_server(read_too_late, "127.0.0.1", 0, limit=1024)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, wire_to(url) as exchange:
        sent, seen = await exchange(Ask(What.WRITE, "POST x", "POST", "/", body=b"x" * length))
        over.set()
        assert await received < length
    assert seen.failure == "time-out send"
    assert (sent.complete, classify(sent, seen)[0]) == (False, A.CONNECTION)


async def test_a_connection_that_is_not_made_ends_the_connect_window() -> None:
    # A socket that listens and has no room left: the kernel leaves further connections unanswered.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        async with wire_to(f"http://127.0.0.1:{full.getsockname()[1]}") as exchange:
            sent, seen = await exchange(SIGN)
        for filler in fillers:
            filler.close()
    assert seen.failure == "time-out connect"
    assert (sent.complete, classify(sent, seen)[0]) == (False, A.CONNECTION)


async def test_the_whole_attempt_ends_even_when_its_phases_have_time_left() -> None:
    over = asyncio.Event()

    async def wait(_: bytes, __: asyncio.StreamWriter) -> None:
        await over.wait()

    windows = Windows(connect=9, send=9, answer=9, attempt=0.2)
    async with door(wait) as server, wire_to(server.url, windows) as exchange:
        _, seen = await exchange(POST)
        over.set()
    assert seen.failure == "time-out attempt"


async def test_nothing_is_sent_after_the_attempt_is_over() -> None:
    async with door(hang_up) as server, wire_to(server.url, Windows(attempt=0)) as exchange:
        sent, seen = await exchange(POST)
    assert server.lines == []
    assert classify(sent, seen)[0] is A.CONNECTION


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async def redirect(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(status, b"", "Location: /elsewhere"))

    async with door(redirect) as server, wire_to(server.url) as exchange:
        signed, asked = await exchange(SIGN), await exchange(Ask(What.READ, "GET x", "GET", "/api/x"))
    assert len(server.lines) == 2
    assert (classify(*signed)[0], classify(*asked)[0]) == (A.UNCERTAIN, A.CONNECTION)


@pytest.mark.parametrize(
    "broken", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 X\r\nContent-Length: 50\r\n\r\n{}", b"HTTP/1.1 2"]
)
async def test_an_answer_that_is_not_http_or_breaks_off_is_no_answer(broken: bytes) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(broken)

    async with door(answer) as server, wire_to(server.url) as exchange:
        assert classify(*await exchange(SIGN))[0] is A.UNCERTAIN
    assert len(server.lines) == 1


async def test_an_answer_over_the_bound_is_cut_off() -> None:
    async def flood(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, b'"' + b"x" * (MOST_BYTES * 4) + b'"'))
        await writer.drain()

    async with door(flood) as server, wire_to(server.url, Windows()) as exchange:
        sent, seen = await exchange(POST)
    assert (seen.failure, seen.body) == ("answer too long", b"")
    assert classify(sent, seen)[0] is A.UNCERTAIN


async def test_an_answer_of_fifty_megabytes_is_not_kept_in_memory() -> None:
    # given
    async def flood(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 52428800\r\n\r\n")
        with suppress(ConnectionError):
            for _turn in range(800):
                writer.write(b"x" * 65_536)
                await writer.drain()

    async with door(flood) as server, wire_to(server.url, Windows()) as exchange:
        tracemalloc.start()
        # when
        sent, seen = await exchange(POST)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # then
    assert (seen.failure, seen.body) == ("answer too long", b"")
    assert classify(sent, seen)[0] is A.UNCERTAIN
    assert most < 8 * MOST_BYTES


async def test_a_packed_answer_that_unpacks_without_end_is_cut_off() -> None:
    # given a thousandfold
    async def bomb(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, packed, "Content-Encoding: gzip"))

    packed = gzip.compress(b" " * 50 * MOST_BYTES)
    async with door(bomb) as server, wire_to(server.url, Windows()) as exchange:
        tracemalloc.start()
        # when
        sent, seen = await exchange(POST)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    # then
    assert (seen.failure, seen.body) == ("answer too long", b"")
    assert classify(sent, seen)[0] is A.UNCERTAIN
    assert most < 8 * MOST_BYTES


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_an_answer_that_was_packed_unasked_is_read(pack: Callable[[bytes], bytes]) -> None:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        asked.append(b"Accept-Encoding: identity" in request)
        writer.write(http(201, pack(b'{"id": 1}'), "Content-Encoding: " + names[pack]))

    asked: list[bool] = []
    names: dict[Callable[[bytes], bytes], str] = {gzip.compress: "GZIP", zlib.compress: "deflate"}
    async with door(answer) as server, wire_to(server.url) as exchange:
        assert classify(*await exchange(POST)) == (A.OK, "")
    assert asked == [True]


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", ";;;", "application/json; charset=utf-16"])
async def test_what_counts_is_what_an_answer_holds_and_not_what_it_says_it_is(kind: str) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, b'{"id": 1}' if json_inside else b"<html>", f"Content-Type: {kind}"))

    async with door(answer) as server, wire_to(server.url) as exchange:
        json_inside = True
        assert classify(*await exchange(POST)) == (A.OK, "")
        json_inside = False
        assert classify(*await exchange(POST))[0] is A.UNCERTAIN


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(http(200, {"id": 1}))

    async def never(_: bytes, __: asyncio.StreamWriter) -> None:
        pytest.fail("the proxy was asked")

    async with door(answer) as server, door(never) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        async with wire_to(server.url) as exchange:
            assert classify(*await exchange(POST)) == (A.OK, "")
    assert isinstance(proxy, Door)
    assert proxy.lines == []
