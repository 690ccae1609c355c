"""The registry's moods, and the seeded dice that decide when a mood strikes."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypeVar

_T = TypeVar("_T")

_PROBABILITIES = frozenset(
    {
        *("drop_after_accept", "garble_after_accept", "fault_after_accept", "duplicate_409", "accept_late"),
        *("http500", "throttle", "http503", "html", "blackhole"),
        *("unstable_pages", "unknown_status", "merge", "deactivate"),
    }
)
_SPANS = ("latency_ms", "accept_late_s")


@dataclass(frozen=True, slots=True)
class Moods:
    """What the registry does to its callers besides answering; probabilities from 0 to 1. None but the handshake here.

    After an effect (creations, annulments, signatures): `drop_after_accept` closes the connection without an answer,
    `garble_after_accept` answers with a gateway's page, an empty body or half a JSON, `fault_after_accept` with a 500 of
    the application, and `duplicate_409` tells a creation that it exists already, as to a gateway that sent it twice.
    `accept_late`: the effect comes only after `accept_late_s` [low, high] real seconds, whoever still waits.
    Before any effect: `http500`, `throttle` (429), `http503` (a gateway's page, for `http503_burst` requests in a row),
    `html` (a proxy's page) and `blackhole` (the request is never answered). `latency_ms` [low, high] comes after the
    effect and before the answer. In what is read: `unstable_pages` shuffles a page's rows, `unknown_status` gives a piece
    a label that nobody knows, and a person's status is the former one for `late_status_s` virtual seconds. At the creation
    of a piece: `merge` finds that its person has an older RJI, `deactivate` that a person without pieces was removed.
    `token_ttl_s` is the life of a session's token in virtual seconds.
    """

    handshake: bool = True
    drop_after_accept: float = 0.0
    garble_after_accept: float = 0.0
    fault_after_accept: float = 0.0
    duplicate_409: float = 0.0
    accept_late: float = 0.0
    accept_late_s: tuple[float, float] = (21.0, 30.0)
    http500: float = 0.0
    throttle: float = 0.0
    http503: float = 0.0
    http503_burst: int = 1
    html: float = 0.0
    blackhole: float = 0.0
    unstable_pages: float = 0.0
    unknown_status: float = 0.0
    late_status_s: float = 0.0
    merge: float = 0.0
    deactivate: float = 0.0
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
        for name in set(values) & set(_SPANS):
            values[name] = _span(name, values[name])
        if not isinstance(values.get("handshake", True), bool):
            raise ValueError("handshake must be true or false")  # noqa: TRY004 - one kind of error for a bad wish
        for name in set(values) - {*_SPANS, "handshake"}:
            _check_number(name, values[name])
        return replace(self, **values)


CALM = Moods()
HOSTILE = Moods(
    drop_after_accept=0.02,
    garble_after_accept=0.01,
    fault_after_accept=0.005,
    duplicate_409=0.01,
    accept_late=0.005,
    http500=0.01,
    throttle=0.02,
    http503=0.002,
    http503_burst=5,
    html=0.005,
    blackhole=0.002,
    unstable_pages=0.1,
    unknown_status=0.01,
    late_status_s=60.0,
    merge=0.002,
    deactivate=0.001,
    latency_ms=(0.0, 2000.0),
    token_ttl_s=900.0,
)
"""What the registry is like when it runs alone: every mood at once, seldom enough to get on with."""
BASES = {"calm": CALM, "hostile": HOSTILE}


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

    def pick(self, name: str, among: Sequence[_T]) -> _T:
        """Return one of several."""
        return self._stream(name).choice(among)

    def shuffled(self, name: str, rows: Sequence[_T]) -> list[_T]:
        """Return the rows in another order."""
        return self._stream(name).sample(rows, len(rows))

    def _stream(self, name: str) -> random.Random:
        if name not in self._streams:
            self._streams[name] = random.Random(f"{self.seed}:{name}")  # noqa: S311 - seeded chance, no secret
        return self._streams[name]


def _span(name: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError(f"{name} must be [low, high]")
    low, high = value
    _check_number(name, low)
    _check_number(name, high)
    if low > high:
        raise ValueError(f"{name} must be [low, high]")
    return float(low), float(high)


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name} must be a number from 0 up")
    if name in _PROBABILITIES and value > 1:
        raise ValueError(f"{name} must be a probability from 0 to 1")
