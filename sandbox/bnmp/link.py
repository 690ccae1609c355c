"""The API's listening socket, and what the control port does to it."""

import asyncio
import socket
from enum import StrEnum, auto

from aiohttp import web

MODES = ("up", "refuse", "blackhole", "http503", "html", "slow")
HOST = "127.0.0.1"
_FILLERS = 4


class Door(StrEnum):
    """What a caller meets at the port: `FULL` is a queue that nobody empties, so that no connection comes about."""

    OPEN = auto()
    CLOSED = auto()
    FULL = auto()


class Link:
    """Opens, closes and reopens one port. In `refuse` the port is really closed, and kept for us."""

    def __init__(self, port: int = 0, host: str = HOST) -> None:
        """Remember the port; 0 takes a free one at the first opening. `host` is the address to listen on."""
        self.host, self.port = host, port
        self.mode = "up"
        self.slow_seconds = 2.0
        self.as_json = False
        self._door = Door.OPEN
        self._server: web.Server | None = None
        self._listening: asyncio.Server | None = None
        self._reserved: socket.socket | None = None
        self._fillers: list[socket.socket] = []
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()

    async def open(self, server: web.Server) -> None:
        """Start listening and hand what comes to the server."""
        self._server = server
        self._reserved = _bound(self.host, self.port)
        self.port = self._reserved.getsockname()[1]
        await self._listen()

    async def set(self, mode: str, *, accepts: bool = True, as_json: bool = False) -> None:
        """Change the mode; raises ValueError for one that does not exist.

        `accepts` False: a blackhole that makes no connection either. `as_json`: the 503 comes as a gateway's JSON.
        """
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}")
        if not accepts and mode != "blackhole":
            raise ValueError("only a blackhole may accept no connection")
        if as_json and mode != "http503":
            raise ValueError("only http503 may speak JSON")
        async with self._turn:
            self.mode, self.as_json = mode, as_json
            self._changed.set()
            self._changed = asyncio.Event()
            await self._become(Door.CLOSED if mode == "refuse" else Door.OPEN if accepts else Door.FULL)

    async def changed(self) -> None:
        """Wait until the mode changes or the link closes."""
        await self._changed.wait()

    def close(self) -> None:
        """Stop listening, abort what is open, give the port back."""
        self._changed.set()
        self._shut()

    async def _become(self, door: Door) -> None:
        before, self._door = self._door, door
        if door is before:
            return
        if before is not Door.CLOSED:
            self._shut()
            self._reserved = _bound(self.host, self.port)
        if door is Door.OPEN:
            await self._listen()
        elif door is Door.FULL and self._reserved is not None:
            self._fillers = _filled(self._reserved)

    async def _listen(self) -> None:
        if self._reserved is None or self._server is None:
            raise RuntimeError("the link was never opened")
        listening, self._reserved = self._reserved, None
        self._listening = await asyncio.get_running_loop().create_server(self._server, sock=listening)

    def _shut(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for kept in (*self._fillers, self._reserved):
            if kept is not None:
                kept.close()
        self._fillers, self._reserved = [], None
        for connection in self._server.connections if self._server else ():
            if connection.transport is not None:
                connection.transport.abort()


def _filled(listening: socket.socket) -> list[socket.socket]:
    """Listen with a queue of one that is taken already: the kernel leaves further connections unanswered."""
    listening.listen(0)
    fillers = [socket.socket() for _ in range(_FILLERS)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(listening.getsockname())
    return fillers


def _bound(host: str, port: int) -> socket.socket:
    """Bind without listening: the kernel refuses connections and nobody else gets the port."""
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((host, port))
    except OSError:
        reserved.close()
        raise
    return reserved
