"""The API's listening socket, and what the control port does to it."""

import asyncio
import socket

from aiohttp import web

MODES = ("up", "refuse", "blackhole", "http503", "html", "slow")
HOST = "127.0.0.1"


class Link:
    """Opens, closes and reopens one port. In `refuse` the port is really closed, and kept for us."""

    def __init__(self, port: int = 0) -> None:
        """Remember the port; 0 takes a free one at the first opening."""
        self.port = port
        self.mode = "up"
        self.slow_seconds = 2.0
        self._server: web.Server | None = None
        self._listening: asyncio.Server | None = None
        self._reserved: socket.socket | None = None
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()

    async def open(self, server: web.Server) -> None:
        """Start listening and hand what comes to the server."""
        self._server = server
        self._reserved = _bound(self.port)
        self.port = self._reserved.getsockname()[1]
        await self._listen()

    async def set(self, mode: str) -> None:
        """Change the mode; raises ValueError for one that does not exist."""
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}")
        async with self._turn:
            before, self.mode = self.mode, mode
            self._changed.set()
            self._changed = asyncio.Event()
            if mode == "refuse" and before != "refuse":
                self._shut()
                self._reserved = _bound(self.port)
            elif mode != "refuse" and before == "refuse":
                await self._listen()

    async def changed(self) -> None:
        """Wait until the mode changes or the link closes."""
        await self._changed.wait()

    def close(self) -> None:
        """Stop listening, abort what is open, give the port back."""
        self._changed.set()
        self._shut()
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None

    async def _listen(self) -> None:
        if self._reserved is None or self._server is None:
            raise RuntimeError("the link was never opened")
        listening, self._reserved = self._reserved, None
        self._listening = await asyncio.get_running_loop().create_server(self._server, sock=listening)

    def _shut(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for connection in self._server.connections if self._server else ():
            if connection.transport is not None:
                connection.transport.abort()


def _bound(port: int) -> socket.socket:
    """Bind without listening: the kernel refuses connections and nobody else gets the port."""
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((HOST, port))
    except OSError:
        reserved.close()
        raise
    return reserved
