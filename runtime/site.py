"""Where a court's day takes place: the Kafka it is published on, the ledger that is asked, the simulator that is steered."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.engine import Database

CONTROL_SECONDS = 60


class Place(Protocol):
    """What a day needs of the place where it is: a stack of this machine's, or a site."""

    bootstrap: str
    database: Database

    def control(self, path: str, body: Any = None) -> Any:
        """Ask the simulator's control port; a body makes it a POST."""


@dataclass
class Site:
    """A place that somebody else has set up; `control_url` is the base address of its simulator's control port."""

    bootstrap: str
    database: Database
    control_url: str

    def control(self, path: str, body: Any = None) -> Any:
        """Ask the simulator's control port; a body makes it a POST. Raises OSError."""
        return ask(self.control_url, path, body)


def ask(control_url: str, path: str, body: Any = None) -> Any:
    """Ask a simulator's control port; a body makes it a POST. Raises OSError."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 (an address of our own simulator)
        f"{control_url}/control/{path}", data, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=CONTROL_SECONDS) as answer:  # noqa: S310 (likewise)
        text = answer.read()
    return json.loads(text) if text else None
