"""The desk: what every request of one attempt shares, and the reading of pages to the last one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bnmp import readings
from bnmp.answers import What
from bnmp.sessions import Actor, Result, Sessions
from bnmp.settings import BnmpSettings
from bnmp.wire import Ask
from bnmp.words import MOST_ROWS

READINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """One attempt: who acts, and until when on the loop's clock (seconds)."""

    sessions: Sessions
    settings: BnmpSettings
    actor: Actor | None
    deadline: float

    async def ask(self, ask: Ask) -> Result:
        """Send one request."""
        return await self.sessions.ask(self.actor, ask, self.deadline)

    async def get(self, op: str, path: str) -> Result:
        """Read one thing."""
        return await self.ask(Ask(What.READ, op, "GET", path))

    async def pages(
        self, op: str, path: str, question: Mapping[str, Any], size: int, **query: str
    ) -> tuple[Result, list[Mapping[str, Any]]]:
        """Read every row that answers `question`, once each by `id`; rows count only when the result is OK.

        Pages whose order changed while they were read may have hidden a row: they are read again, and when a row is
        missing still nothing is believed.
        """
        rows: dict[str, Mapping[str, Any]] = {}

        def of(page: int) -> Ask:
            paging = {"page": str(page), "size": str(size), **query}
            return Ask(What.READ, op, "POST", path, query=paging, body=as_json(question))

        for _ in range(READINGS):
            result, total = await self._read_through(of, MOST_ROWS // size, rows)
            if not result.ok:
                return result, []
            if total is None or len(rows) >= total:
                return result, list(rows.values())
        return result.unreadable(What.READ, "pages incomplete"), []

    async def _read_through(
        self, of: Callable[[int], Ask], most: int, rows: dict[str, Mapping[str, Any]]
    ) -> tuple[Result, int | None]:
        """Read from the first page to the last into `rows`; gives how many rows there are, where it is said."""
        for page in range(most):
            result = await self.ask(of(page))
            if not result.ok:
                return result, None
            content = result.body.get("content")
            if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
                return result.unreadable(What.READ, "page without content"), None
            for place, row in enumerate(content):
                rows.setdefault(readings.identifier(row.get("id")) or f"{page}.{place}", row)
            if result.body.get("last") is True:
                return result, readings.number(result.body.get("totalElements"))
            if not content:
                return result.unreadable(What.READ, "page empty before the last"), None
        return result.unreadable(What.READ, "too many pages"), None


def as_json(body: Mapping[str, Any]) -> bytes:
    """JSON as it is sent."""
    return json.dumps(body, ensure_ascii=False).encode()
