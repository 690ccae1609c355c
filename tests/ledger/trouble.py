"""Real trouble of a ledger, for as long as a block lasts: sessions are killed, or no file may grow."""

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ledger.engine import Database

PAUSE_SECONDS = 0.02
_KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@contextmanager
def trouble(database: Database) -> Iterator[None]:
    """Nobody gets far with this ledger, whose server or file system is really at fault."""
    sort = _killed if database.engine.dialect.name == "postgresql" else _full
    with sort(database):
        yield


@contextmanager
def _killed(database: Database) -> Iterator[None]:
    over = threading.Event()

    def kill() -> None:
        with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
            while not over.wait(PAUSE_SECONDS):
                connection.execute(_KILL)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join(60)


@contextmanager
def _full(_: Database) -> Iterator[None]:
    """What a full disk does to SQLite; a file of this process that grows has to wait."""
    # The write that goes too far shall fail, and not the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
