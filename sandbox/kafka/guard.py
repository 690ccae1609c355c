"""The small process that owns one broker: it starts it, says where it is, and leaves nothing behind.

Whatever ends it (a signal, the parent's death) becomes one exception in the main thread, at any moment, the download
included; there is one way out, and it cleans up. Should the guard itself be killed, the JVM dies by its leash.

    SIGTERM, SIGINT    stop cleanly, remove the data
    SIGUSR1            stop cleanly, leave the data (for a restart)
    SIGHUP, EOF        the parent is gone: kill at once, remove the data
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from sandbox.kafka import jvm, properties
from sandbox.kafka.errors import KafkaSandboxError
from sandbox.kafka.jars import classpath
from sandbox.kafka.java import find_java


@dataclass(frozen=True, slots=True)
class Order:
    """How to stop: kill ``at_once`` or ask first, and whether to ``remove`` the data."""

    at_once: bool
    remove: bool


_ORDERS = {
    signal.SIGTERM: Order(at_once=False, remove=True),
    signal.SIGINT: Order(at_once=False, remove=True),
    signal.SIGUSR1: Order(at_once=False, remove=False),
    signal.SIGHUP: Order(at_once=True, remove=True),
}


class Stop(BaseException):
    """Somebody asked this process to stop; ``order`` says how. No error, so that no handler of errors swallows it."""

    def __init__(self, order: Order) -> None:
        super().__init__(order)
        self.order = order


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked on the command line.

    ``data`` None is a new temporary folder. ``remove``: the folder is the guard's to delete at the end.
    ``with_parent``: standard input is a pipe from the parent, and its end is the parent's death.
    """

    port: int | None
    data: Path | None
    remove: bool
    with_parent: bool


def guard(wishes: Wishes, say: Callable[[str], None]) -> NoReturn:
    """Run a broker until told to stop.

    One JSON line on standard output once it answers; progress goes to ``say``. Always ends by an exception:
    ``Stop`` as asked (data removed as ordered), ``KafkaSandboxError`` when there is no broker or it ended by itself.
    """
    # Before anything exists that a signal could leave behind.
    _obey_signals()
    if wishes.with_parent:
        threading.Thread(target=_watch_parent, args=(threading.get_ident(),), daemon=True).start()
    data: Path | None = None
    lock: IO[str] | None = None
    process: subprocess.Popen[bytes] | None = None
    # What a broker that died leaves is the parent's, who may start another on it.
    order = Order(at_once=True, remove=not wishes.with_parent)
    try:
        folder = (wishes.data or Path(tempfile.mkdtemp(prefix="saj-bnmp-kafka-"))).resolve()
        lock = _own(folder)
        # From here on the folder is this guard's, to remove as well.
        data = folder
        kafka = jvm.Jvm(find_java(), classpath(say), data)
        broker, controller = properties.free_ports(wishes.port)
        say("kafka: starting the broker")
        kafka.configure(broker, controller)
        kafka.format()
        process = kafka.start()
        bootstrap = f"{properties.HOST}:{broker}"
        jvm.wait_ready(kafka, process, bootstrap)
        where = json.dumps({"bootstrap": bootstrap, "pid": process.pid, "data": str(data)})
        # A reader that is gone is no reason to end here: the parent's death has its own way out.
        with contextlib.suppress(BrokenPipeError):
            os.write(sys.stdout.fileno(), f"{where}\n".encode())
        raise kafka.failed(f"ended by itself (status {process.wait()})")
    except Stop as stop:
        order = stop.order
        raise
    finally:
        _deaf()
        if process is not None:
            jvm.end(process, at_once=order.at_once)
        if data is not None and wishes.remove and order.remove:
            shutil.rmtree(data, ignore_errors=True)
        if lock is not None:
            lock.close()


def _own(folder: Path) -> IO[str]:
    """Lock the data folder for this process's life: Kafka's own lock comes after a first look at its metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "guard.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise KafkaSandboxError(f"Another broker runs on {folder}: stop it first, or use another folder.") from None
    return lock


def _obey_signals() -> None:
    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        # Once: what follows is the way out, which a second signal must not cut short.
        _deaf()
        raise Stop(_ORDERS[signal.Signals(number)])

    for number in _ORDERS:
        signal.signal(number, stop)


def _deaf() -> None:
    for number in _ORDERS:
        signal.signal(number, signal.SIG_IGN)


def _watch_parent(main_thread: int) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    signal.pthread_kill(main_thread, signal.SIGHUP)
