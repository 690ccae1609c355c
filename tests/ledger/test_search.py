"""What is left to do when a queue's records are gone is what the queue's own rule would not call finished."""

import itertools

import pytest

from ledger import search
from ledger.engine import Database
from ledger.tables import document
from rules.queue import is_finished
from rules.words import Reason, State
from tests.ledger.office import START, Office, paper


@pytest.fixture
def standings(office: Office) -> dict[str, tuple[State, Reason | None, bool]]:
    """A document in every state, with and without a reason, opened and not."""
    every = itertools.product(State, (None, Reason.MISSING_DATA), (False, True))
    made = {f"D-{number:02d}": standing for number, standing in enumerate(every)}
    office.issue(*(paper("MANDADO", document_id, person=number % 6) for number, document_id in enumerate(made)))
    with office.database.transaction() as connection:
        for document_id, (state, reason, opened) in made.items():
            values = {"state": state, "reason": reason, "opened_at": START if opened else None}
            connection.execute(document.update().where(document.c.document_id == document_id).values(**values))
    return made


def open_work(database: Database, *, contingency: bool, limit: int = 100, after: str = "") -> list[str]:
    with database.reading() as connection:
        return [
            one.document_id for one in search.open_work(connection, contingency=contingency, limit=limit, after=after)
        ]


@pytest.mark.parametrize("contingency", [False, True])
def test_open_work_is_what_a_record_of_that_queue_would_not_be_finished_with(
    office: Office, standings: dict[str, tuple[State, Reason | None, bool]], *, contingency: bool
) -> None:
    # given the queue on which each document's latest record was written
    mine = {one: standing for one, standing in standings.items() if standing[2] is contingency}
    # when
    found = open_work(office.database, contingency=contingency)
    # then
    assert found == [
        one
        for one, (state, reason, _) in mine.items()
        if not is_finished(1, (state, reason, 1, False), contingency=contingency)
    ]
    assert found


def test_open_work_is_read_page_by_page(
    office: Office, standings: dict[str, tuple[State, Reason | None, bool]]
) -> None:
    # given
    whole = open_work(office.database, contingency=False)
    # when
    first = open_work(office.database, contingency=False, limit=2)
    rest = open_work(office.database, contingency=False, after=first[-1])
    # then
    assert first + rest == whole
    assert standings
