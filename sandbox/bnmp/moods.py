"""The registry's moods, and the seeded dice that decide when a mood strikes."""

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

_PROBABILITIES = ("drop_after_accept", "http500", "throttle", "http503", "blackhole")


@dataclass(frozen=True, slots=True)
class Moods:
    """What the registry does to its callers besides answering; probabilities from 0 to 1.

    `latency_ms` [low, high] comes after the effect and before the answer; `drop_after_accept`: the effect
    happens and the connection is closed without an answer (creations, annulments, signatures); `http500` and
    `throttle` strike before any effect, as do `http503` (a gateway's page, for `http503_burst` requests in a row) and
    `blackhole` (the request is never answered); `token_ttl_s` is the life of a session's token.
    """

    handshake: bool = True
    drop_after_accept: float = 0.0
    http500: float = 0.0
    throttle: float = 0.0
    http503: float = 0.0
    http503_burst: int = 1
    blackhole: float = 0.0
    retry_after_s: int = 1
    latency_ms: tuple[float, float] = (0.0, 0.0)
    token_ttl_s: float = 3600.0

    def as_json(self) -> dict[str, Any]:
        """Return the moods as the control port shows them."""
        return asdict(self)

    def changed(self, wishes: Mapping[str, Any]) -> "Moods":
        """Return the moods with some of them changed; raises ValueError for an unknown or impossible one."""
        unknown = set(wishes) - {field.name for field in fields(self)}
        if unknown:
            raise ValueError(f"unknown moods: {', '.join(sorted(unknown))}")
        values = dict(wishes)
        if "latency_ms" in values:
            values["latency_ms"] = _span(values["latency_ms"])
        if not isinstance(values.get("handshake", True), bool):
            raise ValueError("handshake must be true or false")  # noqa: TRY004 - one kind of error for a bad wish
        for name in set(values) - {"latency_ms", "handshake"}:
            _check_number(name, values[name])
        return replace(self, **values)


class Dice:
    """Seeded chance, one stream for each mood, so that one mood's throws do not shift another's."""

    def __init__(self, seed: int) -> None:
        """Start every stream from the seed."""
        self.seed = seed
        self._streams: dict[str, random.Random] = {}

    def strikes(self, name: str, probability: float) -> bool:
        """Throw for a mood; always throws, so that a stream depends on the count of throws alone."""
        return self._stream(name).random() < probability

    def between(self, name: str, low: float, high: float) -> float:
        """Return a number between low and high."""
        return self._stream(name).uniform(low, high)

    def _stream(self, name: str) -> random.Random:
        if name not in self._streams:
            self._streams[name] = random.Random(f"{self.seed}:{name}")  # noqa: S311 - seeded chance, no secret
        return self._streams[name]


def _span(value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("latency_ms must be [low, high]")
    low, high = value
    _check_number("latency_ms", low)
    _check_number("latency_ms", high)
    if low > high:
        raise ValueError("latency_ms must be [low, high]")
    return float(low), float(high)


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name} must be a number from 0 up")
    if name in _PROBABILITIES and value > 1:
        raise ValueError(f"{name} must be a probability from 0 to 1")
