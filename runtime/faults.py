"""Faults: how an exception is told without its text, and which error was the last.

The class of an exception and the places it came through say what broke; its text may hold what a record holds.
"""

import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

_MOST_PLACES = 12
_MOST_CAUSES = 6


def told(error: BaseException) -> str:
    """Give its class and places, innermost first, then what it came from, a line each; never a text of it."""
    lines = [f"{_name(found)} at {_places(found.__traceback__)}" for found in _chain(error)]
    return "\nfrom ".join(lines)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, those it groups, and what it came from; a bounded number, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting and len(seen) < _MOST_CAUSES:
        found = waiting.pop(0)
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        if isinstance(found, BaseExceptionGroup):
            waiting += found.exceptions
        waiting.append(found.__cause__ or (None if found.__suppress_context__ else found.__context__))


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _places(trace: TracebackType | None) -> str:
    frames = [
        (frame.f_globals.get("__name__", "?"), line, frame.f_code.co_name) for frame, line in traceback.walk_tb(trace)
    ]
    return " < ".join(f"{module}:{line} {name}" for module, line, name in frames[::-1][:_MOST_PLACES]) or "nowhere"


class LastError:
    """The last event of level error or above: its name, the class of its exception, and when. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, Any] | None = None

    def note(self, event: str, kind: str | None) -> None:
        """Keep this one."""
        with self._lock:
            self._last = {"event": event, "class": kind, "at": datetime.now(UTC).isoformat()}

    def shown(self) -> dict[str, Any] | None:
        """The last one; None where there was none."""
        with self._lock:
            return self._last
