"""Races of merges and links on PostgreSQL, each brought about by hand (docs/law.md safety-9, 23)."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from consumers.lanes import Fate, Lane, Turn
from consumers.workbench import Workbench
from ledger.engine import Database
from ledger.persons import lock_persons
from ledger.tables import alias, person
from rules.facts import Answer
from rules.words import AnswerClass, Reason, State, Step
from tests.ledger.office import Office, paper
from tests.ledger.sessions import Sessions, result, sessions
from tests.ledger.test_merges import FROM, INTO, link, persons

HELD = (State.HELD, Reason.DIVERGENCE)


@pytest.fixture
def kind() -> str:
    """Only here do two sessions write at once: SQLite has one writer."""
    return "postgresql"


@pytest.fixture
def apart(database: Database) -> Iterator[Sessions]:
    with sessions(database) as made:
        yield made


def bench(office: Office, owner: str) -> Workbench:
    return Workbench(office.database, office.deployment, owner, lambda *_: True, contingency=False)


@pytest.fixture
def two(office: Office) -> Office:
    """Two parties with a mandado each."""
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    return office


def test_two_merges_at_once_in_opposite_order_do_not_wait_for_each_other(two: Office, apart: Sessions) -> None:
    # given
    link(two, 0, FROM)
    link(two, 1, INTO)
    first, second = persons(two, 0, 1)
    there = two.command("person.rji-merged", from_rji=FROM, into_rji=INTO, more={"partition": 0})
    back = two.command("person.rji-merged", from_rji=INTO, into_rji=FROM, more={"partition": 1})
    # when
    with apart.database.transaction() as connection:
        lock_persons(connection, [first, second])
        one = apart.call(lambda: two.take(there))
        apart.until_waiting(1)
        other = apart.call(lambda: two.take(back))
        apart.until_waiting(2)
    # then both are answered, and whichever came last is the one that BNMP is asked about
    assert [result(one).counts, result(other).counts] == [{"command": 1}] * 2
    assert [answer for answer, _ in two.answers()] == ["applied"] * 4
    rows = two.rows(person)
    assert len({(row["merges_from"], row["merges_into"]) for row in rows}) == 1
    assert {rows[0]["merges_from"], rows[0]["merges_into"]} == {FROM, INTO}
    assert (two.standing("M-1"), two.standing("M-2")) == (HELD, HELD)


def test_a_merge_while_a_lane_holds_the_person_stops_its_next_step(two: Office, apart: Sessions) -> None:
    # given a lane that is about to record an answer, and a merge that comes before it
    link(two, 0, FROM)
    link(two, 1, INTO)
    first, _ = persons(two, 0, 1)
    sender, lane = bench(two, "one"), Lane(first)
    begun = sender.work([Turn(lane)])[0]
    assert begun.task is not None
    merged = two.command("person.rji-merged", from_rji=FROM, into_rji=INTO)
    answer = Answer(AnswerClass.CONNECTION, two.hand(), begun.task.step)
    # when
    with apart.database.transaction() as connection:
        lock_persons(connection, [first])
        one = apart.call(lambda: two.take(merged))
        apart.until_waiting(1)
        later = sender.work([Turn(lane, begun.task, answer)])[0]
    # then whoever has the person locked is not waited for, and nothing is begun past the merge
    assert later.fate is Fate.LATER
    result(one)
    after = sender.work([Turn(lane, begun.task, answer)], skip=False)[0]
    assert two.standing("M-1")[0] in (State.UNCERTAIN, State.HELD, State.READY)
    assert after.task is None or after.task.step is Step.LOOK_UP


def test_two_lanes_that_learn_one_rji_at_once_do_not_both_go_on(two: Office, apart: Sessions) -> None:
    # given two lanes whose search finds the same human
    lanes = [Lane(number) for number in persons(two, 0, 1)]
    senders = [bench(two, owner) for owner in ("one", "two")]
    begun = [sender.work([Turn(lane)])[0] for sender, lane in zip(senders, lanes, strict=True)]
    found = Answer(AnswerClass.OK, two.hand(), "PERSON", rji=FROM)
    turns = [Turn(lane, one.task, found) for lane, one in zip(lanes, begun, strict=True)]
    # when both answers are recorded at once
    with apart.database.transaction() as connection:
        connection.execute(alias.insert().values(alias=FROM, person=lanes[0].person))
        one = apart.call(lambda: senders[0].work([turns[0]], skip=False)[0])
        apart.until_waiting(1)
        other = apart.call(lambda: senders[1].work([turns[1]], skip=False)[0])
        apart.until_waiting(2)
        connection.rollback()
    outcomes = [result(one), result(other)]
    # then at most one of them has begun to create anything
    assert [row["rji"] for row in two.rows(person)].count(FROM) >= 1
    tasks = [outcome.task for outcome in outcomes if outcome.task is not None]
    assert len(tasks) <= 1
    with apart.database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(alias.c.alias == FROM)) == 1
