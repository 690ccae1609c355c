"""What a run of the lanes needs besides the product: a queue that is a list, and clocks for the threads that work."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench._stages import holder
from consumers.backlog import Reference

# Stage, and the place that is it while it runs.
PLACES = (
    ("load", "ledger.record.Recorder.lock_free"),
    ("decide", "ledger.record.decide"),
    ("write", "ledger.record.Recorder.write"),
)


class Listed:
    """A queue topic as a list; `all_finished` is set when every record of it is."""

    def __init__(self, references: Sequence[Reference]) -> None:
        self._new = list(references)
        self._unfinished = set(references)
        self.all_finished = asyncio.Event()

    def start(self, come: Callable[[], object]) -> None:
        """Everything has come."""
        come()

    def stop(self) -> None:
        """Nothing is to be left."""

    def check(self) -> None:
        """Nothing can go wrong."""

    def take(self) -> list[Reference]:
        """Everything, once."""
        new, self._new = self._new, []
        return new

    def holds(self, reference: Reference) -> bool:
        """Nothing is ever revoked."""
        return reference in self._unfinished

    def finish(self, reference: Reference) -> None:
        """One record less."""
        self._unfinished.discard(reference)
        if not self._unfinished:
            self.all_finished.set()


class Threads:
    """The clock of a run: its seconds, its CPU, and which of it were the loop's and which the ledger's.

    With `places` also what each of them took, at the price of looking at the clock for every call.
    """

    def __init__(self, places: Sequence[tuple[str, str]] = ()) -> None:
        self._places = places
        self.seconds = self.cpu = self._loop = 0.0
        self._spent: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Clock everything that runs meanwhile; this thread is the loop's."""
        before = [(holder(place), place.rpartition(".")[2]) for _, place in self._places]
        called = [getattr(where, name) for where, name in before]
        for (where, name), (stage, _), real in zip(before, self._places, called, strict=True):
            setattr(where, name, self._around(stage, real))
        began, computed, mine = time.perf_counter(), time.process_time(), time.thread_time()
        try:
            yield
        finally:
            self.seconds = time.perf_counter() - began
            self.cpu = time.process_time() - computed
            self._loop = time.thread_time() - mine
            for (where, name), real in zip(before, called, strict=True):
                setattr(where, name, real)

    def stages(self) -> dict[str, float]:
        """CPU seconds by stage: the loop with HTTP, what the ledger does, and what is left of its threads."""
        rest = self.cpu - self._loop - sum(self._spent.values())
        return {"http and loop": self._loop, **dict(sorted(self._spent.items())), "rest of the ledger": rest}

    def _around(self, stage: str, called: Callable[..., Any]) -> Callable[..., Any]:
        def clocked(*arguments: Any, **options: Any) -> Any:
            began = time.thread_time()
            try:
                return called(*arguments, **options)
            finally:
                with self._lock:
                    self._spent[stage] += time.thread_time() - began  # type: ignore[assignment]  # a Counter of seconds

        return clocked
