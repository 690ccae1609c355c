"""The migrations and the tables tell the same story, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ledger.engine import Database
from ledger.migrate import check, head, migrate
from ledger.tables import metadata
from tests.served import Served


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
        yield opened
        opened.close()
        return
    served: Served = request.getfixturevalue("served")
    with served.database(migrated=False) as url:
        opened = Database(url)
        yield opened
        opened.close()


def _differ(_context: Any, _found: Any, column: sa.Column[Any], there: str | None, _ours: Any, ours: str | None) -> Any:
    """Whether defaults differ; PostgreSQL cannot compare JSON, of which the texts are compared."""
    if not isinstance(column.type, sa.JSON):
        return None
    return (there or "").removesuffix("::json").strip("'") != (ours or "").strip("'")


def test_an_empty_database_is_brought_to_exactly_the_tables_of_the_code(database: Database) -> None:
    # when
    revision = migrate(database, "TJMS")
    # then
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": _differ})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == revision == head()


def test_a_second_migration_changes_nothing_and_the_release_starts(database: Database) -> None:
    # given
    migrate(database, "TJMS")
    # when
    revision = migrate(database, "TJMS")
    # then
    assert revision == head()
    check(database, "TJMS")
