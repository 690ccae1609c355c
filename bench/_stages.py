"""Where an intake's time goes: each stage has the time in which it was the innermost one that ran."""

import importlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ledger.engine import Database

REST = "rest"
# Stage, and the place that is it while it runs. A place that is gone fails the run: then say here where it went.
_PLACES = (
    ("read", "consumers.intake.Intake._arrival"),
    ("load", "ledger.arrivals.cursors.lock_cursors"),
    ("load", "ledger.arrivals._seen"),
    ("load", "ledger.arrivals.find_or_add"),
    ("load", "ledger.arrivals.persons_of"),
    ("load", "ledger.arrivals.bound_to"),
    ("load", "ledger.hearing._digests"),
    ("load", "ledger.record.Recorder.lock"),
    ("load", "ledger.record._saj_keys"),
    ("decide", "ledger.record.decide"),
    ("write", "ledger.record.Recorder.write"),
    ("write", "ledger.arrivals.insert"),
    ("write", "ledger.hearing.insert"),
    ("write", "ledger.arrivals.claim"),
    ("write", "ledger.arrivals.cursors.advance"),
)


class Stages:
    """The clock of the stages."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._running = [REST]
        self._since = time.perf_counter()

    def _turn_to(self, stage: str | None) -> None:
        now = time.perf_counter()
        self.seconds[self._running[-1]] += now - self._since  # type: ignore[assignment]  # a Counter of seconds
        self._since = now
        if stage is None:
            self._running.pop()
        else:
            self._running.append(stage)

    def _around(self, stage: str, called: Callable[..., Any]) -> Callable[..., Any]:
        def clocked(*arguments: Any, **options: Any) -> Any:
            self._turn_to(stage)
            try:
                return called(*arguments, **options)
            finally:
                self._turn_to(None)

        return clocked

    @contextmanager
    def watching(self, database: Database) -> Iterator[None]:
        """Clock everything that runs meanwhile."""
        changed = [(holder(place), place.rpartition(".")[2], stage) for stage, place in _PLACES]
        changed.append((database.engine.dialect, "do_commit", "commit"))
        before = [(held, name, held.__dict__.get(name), getattr(held, name)) for held, name, _ in changed]
        for (held, name, stage), (*_, called) in zip(changed, before, strict=True):
            setattr(held, name, self._around(stage, called))
        self._since = time.perf_counter()
        try:
            yield
        finally:
            self._turn_to(REST)
            for held, name, own, _ in before:
                if own is None:
                    delattr(held, name)
                else:
                    setattr(held, name, own)


def holder(place: str) -> Any:
    """Find the module or class that the last part of a dotted path is looked up in."""
    parts = place.split(".")
    found: Any = importlib.import_module(".".join(parts[:2]))
    for part in parts[2:-1]:
        found = getattr(found, part)
    getattr(found, parts[-1])
    return found
