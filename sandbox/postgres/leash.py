"""Run a server that cannot outlive the process that started it: ``python leash.py PARENT_PID UID GID COMMAND...``.

A file of its own, and the standard library alone, since it is run by path and then becomes the command (same process
id). It gives up root before that, for the interpreter may lie where nobody else may read.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Become ``argv[3:]`` as user ``argv[1]`` and group ``argv[2]``, shut down at once when ``argv[0]`` dies."""
    kernel = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if os.geteuid() == 0:
        os.setgroups(())
        os.setgid(int(argv[2]))
        os.setuid(int(argv[1]))
    if kernel is not None:
        # After the change of user, which would undo it. SIGQUIT: the server takes its children and its memory along.
        kernel.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)
        # The parent may have died before the request was made; then nobody would ever send the signal.
        if os.getppid() != int(argv[0]):
            sys.exit(70)
    os.execv(argv[3], argv[3:])  # noqa: S606 - becoming the command, without a shell, is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
