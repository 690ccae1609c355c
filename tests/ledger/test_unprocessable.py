"""A record on which our own code or the database fails stops nothing but itself."""

import pytest
import sqlalchemy as sa

from ledger.tables import dead_letter
from rules.words import State
from tests.ledger.office import Office, key_of, paper

_SQLITE = "CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, 'broken'); END"
_POSTGRESQL = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()
"""


def break_on(office: Office, name: str, table: str, when: str) -> None:
    """Let the database itself refuse some rows of a table."""
    statement = _SQLITE if office.database.engine.dialect.name == "sqlite" else _POSTGRESQL
    with office.database.transaction() as connection:
        connection.exec_driver_sql(statement.format(name=name, table=table, when=when))


def mend(office: Office, name: str, table: str) -> None:
    on = "" if office.database.engine.dialect.name == "sqlite" else f"ON {table}"
    with office.database.transaction() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {name} {on}")


@pytest.fixture
def broken(office: Office) -> Office:
    """A ledger that fails on one document alone."""
    break_on(office, "broken", "payload", "NEW.document_id = 'M-2'")
    return office


def test_a_record_that_cannot_be_processed_is_a_dead_letter_and_the_others_are_taken(broken: Office) -> None:
    # given
    papers = [paper("MANDADO", f"M-{number}", person=number) for number in range(1, 5)]
    records = [broken.issued(each, key=key_of(number)) for number, each in enumerate(papers, 1)]
    # when
    taken = broken.take(*records)
    # then
    assert taken.counts == {"document": 3, "dead_letter": 1}
    assert max(taken.next_offsets.values()) == records[-1].offset + 1
    assert [broken.standing(f"M-{number}")[0] for number in (1, 3, 4)] == [State.READY] * 3
    assert [row["reason"] for row in broken.rows(dead_letter)] == ["UNPROCESSABLE"]
    letter = broken.letters()[0]
    assert (letter.key, letter.value) == (records[1].key, records[1].value)
    told = next(said for said in broken.said() if said.type == "bnmp.record.unreadable.v1")
    assert (told.data["dlq_reason"], told.data["document_id"]) == ("UNPROCESSABLE", "M-2")


def test_taken_again_after_the_mend_the_batch_changes_nothing_more(broken: Office) -> None:
    # given
    records = [broken.issued(paper("MANDADO", f"M-{number}", person=number)) for number in (1, 2)]
    broken.take(*records)
    mend(broken, "broken", "payload")
    before = broken.dump()
    # when
    broken.take(*records)
    # then
    assert broken.dump() == before


def test_a_ledger_that_fails_on_everything_ends_the_batch(office: Office) -> None:
    # given
    break_on(office, "broken", "payload", "1 = 1")
    break_on(office, "worse", "dead_letter", "1 = 1")
    # when
    with pytest.raises(sa.exc.DBAPIError):
        office.issue(paper("MANDADO", "M-1"))
    # then
    assert office.rows(dead_letter) == []
