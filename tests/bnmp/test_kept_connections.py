"""Connections that are kept between requests: which, for how long, and what happens when one breaks."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from bnmp.answers import What, classify
from bnmp.wire import KEPT_SECONDS, Ask
from rules.windows import Windows
from rules.words import AnswerClass as A
from tests.bnmp.test_wire import POST, SIGN, wire_to

READ = Ask(What.READ, "GET x", "GET", "/api/x/1")
LOGIN = Ask(What.LOGIN, "POST authenticate", "POST", "/api/public/authenticate", body=b"{}")
ANSWER = b'HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n{"id": 1}'
# What the server does with a request: answer and go on, answer and hang up later, or hang up without a word.
Deed = Callable[[int, asyncio.StreamWriter], Awaitable[bool]]


class Server:
    """Notes each request's line with the number of its connection; `deed` says whether the connection goes on."""

    def __init__(self, deed: Deed) -> None:
        self.deed, self.asked, self.connections, self.url = deed, list[tuple[int, str]](), 0, ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        mine, going = self.connections, True
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while going:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next((int(line[16:]) for line in head.split("\r\n") if line[:15] == "Content-Length:"), 0)
                await reader.readexactly(length)
                self.asked.append((mine, head.split("\r\n", 1)[0].rpartition(" ")[0]))
                going = await self.deed(len(self.asked), writer)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def server(deed: Deed) -> AsyncIterator[Server]:
    here = Server(deed)
    listening = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    here.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield here


async def answers(_: int, writer: asyncio.StreamWriter) -> bool:
    writer.write(ANSWER)
    return True


async def breaks_the_second(count: int, writer: asyncio.StreamWriter) -> bool:
    if count != 2:
        writer.write(ANSWER)
    return count != 2


async def test_the_steps_of_a_registration_share_a_connection() -> None:
    async with server(answers) as registry, wire_to(registry.url) as exchange:
        for ask in (POST, SIGN, SIGN, READ):
            assert classify(*await exchange(ask)) == (A.OK, "")
    assert [connection for connection, _ in registry.asked] == [1, 1, 1, 1]


async def test_a_connection_that_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    gone_by = [0.0]
    monkeypatch.setattr("aiohttp.connector.monotonic", lambda: time.monotonic() + gone_by[0])
    async with server(answers) as registry, wire_to(registry.url) as exchange:
        await exchange(POST)
        # when
        gone_by[0] = KEPT_SECONDS + 0.1
        await exchange(POST)
    # then
    assert [connection for connection, _ in registry.asked] == [1, 2]


@pytest.mark.parametrize("ask", [SIGN, POST])
async def test_a_write_whose_kept_connection_breaks_goes_out_once_and_is_in_doubt(ask: Ask) -> None:
    async with server(breaks_the_second) as registry, wire_to(registry.url) as exchange:
        await exchange(READ)
        # when
        sent, seen = await exchange(ask)
        # then
        assert (sent.complete, classify(sent, seen)[0]) == (True, A.UNCERTAIN)
        assert len(registry.asked) == 2
        # and from now on each request has a connection of its own
        for _ in range(2):
            assert classify(*await exchange(ask)) == (A.OK, "")
    assert [connection for connection, _ in registry.asked] == [1, 1, 2, 3]


@pytest.mark.parametrize("ask", [READ, LOGIN])
async def test_what_only_asks_asks_again_where_a_kept_connection_broke_and_is_no_sign_of_an_outage(ask: Ask) -> None:
    async with server(breaks_the_second) as registry, wire_to(registry.url) as exchange:
        await exchange(READ)
        assert classify(*await exchange(ask)) == (A.OK, "")
    assert [connection for connection, _ in registry.asked] == [1, 1, 2]


async def test_what_asks_on_a_new_connection_that_breaks_does_not_ask_again() -> None:
    async def hang_up(_: int, __: asyncio.StreamWriter) -> bool:
        return False

    async with server(hang_up) as registry, wire_to(registry.url) as exchange:
        assert classify(*await exchange(READ))[0] is A.CONNECTION
    assert len(registry.asked) == 1


async def test_an_answer_that_was_not_read_to_its_end_leaves_nothing_to_the_next_request() -> None:
    # given an answer longer than the bound, of which the rest is still on its way
    async def floods_first(count: int, writer: asyncio.StreamWriter) -> bool:
        if count == 1:
            writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 9_000_000)
        else:
            writer.write(ANSWER)
        return True

    async with server(floods_first) as registry, wire_to(registry.url, Windows()) as exchange:
        sent, seen = await exchange(POST)
        # when
        second = await exchange(POST)
    # then
    assert (classify(sent, seen)[0], classify(*second)[0]) == (A.UNCERTAIN, A.OK)
    assert [connection for connection, _ in registry.asked] == [1, 2]
