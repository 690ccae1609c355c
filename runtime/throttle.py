"""The throttle: so many lines of one place in so many seconds, and how many were held back since."""

import threading
import time
from collections.abc import Callable

_MOST_PLACES = 1000


class Throttle:
    """Thread-safe."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Let `most` pass of each place in every `seconds`."""
        self._clock = clock
        self._most, self._seconds = most, seconds
        self._lock = threading.Lock()
        self._places: dict[str, tuple[float, int]] = {}

    def pass_by(self, place: str) -> int | None:
        """None where it must be held back; else how many of its place were held back before it."""
        now = self._clock()
        with self._lock:
            since, count = self._places.get(place, (now, 0))
            if now - since >= self._seconds:
                self._places[place] = (now, 1)
                return max(0, count - self._most)
            if place not in self._places and len(self._places) >= _MOST_PLACES:
                # A place that is a variable text: all such share one allowance.
                place = ""
                since, count = self._places.get(place, (now, 0))
            self._places[place] = (since, count + 1)
            return 0 if count < self._most else None
