"""The simulator as a process of its own, steered by its control port."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sandbox.saj.people import User


@dataclass(frozen=True, slots=True)
class Hostile:
    """Its two addresses."""

    url: str
    control: str

    def tell(self, what: str, wish: Any) -> Any:
        """Steer it; raises `urllib.error.HTTPError` for an impossible wish."""
        body = json.dumps(wish).encode()
        request = urllib.request.Request(f"{self.control}/control/{what}", body, method="POST")  # noqa: S310 (loopback)
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (loopback)
            return json.load(answer)

    def book(self) -> dict[str, Any]:
        """Everything that it knows."""
        with urllib.request.urlopen(f"{self.control}/control/book", timeout=60) as answer:  # noqa: S310 (loopback)
            return cast(dict[str, Any], json.load(answer))


@contextmanager
def hostile(seed: int, moods: Mapping[str, Any], users: Iterable[User]) -> Iterator[Hostile]:
    """Start it with all of these moods, and end it."""
    argv = [sys.executable, "-m", "sandbox.bnmp", "--exit-with-parent", "--calm", "--seed", str(seed)]
    argv += ["--moods", json.dumps(dict(moods))]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 (ours)
        try:
            if process.stdout is None:
                raise RuntimeError("the simulator says nothing")
            addresses = json.loads(process.stdout.readline())
            found = Hostile(addresses["url"], addresses["control"])
            found.tell("users", [user.as_registry_user() for user in users])
            yield found
        finally:
            process.terminate()
