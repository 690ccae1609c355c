"""One data folder and the server on it: make it, start it, know when it answers.

The server refuses to run as root, so root hands it to a user who may nothing. It listens on a socket in its own folder
and nowhere else.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.postgres import leash
from sandbox.postgres.errors import PostgresSandboxError

READY_SECONDS = 60
"""Longest from the start of the server to its first answer."""

STOP_SECONDS = 6
"""How long a server asked to stop may take before it is killed."""

USER = "saj"
"""The owner of the databases; the socket's folder lets nobody else in, so there is no password."""

_LAST_LINES = 20
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "autovacuum_naptime": "5s",
}
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server's ``programs`` and its ``folder``; ``durable`` False is for those who never kill it."""

    programs: Path
    folder: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        """Give the data folder proper."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Give the file that gets all that the server says."""
        return self.folder / "postgres.log"

    def make(self, run: Callable[[subprocess.Popen[bytes]], None]) -> None:
        """Make the data folder unless it is there; ``run`` waits for the program's end."""
        if (self.data / "PG_VERSION").exists():
            return
        if os.geteuid() == 0:
            os.chown(self.folder, *_nobody())
            self._carry_over()
        arguments = ("-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        process = self._popen("initdb", *arguments)
        run(process)
        if process.returncode:
            raise self.failed(f"could not make its data (status {process.returncode})")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; it is shut down at once when the thread that calls this dies."""
        settings = _SETTINGS | {"unix_socket_directories": str(self.folder)} | ({} if self.durable else _QUICK)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self._popen("postgres", "-D", str(self.data), *options)

    def ready(self, pid: int) -> bool:
        """Whether the server takes connections; process ``pid`` says so in its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return lines[0].strip() == str(pid) and lines[-2].strip() == "ready"

    def failed(self, what: str) -> PostgresSandboxError:
        """Give the error "PostgreSQL ``what``" with the last lines of the log."""
        said = self.log.read_text(errors="replace").splitlines() if self.log.exists() else ["(it said nothing)"]
        return PostgresSandboxError(f"PostgreSQL {what}. The end of its log:\n" + "\n".join(said[-_LAST_LINES:]))

    def _carry_over(self) -> None:
        """Copy the programs into the folder where the server's user could not run them, under root's home say."""
        try:
            subprocess.run([self.programs / "postgres", "--version"], user="nobody", capture_output=True, check=True)  # noqa: S603 - the server's own program
        except PermissionError:
            shutil.copytree(self.programs.parent, self.folder / "programs", symlinks=True)

    def _popen(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        carried = self.folder / "programs" / "bin"
        run = (str((carried if carried.exists() else self.programs) / program), *arguments)
        user, group = _nobody() if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the server's own program
                (sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), str(user), str(group), *run),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                process_group=0,
            )


def url(folder: Path, database: str = "postgres") -> str:
    """Give the ledger's URL of a database of the server in ``folder``; ``postgres`` is there and empty."""
    return f"postgresql+psycopg://{USER}@/{database}?host={folder}"


def _nobody() -> tuple[int, int]:
    """The user who may nothing, as (user id, group id)."""
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def end(process: subprocess.Popen[bytes], *, at_once: bool) -> None:
    """End the server: its clients are cut off and it saves all, or it stops where it is."""
    for number, seconds in (
        (signal.SIGQUIT if at_once else signal.SIGINT, STOP_SECONDS),
        (signal.SIGKILL, STOP_SECONDS),
    ):
        if process.poll() is None:
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
