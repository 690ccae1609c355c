"""Run a command that cannot outlive the process that started it: ``python leash.py PARENT_PID COMMAND...``.

A file of its own, and the standard library alone, since it is run by path and then becomes the command
(same process id). Where the kernel has no parent-death signal the command simply runs.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Ask for SIGKILL at the parent's death, then become ``argv[1:]``; ``argv[0]`` is the parent's process id."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # The parent may have died before the request was made; then nobody would ever send the signal.
        if os.getppid() != int(argv[0]):
            sys.exit(70)
    os.execv(argv[1], argv[1:])  # noqa: S606 - becoming the command, without a shell, is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
