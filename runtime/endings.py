"""Why a role ended: its exit status in words, and the last event of its log."""

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

_TAIL = 65_536
_LONGEST = 500
_STATUSES = {
    0: "by itself, and well",
    1: "what was asked does not hold",
    2: "wrong usage or settings",
    3: "a server is unreachable",
    70: "an error that a restart may cure",
    72: "it stood still, or was out of its group",
}
_ERRORS = ("error", "critical")
# What a line for people (SAJ_BNMP_LOG_FORMAT=pretty) shows of an event: its level in brackets, then its name.
_PRETTY = re.compile(r"\[(?P<level>[a-z]+) *\] +(?P<event>[a-z_]+\.[a-z_]+)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def named(status: int) -> str:
    """A process's exit status in words; below zero it is the signal that ended it."""
    if status >= 0:
        words = _STATUSES.get(status)
        return f"exit status {status}: {words}" if words else f"exit status {status}"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:
        return f"signal {-status}"


def last_event(log: Path, start: int) -> str | None:
    """The last event in a log file after byte `start`, the last error's where there is one; None where none is.

    Only the event's name, its `why`, and the class of its exception are given: an exception's text may name a person.
    """
    try:
        with log.open("rb") as file:
            file.seek(max(start, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return None
    events = [event for line in lines if (event := _event(line)) is not None]
    chosen = [event for event in events if event["level"] in _ERRORS] or events
    return _told(chosen[-1])[:_LONGEST] if chosen else None


def _event(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        pretty = _PRETTY.search(_COLOUR.sub("", line))
        return pretty.groupdict() if pretty else None
    return found if isinstance(found, dict) and {"event", "level"} <= found.keys() else None


def _told(event: dict[str, Any]) -> str:
    parts = [str(event["event"])]
    # The first line is the exception itself, by class and places (runtime/faults.py).
    kind = re.match(r"([A-Za-z_][A-Za-z0-9_.]*) at ", str(event.get("exception") or ""))
    if kind is not None:
        parts.append(kind[1].rpartition(".")[2])
    if "why" in event:
        parts.append(str(event["why"]))
    return ": ".join(parts)
