"""What every session tells PostgreSQL, whatever the server's own settings are."""

import pytest

from ledger.engine import Database


@pytest.fixture
def kind() -> str:
    """SQLite has no sessions."""
    return "postgresql"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("lock_timeout", "15s"),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("random_page_cost", "1.1"),
        ("TimeZone", "UTC"),
    ],
)
def test_a_session_waits_for_nothing_for_ever_and_finds_rows_by_index(
    database: Database, setting: str, value: str
) -> None:
    # when
    with database.reading() as connection:
        told = connection.exec_driver_sql(f"SHOW {setting}").scalar()
    # then
    assert told == value
