"""A court of invented people at the door of the simulator, and servers that misbehave in one way each."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from bnmp.order import Order
from bnmp.registry import Registry
from rules.facts import Answer
from rules.windows import Windows
from rules.words import AnswerClass, Kind, Step
from sandbox.bnmp.simulator import Simulator
from schemas.document_issued import TYPE, document_issued
from schemas.samples import sample

UNIT = "10234"
SHORT = Windows(connect=1, send=1, answer=1, attempt=5)
USERS: tuple[dict[str, Any], ...] = (
    {"username": "login-u123", "password": "senha-u", "position": "SERVIDOR", "name": "Servidora Inventada 3"},
    {"username": "login-m007", "password": "senha-m", "position": "MAGISTRADO", "name": "Magistrada Inventada 7"},
)


def order(kind: Kind = Kind.MANDADO_PRISAO_CRIMINAL, variant: str | None = None, /, **changes: Any) -> Order:
    """An order for the golden sample of `kind`; `changes` go to the order, or under `data` to the sample.

    A variant with a sample of its own is that one; any other is the kind's sample with the variant's word.
    """
    try:
        data = sample(TYPE, kind, variant) | changes.pop("data", {})
    except KeyError:
        data = sample(TYPE, kind) | {"variant": variant} | changes.pop("data", {})
    document, gaps = document_issued(data)
    assert gaps == ()
    plain = Order(document, None, None, (), None, None, "3f0c6a0e-0000-5000-8000-000000000017")
    return replace(plain, **changes)


def write_credentials(folder: Path, user: str, login: str, senha: str, units: tuple[str, ...] = (UNIT,)) -> None:
    (folder / f"{user}.json").write_text(json.dumps({"login": login, "senha": senha, "units": units}))


class Court:
    """A registry of ours at the door of a simulator."""

    def __init__(self, registry: Registry, simulator: Simulator) -> None:
        self.registry, self.simulator = registry, simulator

    async def tell(self, path: str, body: Any) -> None:
        """Steer the simulator by its control port."""
        async with aiohttp.ClientSession() as client, client.post(self.simulator.control + path, json=body) as answer:
            assert answer.status < 300, await answer.text()

    async def rji(self, of: Order) -> str:
        """The RJI of the order's person, created when nobody is there."""
        found = await self.registry.step(Step.PERSON, of)
        if found.rji is None:
            found = await self.registry.step(Step.PERSON_CREATE, of)
        assert found.answer is AnswerClass.OK, found
        assert found.rji is not None
        return found.rji

    async def register(self, one: Order, *steps: Step) -> tuple[Order, Answer]:
        """Create, sign and read back."""
        answer = await self.registry.step(Step.CREATE, one)
        assert answer.piece is not None, answer
        one = replace(one, bnmp_id=answer.piece.bnmp_id)
        for step in (*steps, Step.READ_BACK):
            answer = await self.registry.step(step, one)
            assert answer.answer is AnswerClass.OK, answer
        return one, answer

    def requests(self, part: str) -> list[dict[str, Any]]:
        """The requests in the simulator's book whose path holds `part`."""
        return [row for row in self.simulator.book["requests"] if part in row["path"]]


Respond = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Door:
    """A server that hands each whole request (head and body, as bytes) to `respond` and notes its first line."""

    def __init__(self, respond: Respond) -> None:
        self.respond, self.lines, self.url = respond, list[str](), ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, answer as told, hang up."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
            self.lines.append(head.split(b"\r\n", 1)[0].decode())
            await self.respond(head + body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()


@asynccontextmanager
async def door(respond: Respond) -> AsyncIterator[Door]:
    """A server on loopback for one test."""
    here = Door(respond)
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield here


def http(status: int, body: Any, *headers: str) -> bytes:
    """An HTTP answer; anything but bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = "\r\n".join((f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", "Connection: close", *headers))
    return f"{head}\r\n\r\n".encode() + content
