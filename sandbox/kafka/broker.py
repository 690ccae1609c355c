"""A real Kafka for the time of a ``with`` block: the handle that the demo and the tests hold."""

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, Self

from sandbox import guards
from sandbox.kafka.errors import KafkaSandboxError, NotInstalledError
from sandbox.kafka.jars import INSTALL_SECONDS
from sandbox.kafka.jvm import READY_SECONDS, STOP_SECONDS

_START_SECONDS = INSTALL_SECONDS + 2 * READY_SECONDS + 15
_END_SECONDS = STOP_SECONDS + 15
_ERRORS = {NotInstalledError.status: NotInstalledError}


def to_stderr(line: str) -> None:
    """Write a progress line to standard error."""
    sys.stderr.write(f"{line}\n")


class Broker:
    """One running broker, its guard process beside it. Made by ``Broker.start``.

    ``bootstrap`` is host:port, ``pid`` the JVM's process id, ``guard_pid`` the guard's, ``data`` the folder. After
    ``restart`` the two process ids are others. Should this process die, in whatever way, all of it goes within seconds.
    """

    bootstrap: str
    pid: int
    guard_pid: int
    data: Path

    def __init__(self, data: Path, *, remove: bool, say: Callable[[str], None]) -> None:
        self.data = data
        self._remove = remove
        self._say = say

    @classmethod
    def start(
        cls,
        port: int | None = None,
        data: Path | None = None,
        *,
        keep: bool = False,
        say: Callable[[str], None] = to_stderr,
    ) -> Self:
        """Start a broker and return once it answers.

        Without ``port`` a free one is taken. Without ``data`` a temporary folder is made, and removed at the end unless
        ``keep``; a folder that is given is always kept. ``say`` gets progress lines, from another thread. Raises
        ``KafkaSandboxError``.
        """
        folder = data or Path(tempfile.mkdtemp(prefix="saj-bnmp-kafka-"))
        broker = cls(folder.resolve(), remove=data is None and not keep, say=say)
        try:
            broker._launch(port)
        except BaseException:
            broker._clear()
            raise
        return broker

    def stop(self) -> None:
        """Stop the broker cleanly and remove its data unless it is to be kept. A second call does nothing."""
        self._end(signal.SIGTERM)
        self._clear()

    def kill(self) -> None:
        """Kill the JVM alone, as a crash would; the data stays, for ``restart``."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._end(None)

    def restart(self) -> None:
        """Start again on the same data and port, after stopping cleanly what still runs."""
        self._end(signal.SIGUSR1)
        _await_death(self.pid)
        self._launch(int(self.bootstrap.rpartition(":")[2]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _launch(self, port: int | None) -> None:
        options = ["--data", str(self.data), *(["--remove"] * self._remove), *(["--port", str(port)] if port else [])]
        self._guard = guards.start("sandbox.kafka", options)
        self.guard_pid = self._guard.pid
        self._progress: deque[str] = deque(maxlen=30)
        first_line: SimpleQueue[str] = SimpleQueue()
        self._readers = [
            _thread(self._read_progress, self._guard.stderr),
            _thread(lambda stream: first_line.put(stream.readline()), self._guard.stdout),
        ]
        try:
            said = json.loads(first_line.get(timeout=_START_SECONDS) or "null")
        except Empty:
            self._end(signal.SIGKILL)
            raise KafkaSandboxError(
                f"Kafka was not there after {_START_SECONDS} s: look at this machine's load."
            ) from None
        except BaseException:
            self._end(signal.SIGKILL)
            raise
        if said is None:
            status = self._end(None)
            raise _ERRORS.get(status, KafkaSandboxError)(self._reason() or f"Its guard ended with status {status}.")
        self.bootstrap, self.pid = said["bootstrap"], said["pid"]

    def _read_progress(self, stream: IO[str]) -> None:
        for line in stream:
            self._progress.append(line.rstrip())
            self._say(line.rstrip())

    def _reason(self) -> str:
        """Give the last thing that the guard said, which may have several lines."""
        said = list(self._progress)
        starts = [at for at, line in enumerate(said) if line.startswith("kafka: ")]
        return "\n".join(said[starts[-1] :]).removeprefix("kafka: ") if starts else "\n".join(said)

    def _end(self, by: signal.Signals | None) -> int:
        """Send the guard ``by``, if anything, and wait until it has ended; give its status."""
        status = guards.end(self._guard, by, _END_SECONDS)
        for reader in self._readers:
            reader.join(5)
        guards.close(self._guard)
        return status

    def _clear(self) -> None:
        """Remove the folder if the guard could not (it was killed); its JVM must be gone first."""
        if self._remove:
            if hasattr(self, "pid"):
                _await_death(self.pid)
            shutil.rmtree(self.data, ignore_errors=True)


def _thread(read: Callable[[IO[str]], None], stream: IO[str] | None) -> threading.Thread:
    thread = threading.Thread(target=read, args=(stream,), daemon=True)
    thread.start()
    return thread


def _await_death(pid: int, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not yet collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        # The state follows the name, which is in brackets and may hold anything.
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
