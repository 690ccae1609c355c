"""Databases for tests: on a PostgreSQL of this test run, each a copy of one that was migrated once."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg

from ledger.engine import Database
from ledger.migrate import migrate
from sandbox.postgres.server import Postgres
from sandbox.saj.documents import TRIBUNAL

_MIGRATED = "migrated"


class Served:
    """A server whose databases are made and dropped in no time; it is never killed, so it writes nothing through."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._numbers = count(1)
        self._order(f"CREATE DATABASE {_MIGRATED}")
        made = Database(server.url(_MIGRATED))
        migrate(made, TRIBUNAL)
        made.close()

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """The URL of a database of the block's own, migrated or empty."""
        name = f"test_{next(self._numbers)}"
        self._order(f"CREATE DATABASE {name} TEMPLATE {_MIGRATED if migrated else 'template0'}")
        try:
            yield self.server.url(name)
        finally:
            self._order(f"DROP DATABASE {name} WITH (FORCE)")

    def _order(self, statement: str) -> None:
        with psycopg.connect(self.server.url().replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement.encode())
