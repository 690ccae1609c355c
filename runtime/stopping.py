"""Stopping: TERM and INT ask a role to finish what it has begun; what is not finished in time is left as by a kill."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable

import structlog

UNFINISHED = 70
log = structlog.get_logger(__name__)


def until_term(body: Callable[[asyncio.Event], Awaitable[None]], seconds: float) -> None:
    """Run `body` in a loop of its own; TERM or INT sets the event, and `seconds` later the process ends whatever it does."""

    async def main() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _both, stopped.set, seconds)
        await body(stopped)

    asyncio.run(main())


def stop_event(seconds: float) -> threading.Event:
    """An event that TERM or INT sets, for a role without a loop; likewise bounded. Call it from the main thread."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _both(stopped.set, seconds))
    return stopped


def _both(stop: Callable[[], None], seconds: float) -> None:
    stop()
    timer = threading.Timer(seconds, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    # Nothing is lost by it: a life that is cut off is what every role is made for (docs/law.md I1, I2).
    log.warning("role.drain_unfinished")
    sys.stdout.flush()
    os._exit(UNFINISHED)
