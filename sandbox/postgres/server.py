"""A real PostgreSQL for the time of a ``with`` block: the handle that tests, benchmarks and trials hold."""

import json
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox import guards
from sandbox.postgres.cluster import STOP_SECONDS, url
from sandbox.postgres.errors import NotInstalledError, PostgresSandboxError

_END_SECONDS = 2 * STOP_SECONDS + 10
_ERRORS = {NotInstalledError.status: NotInstalledError}
# After a crash the old server's children hold its memory for a moment, and a new one refuses to start.
_AGAIN_SECONDS = 30


class Postgres:
    """One running server, its guard process beside it. Made by ``Postgres.start``.

    ``pid`` is the server's process id; after ``restart`` it is another. Should this process die, in whatever way, the
    server and its folder go within seconds.
    """

    pid: int

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self._durable = durable

    @classmethod
    def start(cls, *, durable: bool = True) -> Self:
        """Start a server in a new temporary folder and return once it answers.

        Without ``durable`` it writes nothing through to the disk: quick, and not for those who kill it. Raises
        ``PostgresSandboxError``.
        """
        server = cls(Path(tempfile.mkdtemp(prefix="saj-bnmp-postgres-")).resolve(), durable=durable)
        try:
            server._launch()
        except BaseException:
            server._clear()
            raise
        return server

    def url(self, database: str = "postgres") -> str:
        """Give the ledger's URL of a database of this server; ``postgres`` is there and empty."""
        return url(self.folder, database)

    def stop(self) -> None:
        """Stop the server and remove its data. A second call does nothing."""
        self._end(signal.SIGTERM)
        self._clear()

    def kill(self) -> None:
        """Kill the server as a crash would; the data stays, for ``restart``."""
        os.kill(self.pid, signal.SIGKILL)
        self._end(None)

    def restart(self) -> None:
        """Start again on the same data and address, after shutting down what still runs; clients are cut off."""
        if self._guard.poll() is None:
            os.kill(self.pid, signal.SIGINT)
            self._end(None)
        deadline = time.monotonic() + _AGAIN_SECONDS
        while True:
            try:
                return self._launch()
            except PostgresSandboxError:
                if time.monotonic() > deadline:
                    raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _launch(self) -> None:
        options = ["--remove", "--data", str(self.folder), *(["--quick"] * (not self._durable))]
        self._guard = guards.start("sandbox.postgres", options)
        # The guard's own patience is bounded, so this line, or the end of the stream, comes.
        line = self._guard.stdout.readline() if self._guard.stdout else ""
        if not line:
            said = self._guard.stderr.read() if self._guard.stderr else ""
            status = self._end(None)
            raise _ERRORS.get(status, PostgresSandboxError)(said.strip().removeprefix("postgres: "))
        self.pid = json.loads(line)["pid"]

    def _end(self, by: signal.Signals | None) -> int:
        """Send the guard ``by``, if anything, and wait until it has ended; give its status."""
        status = guards.end(self._guard, by, _END_SECONDS)
        guards.close(self._guard)
        return status

    def _clear(self) -> None:
        """Remove the folder if the guard could not (it was killed): its server goes at the same time, not at once."""
        deadline = time.monotonic() + STOP_SECONDS
        while self.folder.exists() and time.monotonic() < deadline:
            shutil.rmtree(self.folder, ignore_errors=True)
            time.sleep(0.02)
