"""``python -m sandbox.postgres``: a real PostgreSQL on this machine until Ctrl-C.

Once it answers, one JSON line on standard output says where it is. Exit status: 0 stopped as asked; 2 wrong arguments;
3 no server to be had; 70 it did not start or ended by itself.

This process owns the server and its folder. It looks at three things in one place, so that whatever comes first ends
both: a signal, the end of standard input (the parent is gone), the end of the server. Should this process be killed,
the server goes by its leash.
"""

import argparse
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

from sandbox.postgres.cluster import READY_SECONDS, Cluster, end, url
from sandbox.postgres.errors import PostgresSandboxError
from sandbox.postgres.programs import find_programs

_LOOK_SECONDS = 0.05


class _Stop(BaseException):
    """Somebody asked this process to stop, or its parent is gone. No error, so that no handler of errors swallows it."""


def main(argv: list[str]) -> int:
    """Run a server as the arguments ``argv`` say until told to stop; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.postgres", description="Run a PostgreSQL until SIGTERM.")
    parser.add_argument("--data", type=Path, metavar="DIR", help="its folder, kept at the end (default: a new one)")
    parser.add_argument("--remove", action="store_true", help="remove the folder when stopped though --data gave it")
    parser.add_argument("--quick", action="store_true", help="write nothing through to the disk: lost if killed")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when standard input comes to its end")
    given = parser.parse_args(argv)
    watch = _Watch(with_parent=given.exit_with_parent)
    try:
        programs, folder = find_programs(), _folder(given.data)
        _run(
            Cluster(programs, folder, durable=not given.quick), watch, kept=given.data is not None, remove=given.remove
        )
    except _Stop:
        return 0
    except PostgresSandboxError as error:
        with contextlib.suppress(BrokenPipeError):
            sys.stderr.write(f"postgres: {error}\n")
        return error.status


def _folder(given: Path | None) -> Path:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        return given.resolve()
    return Path(tempfile.mkdtemp(prefix="saj-bnmp-postgres-")).resolve()


class _Watch:
    """What ends this process: a signal, or the parent's death."""

    def __init__(self, *, with_parent: bool) -> None:
        self._asked, woken = os.pipe()
        self._seen = [self._asked] + [sys.stdin.fileno()] * with_parent
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: os.write(woken, b"x") and None)

    def until_ended(self, process: subprocess.Popen[bytes]) -> None:
        """Return when ``process`` has ended; raise ``_Stop`` when this process is to end."""
        while process.poll() is None:
            self.look()

    def look(self) -> None:
        """Wait a moment; raise ``_Stop`` when this process is to end."""
        ready, _, _ = select.select(self._seen, (), (), _LOOK_SECONDS)
        if self._asked in ready or (ready and not os.read(ready[0], 1024)):
            raise _Stop


def _run(cluster: Cluster, watch: _Watch, *, kept: bool, remove: bool) -> NoReturn:
    """Run the server; always ends by an exception: ``_Stop``, or what was wrong with the server."""
    process: subprocess.Popen[bytes] | None = None
    gone = not kept
    try:
        cluster.make(watch.until_ended)
        process = cluster.start()
        deadline = time.monotonic() + READY_SECONDS
        while not cluster.ready(process.pid):
            watch.look()
            if process.poll() is not None or time.monotonic() > deadline:
                raise cluster.failed("did not start")
        said = json.dumps({"url": url(cluster.folder), "pid": process.pid})
        with contextlib.suppress(BrokenPipeError):
            os.write(sys.stdout.fileno(), f"{said}\n".encode())
        watch.until_ended(process)
        raise cluster.failed(f"ended by itself (status {process.returncode})")
    except _Stop:
        # What a server that died leaves is the parent's, who may start another on it.
        gone = gone or remove
        raise
    finally:
        if process is not None:
            end(process, at_once=gone)
        if gone:
            shutil.rmtree(cluster.folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
