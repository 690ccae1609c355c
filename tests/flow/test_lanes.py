"""Lanes one after the other over one person: takeovers, late answers, and what a broken chain leaves."""

import random
from typing import cast

import pytest

from bnmp.registry import Registry
from consumers.clock import Clock
from consumers.lanes import Lane, Task
from ledger import links
from ledger.persons import find
from ledger.tables import history, outbox, person
from rules.dossier import Link
from rules.facts import Answer
from rules.words import AnswerClass, LinkState, Reason, State, Step
from tests.flow.alone import Alone, LostError
from tests.flow.book import Book
from tests.ledger.office import Office, key_of, paper


@pytest.fixture
def book(office: Office) -> Book:
    """A registry that does as it is asked."""
    return Book(office.hand, random.Random(1), calm=True)


def bench(office: Office, owner: str) -> Alone:
    return Alone(office.database, office.deployment, owner, lambda *_: True, contingency=False)


def opened(office: Office, owner: str) -> tuple[Alone, Lane]:
    with office.database.reading() as connection:
        number = find(connection, [key_of(0).decode()])[key_of(0).decode()]
    made = bench(office, owner)
    lane = made.open(number)
    assert lane is not None
    return made, lane


def until(book: Book, made: Alone, lane: Lane, step: Step | None = None) -> Task | None:
    """Work on until this step is begun, or until nothing may go."""
    task = made.advance(lane, None, None)
    while task is not None and (task.step is not step or task.doubt):
        task = made.advance(lane, task, book.ask(task))
    return task


def must(task: Task | None) -> Task:
    assert task is not None
    return task


def change(office: Office, link: Link) -> None:
    with office.database.transaction() as connection:
        links.change(connection, office.deployment, office.hand(), lambda _: link)


def taken_over(office: Office) -> None:
    windows = office.deployment.windows
    office.hand.later(windows.lease() + windows.answer + 1)


def test_a_write_whose_lane_died_is_read_before_it_is_sent_again(office: Office, book: Book) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    first, lane = opened(office, "first")
    task = must(until(book, first, lane, Step.CREATE))
    book.ask(task)
    # when
    taken_over(office)
    second, other = opened(office, "second")
    # then
    assert office.standing("M-1") == (State.UNCERTAIN, None)
    assert until(book, second, other) is None
    assert office.standing("M-1") == (State.REGISTERED, None)
    assert (len(book.pieces), book.wrongs) == (1, [])


def test_a_late_answer_is_evidence_and_settles_nothing_of_the_new_holders(office: Office, book: Book) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    first, lane = opened(office, "first")
    task = must(until(book, first, lane, Step.CREATE))
    taken_over(office)
    second, other = opened(office, "second")
    again = until(book, second, other, Step.CREATE)
    while again is None:
        office.hand.later(301)
        again = until(book, second, other, Step.CREATE)
    # when
    late = Answer(AnswerClass.CONNECTION, office.hand.now, "CREATE")
    with pytest.raises(LostError):
        first.advance(lane, task, late)
    # then
    assert (office.row("M-1")["state"], office.row("M-1")["doing"]) == (State.SENDING, Step.CREATE)
    assert "late answer CONNECTION" in office.rows(history)[-1]["detail"]
    following = must(second.advance(other, again, book.ask(again)))
    assert (following.step, len(book.pieces)) == (Step.SIGN_SERVIDOR, 1)


def test_a_lane_that_lost_its_claim_settles_nothing_and_lets_nobody_go(office: Office, book: Book) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    first, lane = opened(office, "first")
    task = must(until(book, first, lane, Step.CREATE))
    taken_over(office)
    opened(office, "second")
    before = office.standing("M-1"), office.rows(person), office.rows(outbox)
    # when
    with pytest.raises(LostError):
        first.advance(lane, task, book.ask(task))
    first.close(lane)
    # then
    assert (office.standing("M-1"), office.rows(person), office.rows(outbox)) == before
    assert "late answer OK to CREATE" in office.rows(history)[-1]["detail"]


def test_a_reading_whose_lane_died_is_simply_done_again(office: Office, book: Book) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    first, lane = opened(office, "first")
    must(until(book, first, lane, Step.PERSON))
    # when
    taken_over(office)
    second, other = opened(office, "second")
    # then
    assert office.standing("M-1") == (State.READY, None)
    assert until(book, second, other) is None
    assert office.standing("M-1") == (State.REGISTERED, None)


