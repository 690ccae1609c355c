"""A record on which our own code or the database fails stops nothing but itself."""

import pytest
import sqlalchemy as sa

from ledger.tables import dead_letter
from rules.words import State
from tests.ledger.office import Office, key_of, paper

BROKEN = """
CREATE TRIGGER broken BEFORE INSERT ON payload WHEN NEW.document_id = 'M-2'
BEGIN SELECT RAISE(ABORT, 'broken on it alone'); END
"""


@pytest.fixture
def broken(office: Office) -> Office:
    """A ledger that fails on one document alone."""
    with office.database.transaction() as connection:
        connection.exec_driver_sql(BROKEN)
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
    with broken.database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER broken")
    before = broken.dump()
    # when
    broken.take(*records)
    # then
    assert broken.dump() == before


def test_a_ledger_that_fails_on_everything_ends_the_batch(office: Office) -> None:
    # given
    with office.database.transaction() as connection:
        connection.exec_driver_sql(BROKEN.replace("'M-2'", "NEW.document_id"))
        connection.exec_driver_sql(
            "CREATE TRIGGER worse BEFORE INSERT ON dead_letter BEGIN SELECT RAISE(ABORT, 'too'); END"
        )
    # when
    with pytest.raises(sa.exc.IntegrityError):
        office.issue(paper("MANDADO", "M-1"))
    # then
    assert office.rows(dead_letter) == []
