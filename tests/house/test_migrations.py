"""The migrations and the tables tell the same story."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ledger.engine import Database
from ledger.migrate import check, head, migrate
from ledger.tables import metadata


def test_an_empty_database_is_brought_to_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    # given
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    # when
    revision = migrate(database, "TJMS")
    # then
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == revision == head()
    database.close()


def test_a_second_migration_changes_nothing_and_the_release_starts(tmp_path: Path) -> None:
    # given
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    migrate(database, "TJMS")
    # when
    revision = migrate(database, "TJMS")
    # then
    assert revision == head()
    check(database, "TJMS")
    database.close()
