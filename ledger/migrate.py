"""Migrations: bring a database to this release's schema, and refuse one that is not at it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from ledger.chains import seal_head
from ledger.engine import Database, LedgerError
from ledger.tables import deployment, link, metadata
from rules.words import LinkState

# One process migrates at a time. A change of a table may take long, but not wait long: behind its lock everybody waits.
_ALONE = (
    "SELECT pg_advisory_xact_lock(251082006)",
    "SET LOCAL lock_timeout = '5s'",
    "SET LOCAL statement_timeout = '15min'",
)


# These have their row from the first migration on.
_FROM_THE_FIRST = (deployment, link, seal_head)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, tribunal: str) -> str:
    """Create or upgrade the tables and claim the ledger for `tribunal`; returns the schema's revision.

    Raises LedgerError when the ledger belongs to another tribunal, LedgerTroubleError when others are in the way.
    """
    with database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            for statement in _ALONE:
                connection.exec_driver_sql(statement)
        command.upgrade(_config(connection), "head")
        owner = connection.scalar(sa.select(deployment.c.tribunal))
        if owner is None:
            connection.execute(deployment.insert().values(tribunal=tribunal))
            connection.execute(link.insert().values(id=1, state=LinkState.UP, cause="", opened_times=0))
        elif owner != tribunal:
            raise LedgerError(f"this ledger belongs to {owner}, not to {tribunal}")
        return head()


def check_unused(database: Database) -> None:
    """Refuse a database that holds anything but a ledger's tables with nothing in them; raises LedgerError."""
    with database.reading() as connection:
        there = set(sa.inspect(connection).get_table_names())
        ours = [table for table in metadata.sorted_tables if table.name in there and table not in _FROM_THE_FIRST]
        used = [table.name for table in ours if connection.execute(sa.select(table).limit(1)).first() is not None]
    found = sorted(there - set(metadata.tables) - {"alembic_version"}) + used
    if found:
        raise LedgerError(f"the database is in use, it must be empty: it has {', '.join(found[:5])}")


def head() -> str:
    """The revision that this release writes."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def check(database: Database, tribunal: str) -> None:
    """Refuse to start on a database of another schema or tribunal, with the call that mends it."""
    with database.reading() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found != head():
            raise LedgerError(f"the database is at schema {found}, this release needs {head()}: run saj-bnmp migrate")
        owner = connection.scalar(sa.select(deployment.c.tribunal))
    if owner != tribunal:
        raise LedgerError(f"this ledger belongs to {owner}, not to {tribunal}: check SAJ_BNMP_TRIBUNAL")
