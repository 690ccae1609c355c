"""A small supervisor: keeps named child processes running, and leaves none behind.

Theory of operation. Each child has a thread of its own that waits for its end, keeps the reason, waits a little and
starts it again. A child's standard input is a pipe held here: it is the leash (runtime/leash.py) by which children end
should this process be killed. Children stand in sessions of their own, so that Ctrl-C reaches this process alone and
it is the supervisor who ends them, in order.

Why a life ended is told by its exit status and by the last line of its log that is an event of ours, an error's before
any other: its name and its `why`, which hold nothing personal. What else a process may have written is not repeated.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from runtime.endings import last_event, named


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds to wait before a child is started again: `first`, doubling to `most`, anew after `healthy` of life.

    A child whose lives were `failing` times in a row shorter than that is failing: no start will cure it by itself.
    """

    first: float = 0.2
    most: float = 5.0
    healthy: float = 10.0
    failing: int = 5

    def after(self, last: float | None, lived: float) -> float:
        """Give the wait after a life of `lived` seconds; `last` is the wait before that life, None for the first."""
        if last is None or lived >= self.healthy:
            return self.first
        return min(last * 2, self.most)


@dataclass(frozen=True, slots=True)
class Ended:
    """A life that ended by itself: how and on which event, how long it was, and when the next one begins.

    `quick` counts the lives in a row that were not healthy; `failing` says that they were too many.
    """

    name: str
    at: datetime
    how: str
    event: str | None
    lived: float
    restarts: int
    quick: int
    failing: bool
    next_start: float

    def __str__(self) -> str:
        """One line for people."""
        why = f"; {self.event}" if self.event else ""
        head = f"{self.name} ended after {self.lived:.1f} s ({self.how}{why})"
        if self.failing:
            head = f"{head}; it ends at once again and again, {self.quick} times now"
        return f"{head}; next start in {self.next_start:.1f} s"


@dataclass(frozen=True, slots=True)
class ChildStatus:
    """A child as it is now: `pid` is None between two lives, `reason` says how the last life ended."""

    name: str
    pid: int | None
    restarts: int
    reason: str | None
    failing: bool = False


@dataclass(slots=True)
class _Child:
    name: str
    argv: tuple[str, ...]
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    quick: int = 0
    how: str | None = None
    event: str | None = None
    log_from: int = 0
    keeper: threading.Thread | None = field(default=None, repr=False)

    @property
    def reason(self) -> str | None:
        return f"{self.how}; {self.event}" if self.event else self.how


class Supervisor:
    """Starts children, starts them again when they end, and ends them all. A context manager; use from any thread."""

    def __init__(self, logs: Path, *, backoff: Backoff | None = None, say: Callable[[str], None] | None = None) -> None:
        """Keep one log file a child in the folder `logs`; `say` gets a line whenever a child ended by itself.

        `tell`, which may be set at any time, gets the same as a value.
        """
        self._logs = logs
        self._backoff = backoff or Backoff()
        self._say = say or (lambda _line: None)
        self.tell: Callable[[Ended], None] = lambda _ended: None
        self._children: dict[str, _Child] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> int:
        """Start the child `name` and give its process id; `env` is laid over this process's own environment.

        Standard output and error go to `<logs>/<name>.log`. Raises `ValueError` for a name that is taken, `OSError`
        when the first start fails, `RuntimeError` after `stop`.
        """
        with self._lock:
            if self._stopping.is_set():
                raise RuntimeError("the supervisor has stopped")
            if name in self._children:
                raise ValueError(f"there is a child {name} already")
            self._logs.mkdir(parents=True, exist_ok=True)
            child = _Child(name, tuple(argv), {**os.environ, **(env or {})}, self._logs / f"{name}.log")
            process = _launch(child)
            self._children[name] = child
            child.keeper = threading.Thread(target=self._keep, args=(child,), name=f"keeper of {name}", daemon=True)
            child.keeper.start()
            return process.pid

    def stop(self, seconds: float = 25.0) -> None:
        """End all children: TERM, then KILL for whom is still there after `seconds`. A second call does nothing."""
        with self._lock:
            self._stopping.set()
            children = list(self._children.values())
        _send(children, signal.SIGTERM)
        _join(children, seconds)
        _send(children, signal.SIGKILL)
        _join(children, 10.0)

    def kill(self, name: str, by: signal.Signals = signal.SIGKILL) -> None:
        """Send a child a signal; nothing happens between two of its lives. Raises `KeyError` for an unknown name."""
        _send([self._children[name]], by)

    def status(self) -> list[ChildStatus]:
        """Give every child as it is now, in the order of their first start."""
        with self._lock:
            return [
                ChildStatus(
                    child.name,
                    child.process.pid if child.process else None,
                    child.restarts,
                    child.reason,
                    child.quick >= self._backoff.failing,
                )
                for child in self._children.values()
            ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _keep(self, child: _Child) -> None:
        wait: float | None = None
        while True:
            born = time.monotonic()
            if child.process is not None:
                _collect(child, child.process)
            lived = time.monotonic() - born
            wait = self._backoff.after(wait, lived)
            child.quick = 0 if lived >= self._backoff.healthy else child.quick + 1
            if self._stopping.is_set():
                return
            ended = self._ended(child, lived, wait)
            self._say(str(ended))
            self.tell(ended)
            if self._stopping.wait(wait) or not self._relaunch(child):
                return

    def _ended(self, child: _Child, lived: float, wait: float) -> Ended:
        failing = child.quick >= self._backoff.failing
        told = (child.how or "", child.event, lived, child.restarts, child.quick, failing, wait)
        return Ended(child.name, datetime.now(UTC), *told)

    def _relaunch(self, child: _Child) -> bool:
        # Under the lock, so that `stop` either sees the new process or prevents it.
        with self._lock:
            if self._stopping.is_set():
                return False
            try:
                _launch(child)
            except OSError as error:
                child.how, child.event = f"cannot be started: {error.strerror}", None
            child.restarts += 1
            return True


def _launch(child: _Child) -> subprocess.Popen[bytes]:
    with child.log.open("ab") as log:
        child.log_from = log.seek(0, os.SEEK_END)
        child.process = subprocess.Popen(  # noqa: S603 - our own roles, with arguments made by the caller
            child.argv,
            env=child.env,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return child.process


def _collect(child: _Child, process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a life and keep its reason."""
    status = process.wait()
    if process.stdin is not None:
        # Only now: the leash would end a child that is still draining.
        with contextlib.suppress(OSError):
            process.stdin.close()
    child.how, child.event = named(status), last_event(child.log, child.log_from)
    child.process = None


def _send(children: Sequence[_Child], by: signal.Signals) -> None:
    for child in children:
        process = child.process
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(by)


def _join(children: Sequence[_Child], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for child in children:
        if child.keeper is not None:
            child.keeper.join(max(0.0, deadline - time.monotonic()))
