"""The leash of a child process: it holds on to its parent, and ends when the parent is gone.

Its standard input is a pipe whose other end only the parent holds. However the parent ends, kill -9 included, the
system closes that end, and the child reads the end of the file.
"""

import os
import threading

GONE = 70
"""Exit status of a process whose parent is gone: it left for a reason that another start cures."""


def hold_on_to_parent(descriptor: int = 0) -> None:
    """End this process at once, with status `GONE`, when the file `descriptor` (standard input) comes to its end."""
    threading.Thread(target=_hold, args=(descriptor,), name="leash", daemon=True).start()


def _hold(descriptor: int) -> None:
    # Read below Python's buffers: their lock, held by a waiting thread, would break the interpreter's ordinary end.
    try:
        while os.read(descriptor, 4096):
            pass
    except OSError:
        # Closed, or never open: as good as gone.
        pass
    os._exit(GONE)
