"""Turns of many lanes in one transaction: nobody waits for another's person, nothing is taken twice, and a bug is its own."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from consumers.lanes import Fate, Job, Lane, Leave, Outcome, Turn
from consumers.turns import Turns
from ledger.engine import Connection, Database, LedgerTroubleError
from ledger.persons import lock_persons
from ledger.tables import history, person
from rules.words import State, Step
from tests.flow.alone import Alone
from tests.flow.book import Book
from tests.ledger.office import Office, paper

# A document on which the database fails alone.
BROKEN = {
    "sqlite": """CREATE TRIGGER broken BEFORE UPDATE ON document WHEN NEW.document_id = 'M-1'
        BEGIN SELECT RAISE(ABORT, 'broken on it alone'); END""",
    "postgresql": """CREATE FUNCTION broken() RETURNS trigger AS $$ BEGIN RAISE 'broken on it alone'; END $$ LANGUAGE plpgsql;
        CREATE TRIGGER broken BEFORE UPDATE ON document FOR EACH ROW WHEN (NEW.document_id = 'M-1')
        EXECUTE FUNCTION broken()""",
}


@pytest.fixture
def bench(office: Office) -> Alone:
    """A sender's workbench over three persons with a mandado each."""
    office.issue(*(paper("MANDADO", f"M-{number}", person=number) for number in range(3)))
    return Alone(office.database, office.deployment, "one", lambda *_: True, contingency=False)


@dataclass
class Unheard:
    """The next commits happen, and whoever waits for them hears of trouble instead."""

    database: Database
    left: int = 0

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with Database.transaction(self.database) as connection:
            yield connection
        if self.left:
            self.left -= 1
            raise LedgerTroubleError("unheard")


def numbers(office: Office) -> list[int]:
    return [office.row(f"M-{number}")["person"] for number in range(3)]


def steps(outcomes: Sequence[Outcome]) -> list[Step | None]:
    return [outcome.task.step if outcome.task else None for outcome in outcomes]


def commits(database: Database) -> Callable[[], int]:
    counted: list[Any] = []
    sa.event.listen(database.engine, "commit", counted.append)
    return lambda: len(counted)


def test_a_group_is_one_transaction_and_each_lane_has_its_own_task(office: Office, bench: Alone) -> None:
    # given
    lanes = [Lane(number) for number in numbers(office)]
    counted = commits(office.database)
    # when
    outcomes = bench.work([Turn(lane) for lane in lanes])
    # then
    assert counted() == 1
    assert [outcome.task and outcome.task.document_id for outcome in outcomes] == ["M-0", "M-1", "M-2"]
    assert [lane.lease and lane.lease.person for lane in lanes] == numbers(office)
    assert {row["owner"] for row in office.rows(person)} == {"one"}


def test_a_group_settles_each_answer_and_lets_go_whoever_leaves(office: Office, bench: Alone) -> None:
    # given
    book = Book(office.hand, random.Random(1), calm=True)
    lanes = [Lane(number) for number in numbers(office)]
    begun = bench.work([Turn(lane) for lane in lanes])
    # when
    jobs: list[Job] = [
        Turn(lane, outcome.task, book.ask(outcome.task))
        for lane, outcome in zip(lanes[:2], begun[:2], strict=True)
        if outcome.task
    ]
    outcomes = bench.work([*jobs, Leave(lanes[2], frozenset({"M-2"}))])
    # then
    assert steps(outcomes) == [Step.PERSON_CREATE, Step.PERSON_CREATE, None]
    assert outcomes[2].standings == {"M-2": (State.SENDING, None, 1, False)}
    assert [row["owner"] for row in office.rows(person)] == ["one", "one", None]


def test_of_many_lanes_no_more_is_asked_of_the_ledger_than_of_one(office: Office, bench: Alone) -> None:
    # given
    book = Book(office.hand, random.Random(1), calm=True)
    alone, *together = numbers(office)
    asked: list[str] = []
    sa.event.listen(office.database.engine, "before_cursor_execute", lambda _c, _cur, text, *_: asked.append(text))

    def work(persons: Sequence[int]) -> list[int]:
        """How many statements each group took until these persons' documents were registered."""
        turns, counts = [Turn(Lane(number)) for number in persons], list[int]()
        while turns:
            asked.clear()
            outcomes = bench.work(turns)
            counts.append(len(asked))
            done = zip(turns, outcomes, strict=True)
            turns = [Turn(turn.lane, outcome.task, book.ask(outcome.task)) for turn, outcome in done if outcome.task]
        return counts

    # when
    of_one, of_two = work([alone]), work(together)
    # then
    assert {office.standing(f"M-{number}")[0] for number in range(3)} == {State.REGISTERED}
    # The users' access that the first one read is still believed.
    assert of_two == [of_one[0] - 1, *of_one[1:]]


