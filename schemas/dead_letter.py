"""The headers of a dead letter: why a record came here and where it stood. Beside them it keeps its own."""

from dataclasses import dataclass
from datetime import datetime

from schemas.envelope import Headers
from schemas.shapes import instant

PREFIX = "dlq_"


@dataclass(frozen=True, slots=True)
class Death:
    """Why (a word of schemas/codes.py), in which step, and of which record; `timestamp_ms` is its own, `at` is ours."""

    reason: str
    step: str
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    at: datetime


def with_death(headers: Headers, death: Death) -> Headers:
    """Give the record's own headers and those of this death, in place of any that an earlier one left."""
    own = tuple(header for header in headers if not header[0].startswith(PREFIX))
    said = {
        "reason": death.reason,
        "step": death.step,
        "topic": death.topic,
        "partition": str(death.partition),
        "offset": str(death.offset),
        "timestamp": str(death.timestamp_ms),
        "at": death.at.isoformat(),
    }
    return own + tuple((f"{PREFIX}{name}", text.encode()) for name, text in said.items())


def death_of(headers: Headers) -> Death | None:
    """Read the headers of a death, or None where they are not whole."""
    try:
        said = {
            name.removeprefix(PREFIX): value.decode()
            for name, value in headers
            if name.startswith(PREFIX) and value is not None
        }
        at = instant(said["at"])
        if at is None:
            return None
        where = said["topic"], int(said["partition"]), int(said["offset"]), int(said["timestamp"])
        return Death(said["reason"], said["step"], *where, at)
    except (KeyError, ValueError):
        return None
