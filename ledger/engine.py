"""The database: one engine, write transactions that are fair, read transactions that block nobody.

On SQLite every write transaction is BEGIN IMMEDIATE behind an advisory file lock: SQLite's own waiting
starves writers (seconds at the 99th percentile with five writing processes), a queue at a file does not.
On PostgreSQL write transactions are READ COMMITTED and lock what they decide on (`lock_persons`).
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url

from ledger import counted
from ledger.trouble import LedgerTroubleError, is_trouble, withhold
from schemas.figures import Tell, untold

__all__ = ["Connection", "Database", "LedgerError", "LedgerTroubleError", "at_end", "now", "utc_now"]

BUSY_SECONDS = 30
_ENDING = "ending"

# A process has a handful of threads that write; the rest is for a burst of them, and bounded for the server's sake.
_POOL = {"pool_size": 5, "max_overflow": 15, "pool_timeout": 30}
_CONNECT_SECONDS = 5
# Nothing waits for ever: a lock is given up before the statement is, and a client that hangs loses its transaction.
_SERVER_SIDE = {
    "lock_timeout": "15s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    # Everything is asked by key. With its default for discs that turn the planner reads whole tables of ten thousands of rows.
    "random_page_cost": "1.1",
}


class LedgerError(Exception):
    """The ledger cannot be used as it is."""


def utc_now() -> datetime:
    """The instant on this host's clock, in UTC."""
    return datetime.now(UTC)


Ending = Callable[[Connection, bytes | None, list[int]], None]
"""What is done last in a transaction, with the key of the codes, to the rows of these numbers."""


class Database:
    """An engine with the house's two kinds of transaction; `clock` is what its leases and decisions go by.

    `audit_key` is what its acts are signed with; None, where it is not known whether there is one (ledger/chains.py).
    """

    def __init__(self, url: str, clock: Callable[[], datetime] | None = None, *, audit_key: bytes | None = b"") -> None:
        """Open `sqlite:///FILE` or `postgresql+psycopg://…`; nothing is connected and no table is created here.

        Without `clock` the database's own counts: PostgreSQL's server, and for SQLite this host's, where all its
        processes are.
        """
        parsed = make_url(url)
        self.url = url
        self.audit_key = audit_key
        self.tell: Tell = untold
        self._lock_file: Path | None = None
        if parsed.drivername == "postgresql+psycopg":
            self.engine = _postgresql(parsed)
            self.clock = clock or self._server_time
        elif parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
            self._lock_file = Path(parsed.database + ".lock")
            self.engine = _sqlite(parsed)
            self.clock = clock = clock or utc_now
        else:
            shown = parsed.render_as_string(hide_password=True)
            raise LedgerError(f"the ledger needs sqlite:///FILE or postgresql+psycopg://HOST/NAME, not {shown}")
        self.engine.update_execution_options(clock=clock)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A write transaction: committed at the end, rolled back on any error; LedgerTroubleError where it may succeed later."""
        with _told(), self._turn(), self._connected(write=True) as connection, connection.begin():
            counts = counted.begin(connection)
            ending: dict[Ending, list[int]] = {}
            connection.info[_ENDING] = ending
            yield connection
            for do, numbers in ending.items():
                do(connection, self.audit_key, numbers)
        for (figure, labels), amount in counts.items():
            self.tell(figure, labels, amount)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction over one snapshot; raises LedgerTroubleError where it may succeed later."""
        snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _told(), self._connected(**snapshot) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _connected(self, **options: Any) -> Iterator[Connection]:
        if self._lock_file is not None:
            options = {"write": options.get("write", False)}
        with self.engine.connect() as connection:
            yield connection.execution_options(**options)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._lock_file is None:
            yield
            return
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _server_time(self) -> datetime:
        with _told(), self.engine.connect() as connection, connection.begin():
            return now(connection)


def at_end(connection: Connection, do: Ending, number: int) -> None:
    """Have something done to a row when all else of this transaction is, once for all rows; outside of one it is not done."""
    ending: dict[Ending, list[int]] | None = connection.info.get(_ENDING)
    if ending is not None:
        ending.setdefault(do, []).append(number)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_trouble(error):
            # Its own text may show an address, or more; the log has it as the cause.
            raise LedgerTroubleError(type(getattr(error, "orig", None) or error).__name__) from error
        raise


_NOW = sa.select(sa.func.clock_timestamp())


def now(connection: Connection) -> datetime:
    """The instant on the clock that the ledger goes by, as it is at this call and not when the transaction began."""
    clock: Callable[[], datetime] | None = connection.get_execution_options()["clock"]
    if clock is not None:
        return clock()
    moment: datetime = connection.execute(_NOW).scalar_one()
    return moment.astimezone(UTC)


def _postgresql(url: URL) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in _SERVER_SIDE.items())
    named = {"connect_timeout": _CONNECT_SECONDS, "application_name": "saj-bnmp", "options": options}
    engine = sa.create_engine(
        url,
        # An error's text must not show what a row holds: it is logged.
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        # A server that was started again is noticed before a transaction and not by it.
        pool_pre_ping=True,
        # What the URL says counts.
        connect_args={name: value for name, value in named.items() if name not in url.query},
        **_POOL,
    )
    event.listen(engine, "handle_error", withhold)
    return engine


def _sqlite(url: URL) -> Engine:
    engine = sa.create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(raw: Any, _record: Any) -> None:
    raw.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
