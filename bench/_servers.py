"""Where the databases of a run are: each is made once, and every round gets its own copy, so that all begin alike."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import psycopg
import sqlalchemy as sa

from bench._workload import Workload
from consumers.groups import PROCESSOR, TOPICS
from ledger import cursors
from ledger.bulk import insert
from ledger.document_rows import row_of
from ledger.engine import Database
from ledger.migrate import migrate
from ledger.tables import alias, antecedent, document, person
from sandbox.postgres.server import Postgres
from sandbox.saj.documents import TRIBUNAL

# Persons whose past is written in one transaction.
_AT_ONCE = 2000
Fill = Callable[[str], None]
"""Fills the database at a URL, which is empty."""


class Server(Protocol):
    """One kind of database."""

    name: str

    def make(self, name: str, fill: Fill) -> None:
        """Make and fill a database to copy from; a second call with the same name does nothing."""

    def copy(self, name: str) -> AbstractContextManager[str]:
        """Give the URL of a copy, which is gone afterwards."""


class Sqlite:
    """Databases that are files of one folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, name: str, fill: Fill) -> None:
        """As `Server.make`."""
        file = self._folder / f"{name}.db"
        if not file.exists():
            fill(f"sqlite:///{file}")

    @contextmanager
    def copy(self, name: str) -> Iterator[str]:
        """As `Server.copy`."""
        file = self._folder / "copy" / f"{name}.db"
        file.parent.mkdir()
        shutil.copyfile(self._folder / f"{name}.db", file)
        try:
            yield f"sqlite:///{file}"
        finally:
            shutil.rmtree(file.parent)


class Postgresql:
    """Databases of one server, which writes through to the disk as in production."""

    name = "postgresql"

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._made: set[str] = set()

    def make(self, name: str, fill: Fill) -> None:
        """As `Server.make`."""
        if name not in self._made:
            self._made.add(name)
            self._tell(f'CREATE DATABASE "{name}"')
            fill(self._server.url(name))
            self._tell("VACUUM ANALYZE", name)

    @contextmanager
    def copy(self, name: str) -> Iterator[str]:
        """As `Server.copy`."""
        self._tell(f'CREATE DATABASE "copy" TEMPLATE "{name}"')
        # What the copying left to write is not the run's.
        self._tell("CHECKPOINT")
        try:
            yield self._server.url("copy")
        finally:
            self._tell('DROP DATABASE "copy" WITH (FORCE)')

    def _tell(self, command: str, database: str = "postgres") -> None:
        address = self._server.url(database).replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(command.encode())


@contextmanager
def servers() -> Iterator[tuple[Server, ...]]:
    """Give every kind of database that the ledger can be on."""
    with tempfile.TemporaryDirectory() as folder, Postgres.start() as postgres:
        yield Sqlite(Path(folder)), Postgresql(postgres)


def seeded(workload: Workload) -> Fill:
    """Give what fills a ledger with the workload's past."""

    def fill(url: str) -> None:
        database = Database(url)
        migrate(database, TRIBUNAL)
        past = workload.past()
        while some := list(islice(past, _AT_ONCE)):
            rows: dict[sa.Table, list[dict[str, Any]]] = {person: [], alias: [], document: [], antecedent: []}
            for number, invented, documents in some:
                rows[person].append({"person": number})
                rows[alias].append({"alias": f"{TRIBUNAL}:{invented.party_id}", "person": number})
                rows[document] += [row_of(one) | {"saj_key": None} for one in documents]
                rows[antecedent] += [
                    {"document_id": one.document_id, "position": 0, "names_document": named.document_id}
                    for one in documents
                    for named in one.antecedents
                ]
            with database.transaction() as connection:
                for table, of in rows.items():
                    insert(connection, table, of)
        with database.transaction() as connection:
            cursors.init(connection, PROCESSOR, {(topic, 0): cursors.Cursor(0, None) for topic in TOPICS[PROCESSOR]})
        database.close()

    return fill
