"""A chain that stops in its middle is an incident, once; one that only waits a moment goes on by itself (docs/law.md safety-10)."""

import random
from datetime import timedelta

import pytest

from consumers.lanes import Lane
from ledger import links
from ledger.tables import document
from rules.dossier import Link
from rules.facts import Answer
from rules.words import AnswerClass, LinkState, Reason, State, Step
from tests.flow.alone import Alone
from tests.flow.book import Book
from tests.flow.test_lanes import must, opened, until
from tests.ledger.office import Office, paper

REGISTERED = (State.REGISTERED, None)


@pytest.fixture
def book(office: Office) -> Book:
    """A registry that does as it is asked."""
    return Book(office.hand, random.Random(1), calm=True)


def broken(office: Office) -> int:
    """How many incidents were said."""
    said = [one.data["kind"] for one in office.said() if one.type == "bnmp.incident.v1"]
    assert set(said) <= {"CHAIN_BROKEN"}
    return len(said)


def stopped(office: Office, book: Book, *answers: AnswerClass) -> tuple[Alone, Lane]:
    """A chain whose mandado is registered, and whose contramandado has these answers at its creation, one after the other."""
    office.issue(paper("MANDADO", "M-1"), paper("CONTRAMANDADO", "K-1", "M-1"))
    made, lane = opened(office, "first")
    for kind in answers:
        task = must(until(book, made, lane, Step.CREATE))
        while task.document_id != "K-1":
            task = must(made.advance(lane, task, book.ask(task)))
        assert (
            made.advance(lane, task, Answer(kind, office.hand.now, "CREATE")) is None or kind is AnswerClass.UNCERTAIN
        )
        due(office)
    return made, lane


def due(office: Office) -> None:
    """The hour of whatever waits for one comes."""
    ahead = [row["due_at"] for row in office.rows(document) if row["due_at"] is not None]
    if ahead:
        office.hand.now = max(office.hand.now, *ahead) + timedelta(milliseconds=1)


def test_a_link_that_is_throttled_goes_on_by_itself_and_is_no_incident(office: Office, book: Book) -> None:
    # given
    made, lane = stopped(office, book, AnswerClass.THROTTLED)
    assert office.standing("M-1") == REGISTERED
    # when
    assert until(book, made, lane) is None
    # then
    assert (office.standing("K-1"), broken(office)) == (REGISTERED, 0)


def test_a_link_whose_answer_was_lost_is_read_and_goes_on_and_is_no_incident(office: Office, book: Book) -> None:
    # given
    made, lane = stopped(office, book, AnswerClass.UNCERTAIN)
    # when
    for _ in range(9):
        until(book, made, lane)
        due(office)
    # then
    assert (office.standing("K-1"), broken(office)) == (REGISTERED, 0)


def test_a_link_that_is_throttled_for_minutes_is_an_incident_once(office: Office, book: Book) -> None:
    # given
    made, lane = stopped(office, book, AnswerClass.THROTTLED)
    # when nothing comes of it for two minutes, three times over
    for _ in range(3):
        office.hand.later(office.deployment.windows.chain_stands)
        task = must(until(book, made, lane, Step.CREATE))
        made.advance(lane, task, Answer(AnswerClass.THROTTLED, office.hand.now, "CREATE"))
        due(office)
    # then
    assert broken(office) == 1


def test_a_chain_that_the_link_breaks_is_an_incident_once_however_often_its_links_are_tried(
    office: Office, book: Book
) -> None:
    # given
    made, lane = stopped(office, book)
    task = must(until(book, made, lane, Step.CREATE))
    while task.document_id != "K-1":
        task = must(made.advance(lane, task, book.ask(task)))
    with office.database.transaction() as connection:
        down = Link(LinkState.DOWN, office.hand.now, last_failed_at=office.hand.now)
        links.change(connection, office.deployment, office.hand(), lambda _: down)
    # when
    made.advance(lane, task, Answer(AnswerClass.CONNECTION, office.hand.now, "CREATE"))
    # then
    assert broken(office) == 1


def test_a_chain_that_stops_in_another_lane_than_the_one_that_began_it_is_an_incident_once(
    office: Office, book: Book
) -> None:
    # given a lane that has left in the middle
    made, lane = stopped(office, book, AnswerClass.THROTTLED)
    made.close(lane)
    # when BNMP refuses what is left, and refuses it again
    book.refused = frozenset({"K-1"})
    made, lane = opened(office, "second")
    until(book, made, lane)
    assert office.standing("K-1") == (State.HELD, Reason.REFUSED_BY_BNMP)
    office.issue(paper("CONTRAMANDADO", "K-1", "M-1", secrecy="RESTRITO"))
    until(book, made, lane)
    # then
    assert office.standing("K-1") == (State.HELD, Reason.REFUSED_BY_BNMP)
    assert broken(office) == 1


def test_a_mandado_that_was_registered_before_its_release_came_is_no_broken_chain(office: Office, book: Book) -> None:
    # given a mandado in effect, and its contramandado, issued before and come after
    office.issue(paper("MANDADO", "M-1"))
    made, lane = opened(office, "first")
    until(book, made, lane)
    made.close(lane)
    office.hand.later(30)
    office.issue(paper("CONTRAMANDADO", "K-1", "M-1"))
    row = office.row("M-1")
    assert office.row("K-1")["issued_at"] < row["registered_at"] < office.hand.now
    # when BNMP refuses it
    book.refused = frozenset({"K-1"})
    made, lane = opened(office, "second")
    until(book, made, lane)
    # then it is held, which is told as such
    assert (office.standing("M-1"), broken(office)) == (REGISTERED, 0)
    assert office.standing("K-1") == (State.HELD, Reason.REFUSED_BY_BNMP)
