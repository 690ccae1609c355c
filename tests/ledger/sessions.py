"""Several sessions at one PostgreSQL: threads that are watched until they wait for each other's locks."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa

from ledger.engine import Connection, Database
from tests.edges.edge import WAIT_SECONDS, until

T = TypeVar("T")
_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Sessions:
    """Work in sessions of their own, and what came of it."""

    def __init__(self, database: Database, threads: ThreadPoolExecutor) -> None:
        self.database = database
        self._threads = threads

    def start(self, work: Callable[[Connection], T]) -> "Future[T]":
        """Do work in a transaction of another session."""

        def transaction() -> T:
            with self.database.transaction() as connection:
                return work(connection)

        return self.call(transaction)

    def call(self, work: Callable[[], T]) -> "Future[T]":
        """Do work that has transactions of its own."""
        return self._threads.submit(work)

    def until_waiting(self, amount: int) -> None:
        """Wait until so many sessions wait for a lock."""

        def waiting() -> bool:
            with self.database.engine.connect() as connection:
                return bool(connection.scalar(_WAITING) == amount)

        until(waiting)


def result(work: "Future[T]") -> T:
    """What came of it; a deadlock is told here."""
    return work.result(WAIT_SECONDS)


@contextmanager
def sessions(database: Database) -> Iterator[Sessions]:
    """Sessions that all end with the block."""
    with ThreadPoolExecutor(4) as threads:
        yield Sessions(database, threads)
