"""The desk: what every request of one attempt shares, and the reading of pages to the last one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bnmp.answers import What
from bnmp.sessions import Actor, Result, Sessions
from bnmp.settings import BnmpSettings
from bnmp.wire import Ask
from bnmp.words import MOST_ROWS


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

        Pages whose order changed while they were read may have hidden a row: then nothing is believed.
        """
        rows: dict[str, Mapping[str, Any]] = {}
        for page in range(MOST_ROWS // size):
            paging = {"page": str(page), "size": str(size), **query}
            result = await self.ask(Ask(What.READ, op, "POST", path, query=paging, body=as_json(question)))
            if not result.ok:
                return result, []
            content = result.body.get("content")
            if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
                return result.unreadable(What.READ, "page without content"), []
            for place, row in enumerate(content):
                rows.setdefault(str(row.get("id", f"{page}.{place}")), row)
            if result.body.get("last") is True:
                total = result.body.get("totalElements")
                if isinstance(total, int) and len(rows) < total:
                    return result.unreadable(What.READ, "pages incomplete"), []
                return result, list(rows.values())
            if not content:
                return result.unreadable(What.READ, "page empty before the last"), []
        return result.unreadable(What.READ, "too many pages"), []


def as_json(body: Mapping[str, Any]) -> bytes:
    """JSON as it is sent."""
    return json.dumps(body, ensure_ascii=False).encode()
