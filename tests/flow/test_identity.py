"""Look-ups and merges the whole way: SAJ's record, the ledger, the lane's request, the answer (safety-2, 9, 22, 23)."""

import asyncio
import random
from typing import Any, cast

import pytest

from bnmp.registry import Registry
from consumers.clock import Clock
from consumers.lanes import Fate, Lane, Leave, Outcome, Turn
from consumers.workbench import Workbench
from ledger.persons import find
from ledger.tables import person
from rules.words import PecaStatus, Reason, State, Step
from tests.flow.book import Book, Entry
from tests.ledger.office import PEOPLE, Office, key_of, paper

OLD, FROM, INTO = "00000000777", "20000000001", "10000000001"
REGISTERED = (State.REGISTERED, None)


@pytest.fixture
def book(office: Office) -> Book:
    """A registry that does as it is asked."""
    return Book(office.hand, random.Random(1), calm=True)


class Sender:
    """A sender's process, whose lanes are led by hand."""

    def __init__(self, office: Office, book: Book, owner: str) -> None:
        self.office, self.book = office, book
        self.bench = Workbench(office.database, office.deployment, owner, lambda *_: True, contingency=False)

    def turn(self, lane: Lane, last: Outcome | None = None) -> Outcome:
        """One transaction: with the answer to the last request, where there was one."""
        task = last.task if last else None
        return self.bench.work([Turn(lane, task, self.book.ask(task) if task else None)])[0]

    def lead(self, number: int) -> Fate:
        """A lane of this person from its claim until nothing may go."""
        lane, last = Lane(number), None
        while True:
            last = self.turn(lane, last)
            if last.task is None:
                break
        if lane.lease is not None:
            self.leave(lane)
        return last.fate

    def leave(self, lane: Lane) -> None:
        """The lane ends."""
        self.bench.work([Leave(lane, frozenset())])


def number(office: Office, invented: int = 0) -> int:
    with office.database.reading() as connection:
        return find(connection, [key_of(invented).decode()])[key_of(invented).decode()]


def link(office: Office, invented: int, rji: str) -> None:
    office.take(office.command("person.rji-linked", party_id=PEOPLE[invented].party_id, rji=rji))


def by_number(entry: Entry) -> dict[str, Any]:
    """An alvará that names a mandado from before we were here."""
    data = paper("ALVARA", "A-1")
    return data | {"antecedents": [{"national_number": entry.number}]}


def tick(office: Office, book: Book) -> None:
    clock = Clock(office.database, office.deployment, cast(Registry, book), "clock")
    asyncio.run(clock._tick())


def test_safety_2_a_release_of_a_mandado_from_before_is_looked_up_and_goes(office: Office, book: Book) -> None:
    # given a mandado that BNMP has and the ledger does not, still pending
    old = Entry("900", "before us", "MANDADO_PRISAO_CRIMINAL", PecaStatus.PENDENTE_CUMPRIMENTO, rji=OLD)
    book.pieces.append(old)
    office.issue(by_number(old))
    link(office, 0, OLD)
    sender = Sender(office, book, "one")
    # when
    sender.lead(number(office))
    # then
    assert office.standing("A-1") == (State.HELD, Reason.MISSING_ANTECEDENT)
    # and when it was fulfilled, and the clock asks again
    old.status = PecaStatus.CUMPRIDO
    office.hand.later(301)
    tick(office, book)
    sender.lead(number(office))
    # then
    assert (office.standing("A-1"), office.row("A-1")["due_fact"]) == (REGISTERED, None)
    purposes = [one.data["purpose"] for one in office.said() if one.type == "bnmp.dispatch.v1"]
    assert purposes[:2] == ["LOOK_UP", "LOOK_UP"]
    assert book.wrongs == []


def test_safety_22_a_release_goes_under_the_rji_of_the_warrant_it_reaches(office: Office, book: Book) -> None:
    # given a party whom nobody has linked
    old = Entry("900", "before us", "MANDADO_PRISAO_CRIMINAL", PecaStatus.CUMPRIDO, rji=OLD)
    book.pieces.append(old)
    office.issue(by_number(old))
    # when
    Sender(office, book, "one").lead(number(office))
    # then
    assert office.standing("A-1") == REGISTERED
    registered = [one.data["rji"] for one in office.said() if one.type == "bnmp.document.registered.v1"]
    assert (registered, book.people) == ([OLD], {}), "nobody was searched or created"
    assert [row["rji"] for row in office.rows(person)] == [None]


def test_a_look_up_whose_lane_died_is_asked_by_the_next_one(office: Office, book: Book) -> None:
    # given
    office.issue(paper("CERTIDAO", "C-1", "M-1"))
    first = Sender(office, book, "one")
    begun = first.turn(Lane(number(office)))
    assert begun.task is not None
    assert begun.task.step is Step.LOOK_UP
    # when
    windows = office.deployment.windows
    office.hand.later(windows.lease() + windows.answer + 1)
    Sender(office, book, "two").lead(number(office))
    # then
    assert office.standing("C-1") == (State.HELD, Reason.MISSING_ANTECEDENT)


def test_safety_23_a_merge_from_command_to_registration(office: Office, book: Book) -> None:
    # given two parties with a mandado each, and a release of the one
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1), paper("ALVARA_FLAGRANTE", "A-1"))
    link(office, 0, FROM)
    link(office, 1, INTO)
    sender = Sender(office, book, "one")
    # when the unit says that they are one, and BNMP does not yet
    office.take(office.command("person.rji-merged", from_rji=FROM, into_rji=INTO))
    sender.lead(number(office))
    # then liberty goes on, and nobody is arrested
    assert office.standing("A-1") == REGISTERED
    assert [office.standing(one) for one in ("M-1", "M-2")] == [(State.HELD, Reason.DIVERGENCE)] * 2
    assert [one.type for one in office.said()].count("bnmp.divergence.found.v1") == 1
    # and when BNMP has merged them
    book.merged[FROM] = INTO
    office.hand.later(3601)
    tick(office, book)
    sender.lead(number(office, 1))
    # then one lane takes the documents of both, under the RJI that survived
    assert [office.standing(one) for one in ("M-1", "M-2")] == [REGISTERED] * 2
    assert [row["rji"] for row in office.rows(person)] == [INTO, INTO]
    assert {entry.rji for entry in book.pieces if entry.owner != "A-1"} == {INTO}
    assert book.wrongs == []


def test_safety_9_two_lanes_that_became_one_persons_both_end_before_another_request(office: Office, book: Book) -> None:
    # given two processes amid a request of one party each
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    link(office, 0, FROM)
    first, second = Sender(office, book, "one"), Sender(office, book, "two")
    lanes = Lane(number(office)), Lane(number(office, 1))
    begun = first.turn(lanes[0]), second.turn(lanes[1])
    assert all(one.task is not None for one in begun)
    # when they turn out to be one person
    link(office, 1, FROM)
    after = first.turn(lanes[0], begun[0]), second.turn(lanes[1], begun[1])
    # then what was under way is recorded, and nobody begins anything
    assert [(one.fate, one.task) for one in after] == [(Fate.DONE, None)] * 2
    # and the next claim is for both
    first.leave(lanes[0])
    second.leave(lanes[1])
    third = Lane(number(office))
    assert first.turn(third).task is not None
    assert second.turn(Lane(number(office, 1))).fate is Fate.ELSEWHERE
