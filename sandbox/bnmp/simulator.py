"""The simulator as an object: two ports, on loopback unless told otherwise, started and stopped within a running event loop."""

from typing import Any, Self

from aiohttp import web

from sandbox.bnmp.api import Gate
from sandbox.bnmp.control import Control
from sandbox.bnmp.link import HOST, Link
from sandbox.bnmp.moods import Moods
from sandbox.bnmp.world import World


class Simulator:
    """A registry on loopback; port 0 takes a free one. `async with` starts and stops it."""

    def __init__(
        self,
        seed: int = 0,
        *,
        host: str = HOST,
        port: int = 0,
        control_host: str = HOST,
        control_port: int = 0,
        moods: Moods | None = None,
    ) -> None:
        """Prepare an empty registry; nothing listens before `start`. The control port asks nobody who they are."""
        self.world = World(seed, moods or Moods())
        self._link, self._control_link = Link(port, host), Link(control_port, control_host)
        self._runners: list[web.AppRunner] = []

    async def start(self) -> None:
        """Open both ports; raises OSError when one is taken."""
        gate, control = Gate(self.world, self._link), Control(self.world, self._link)
        try:
            await self._serve(gate.app(), self._link)
            await self._serve(control.app(), self._control_link)
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close both ports and abort what is open; stopping twice does no harm."""
        self._link.close()
        self._control_link.close()
        while self._runners:
            await self._runners.pop().cleanup()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def url(self) -> str:
        """The base address of the API."""
        return _address(self._link)

    @property
    def control(self) -> str:
        """The base address of the control port."""
        return _address(self._control_link)

    @property
    def book(self) -> dict[str, Any]:
        """The book as `GET /control/book` shows it, taken without a request."""
        return self.world.pages()

    async def _serve(self, app: web.Application, link: Link) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        self._runners.append(runner)
        await runner.setup()
        if runner.server is None:
            raise RuntimeError("the runner has no server after its setup")
        await link.open(runner.server)


def _address(link: Link) -> str:
    host = link.host
    return f"http://{host}:{link.port}"
