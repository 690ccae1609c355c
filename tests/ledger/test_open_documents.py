"""Whoever asks for what is open reads the open documents, and not all that have ended."""

from typing import Any

import pytest
from sqlalchemy import event

from ledger import overview, search
from ledger.engine import Database
from tests.ledger.office import Hand, Office, paper


@pytest.fixture
def kind() -> str:
    """PostgreSQL reads a small table whole, and rightly."""
    return "sqlite"


def test_what_is_open_is_counted_and_listed_by_the_index_of_open_documents(database: Database, hand: Hand) -> None:
    # given an open document, and a notebook of what is asked of the table
    office, asked = Office(database, hand), list[tuple[str, Any]]()
    office.issue(paper("MANDADO", "a"))
    event.listen(
        database.engine, "before_cursor_execute", lambda _c, _cur, text, values, _x, _m: asked.append((text, values))
    )
    # when
    with database.reading() as connection:
        seen = overview.overview(connection)
        search.waiting_by_link(connection)
        # then
        plans = [
            line
            for text, values in list(asked)
            if " document" in text
            for *_, line in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            if "document" in line
        ]
    assert [each.count for each in seen.open.values()] == [1]
    assert len(plans) == 5
    assert all("INDEX document_open" in line for line in plans)
