"""Real trouble of a ledger, for as long as a block lasts: sessions are ended and no new ones let in, or no file may grow."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from ledger.engine import Database

_KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


@contextmanager
def trouble(database: Database) -> Iterator[None]:
    """Nobody gets far with this ledger, whose server or file system is really at fault."""
    sort = _shut if database.engine.dialect.name == "postgresql" else _full
    with sort(database):
        yield


@contextmanager
def _shut(database: Database) -> Iterator[None]:
    """Every session is ended, and no new one let in."""
    url = make_url(database.url).set(drivername="postgresql")
    name = sql.Identifier(url.database or "")
    with psycopg.connect(url.set(database="postgres").render_as_string(hide_password=False), autocommit=True) as door:
        door.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            while door.execute(_KILL, [url.database]).fetchall():
                pass
            yield
        finally:
            door.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


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