def test_of_a_commit_that_was_not_heard_of_nothing_is_done_twice(office: Office, bench: Alone) -> None:
    # given
    book = Book(office.hand, random.Random(1), calm=True)
    lanes = [Lane(number) for number in numbers(office)]
    unheard = Unheard(office.database)
    bench.database = unheard  # type: ignore[assignment]  # what it does is the database's
    tasks = [outcome.task for outcome in bench.work([Turn(lane) for lane in lanes])]
    before = [Turn(lane, task, book.ask(task)) for lane, task in zip(lanes, tasks, strict=True) if task]
    # when
    unheard.left = 2
    with pytest.raises(LedgerTroubleError):
        bench.work(before)
    rows, past = office.rows(person), office.rows(history)
    with pytest.raises(LedgerTroubleError):
        bench.work(before)
    outcomes = bench.work(before)
    # then
    assert steps(outcomes) == [Step.PERSON_CREATE] * 3
    assert (office.rows(person), office.rows(history)) == (rows, past)
    assert [lane.lease and lane.lease.epoch for lane in lanes] == [1, 1, 1]


def test_a_claim_whose_commit_was_not_heard_of_is_ours_at_the_next_try(office: Office, bench: Alone) -> None:
    # given
    unheard = Unheard(office.database, left=1)
    bench.database = unheard  # type: ignore[assignment]  # what it does is the database's
    turn = Turn(Lane(numbers(office)[0]))
    with pytest.raises(LedgerTroubleError):
        bench.work([turn])
    # when
    (outcome,) = bench.work([turn])
    # then
    assert (outcome.fate, steps([outcome])) == (Fate.DONE, [Step.PERSON])
    assert turn.lane.lease is not None
    assert bench.advance(turn.lane, None, None, go_on=False) is None


async def test_a_bug_on_one_person_is_raised_for_its_lane_alone(office: Office, bench: Alone) -> None:
    # given
    with office.database.transaction() as connection:
        connection.exec_driver_sql(BROKEN[connection.dialect.name])
    turns = Turns(bench)
    # when
    outcomes = await asyncio.gather(
        *(turns.take(Turn(Lane(number))) for number in numbers(office)), return_exceptions=True
    )
    # then
    assert [isinstance(outcome, Exception) for outcome in outcomes] == [False, True, False]
    assert [row["owner"] for row in office.rows(person)] == ["one", None, "one"]


async def test_nobody_waits_for_a_person_who_is_not_in_the_ledger(bench: Alone) -> None:
    # when
    outcome = await Turns(bench).take(Turn(Lane(4711)))
    # then
    assert outcome.fate is Fate.ELSEWHERE


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_a_person_whom_another_session_has_locked_is_left_for_later_and_the_rest_goes_on(
    office: Office, bench: Alone
) -> None:
    # given
    first, second, third = numbers(office)
    turns = Turns(bench)
    with office.database.transaction() as connection:
        lock_persons(connection, [second])
        # when
        waiting = asyncio.create_task(turns.take(Turn(Lane(second))))
        done = await asyncio.gather(*(turns.take(Turn(Lane(number))) for number in (first, third)))
        # then
        assert [outcome.fate for outcome in done] == [Fate.DONE, Fate.DONE]
        assert not waiting.done()
    assert (await asyncio.wait_for(waiting, 60)).fate is Fate.DONE


@pytest.mark.parametrize("kind", ["postgresql"])
def test_whoever_is_bound_to_a_locked_person_is_left_for_later_too(office: Office) -> None:
    # given an alvará of one person that names another's mandado
    office.issue(paper("MANDADO", "M-1"), paper("ALVARA", "A-1", "M-1", person=1), paper("MANDADO", "M-2", person=2))
    bench = Alone(office.database, office.deployment, "one", lambda *_: True, contingency=False)
    mandado, alvara, alone = (office.row(one)["person"] for one in ("M-1", "A-1", "M-2"))
    with office.database.transaction() as connection:
        lock_persons(connection, [mandado])
        # when
        outcomes = bench.work([Turn(Lane(alvara)), Turn(Lane(alone))])
    # then
    assert [outcome.fate for outcome in outcomes] == [Fate.LATER, Fate.DONE]
