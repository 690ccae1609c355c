"""A journal: what a role would write to its log, and everything as it was before afterwards."""

import contextlib
import io
import logging
import sys
import threading
from collections.abc import Iterator

import structlog

from runtime.logs import configure

SECRET = "a secret of the tests"


@contextlib.contextmanager
def journal() -> Iterator[io.StringIO]:
    """Log as a role does, and give what it writes."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    before = root.handlers[:], root.level
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        configure("json", "sender", instance="one", secret=SECRET)
        try:
            yield out
        finally:
            logging.captureWarnings(capture=False)
            # Not by basicConfig, which would close the test runner's own.
            root.handlers[:], root.level = before
            sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
            structlog.reset_defaults()