@pytest.mark.parametrize("together", [True, False])
def test_a_chain_that_stops_after_any_of_its_links_is_an_incident(office: Office, book: Book, together: bool) -> None:  # noqa: FBT001 (a parameter)
    # given
    book.refused = frozenset({"A-1"})
    office.issue(paper("MANDADO", "M-1"))
    made, lane = opened(office, "first")
    if not together:
        until(book, made, lane)
        made.close(lane)
        made, lane = opened(office, "second")
    # when
    office.issue(paper("CERTIDAO", "C-1", "M-1"), paper("ALVARA", "A-1", "M-1"))
    until(book, made, lane)
    # then
    assert office.standing("C-1") == (State.REGISTERED, None)
    incidents = [one for one in office.said() if one.type == "bnmp.incident.v1"]
    assert [one.data["kind"] for one in incidents] == ["CHAIN_BROKEN"]


def test_what_bnmp_refused_goes_on_with_the_data_that_saj_mended(office: Office, book: Book) -> None:
    # given
    book.refused = frozenset({"M-1"})
    office.issue(paper("MANDADO", "M-1"))
    made, lane = opened(office, "first")
    until(book, made, lane)
    assert office.standing("M-1") == (State.HELD, Reason.REFUSED_BY_BNMP)
    # when
    book.refused = frozenset()
    office.issue(paper("MANDADO", "M-1", secrecy="RESTRITO"))
    # then
    assert (office.standing("M-1"), office.row("M-1")["version"]) == ((State.READY, None), 2)
    until(book, made, lane)
    assert office.standing("M-1") == (State.REGISTERED, None)
    assert book.wrongs == []


def test_a_person_whose_creation_is_in_doubt_is_not_created_for_another_of_their_documents(
    office: Office, book: Book
) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2"))
    made, lane = opened(office, "first")
    task = must(until(book, made, lane, Step.PERSON_CREATE))
    throttled = Answer(AnswerClass.THROTTLED, office.hand.now, "POST", retry_after=2.0)
    task = must(made.advance(lane, task, throttled))
    task = must(made.advance(lane, task, book.ask(task)))
    assert (task.document_id, task.step) == ("M-2", Step.PERSON_CREATE)
    # when
    book.ask(task)
    office.hand.later(3)
    following = must(made.advance(lane, task, Answer(AnswerClass.UNCERTAIN, office.hand.now, "POST")))
    # then
    assert (following.document_id, following.doubt) == ("M-2", True)


def test_what_waited_for_the_link_goes_when_the_clock_sees_it_up(office: Office, book: Book) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    until(book, *opened(office, "first"))
    now = office.hand()
    down = Link(LinkState.DOWN, now, "TRIPPED", unavailable_since=now, last_failed_at=now)
    clock = Clock(office.database, office.deployment, cast(Registry, book), "clock")
    change(office, down)
    office.issue(paper("CERTIDAO", "C-1", "M-1"))
    clock._sweep(clock._link())
    assert office.standing("C-1") == (State.HELD, Reason.WAITING_LINK)
    # when
    change(office, Link(LinkState.UP, now))
    clock._sweep(clock._link())
    # then
    assert office.standing("C-1") == (State.READY, None)
    assert office.row("C-1")["retroactive"] is True


def test_what_falls_due_is_put_in_its_queue_once(office: Office, book: Book) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    made, lane = opened(office, "first")
    task = must(until(book, made, lane, Step.PERSON))
    made.advance(lane, task, Answer(AnswerClass.THROTTLED, office.hand.now, "POST", retry_after=9.0))
    clock = Clock(office.database, office.deployment, cast(Registry, book), "clock")
    clock._due()
    assert office.row("M-1")["turn"] == 1
    # when
    office.hand.later(9.1)
    clock._due()
    clock._due()
    # then
    assert office.row("M-1")["turn"] == 2
    assert [one.data["turn"] for one in office.said() if one.type == "bnmp.dispatch.v1"] == [1, 2]


def test_a_release_that_arrives_while_its_mandado_is_under_way_stops_it_before_the_last_signature(
    office: Office, book: Book
) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    made, lane = opened(office, "first")
    task = must(until(book, made, lane, Step.SIGN_SERVIDOR))
    # when
    office.issue(paper("ALVARA", "A-1", "M-1"))
    following = made.advance(lane, task, book.ask(task))
    # then
    assert following is None
    assert book.status("M-1") == "AGUARDANDO_ASSINATURA"
    assert office.row("M-1")["state"] == State.HELD
