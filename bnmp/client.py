"""The client: the wire and the sessions that whoever speaks with the registry opens and closes together."""

from types import TracebackType
from typing import Self

from bnmp.sessions import Sessions
from bnmp.settings import BnmpSettings
from bnmp.wire import Wire
from schemas.figures import Tell, untold


class Client:
    """What speaks with BNMP over HTTP. Use it as an async context manager."""

    def __init__(self, settings: BnmpSettings, tell: Tell = untold) -> None:
        """Prepare; nothing is opened before `async with`."""
        self._settings = settings
        self._wire = Wire(settings.url, settings.windows, tell)
        self._sessions = Sessions(settings, self._wire)

    async def __aenter__(self) -> Self:
        """Open the client."""
        await self._wire.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._sessions.close()
        await self._wire.close()
