"""Guards: a server of the sandbox runs under a process of our own that ends it, and tidies up, when its starter is gone."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def start(module: str, options: Sequence[str]) -> subprocess.Popen[str]:
    """Start `python -m module --exit-with-parent OPTIONS`; its pipes are text, and its end of standard input is our life."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module, "--exit-with-parent", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        # Ctrl-C in the terminal is the starter's to handle, and the server is stopped last.
        start_new_session=True,
    )


def end(guard: subprocess.Popen[str], by: signal.Signals | None, seconds: float) -> int:
    """Send the guard `by`, if anything, and wait until it has ended, after `seconds` by force; give its status."""
    if by is not None and guard.poll() is None:
        guard.send_signal(by)
    try:
        return guard.wait(seconds)
    except subprocess.TimeoutExpired:
        guard.kill()
        return guard.wait()


def close(guard: subprocess.Popen[str]) -> None:
    """Close our ends of the pipes of a guard that has ended."""
    for stream in (guard.stdin, guard.stdout, guard.stderr):
        if stream is not None:
            stream.close()
