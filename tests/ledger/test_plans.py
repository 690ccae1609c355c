"""What a batch asks of the ledger is answered by indexes: its cost is that of its persons, not of the whole ledger."""

from typing import Any

import pytest
from sqlalchemy import event

from ledger.engine import Database
from ledger.tables import metadata
from tests.ledger.office import Hand, Office, paper

# One row each, or one for each partition that is read.
_SMALL = {"link", "consumed", "lease", "deployment"}


@pytest.fixture
def kind() -> str:
    """SQLite tells its plan before it has seen many rows; PostgreSQL reads a small table whole, and rightly."""
    return "sqlite"


def test_no_statement_of_the_intake_reads_a_whole_table(database: Database, hand: Hand) -> None:
    # given an office that notes every statement
    office, asked = Office(database, hand), dict[str, Any]()
    event.listen(
        database.engine, "before_cursor_execute", lambda _c, _cur, text, values, _x, _m: asked.update({text: values})
    )
    # when documents, a person never seen, a command, custody, a dead letter and one of another person's come
    office.issue(paper("MANDADO", "a"), paper("CERTIDAO", "b", "a"), paper("ALVARA", "c", "a", person=1))
    office.take(office.withdrawn("a"), office.junk(), office.custody("e-1", 7, hand().date()))
    office.issue(paper("CONTRAMANDADO", "d", "a"))
    # then
    assert len(asked) > 20
    scanned = []
    with database.reading() as connection:
        for text, values in list(asked.items()):
            if not text.startswith(("SELECT", "UPDATE", "DELETE")):
                continue
            row = values[0] if isinstance(values, list) else values
            for _, _, _, line in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", row):
                words = line.split()
                if words[0] == "SCAN" and words[1] in set(metadata.tables) | {"mine", "theirs"}:
                    scanned.append((words[1], text))
    assert [one for one in scanned if one[0] not in _SMALL] == []
