"""Two parties of SAJ who are one person: by a link, by a merge; their circle, their claim (docs/law.md safety-9, 23)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ledger.engine import Database, now
from ledger.leases import Claims
from ledger.persons import Names, find, find_or_add, lock_circles
from ledger.record import record
from ledger.tables import alias, person
from rules.dossier import Merge
from rules.facts import Answer, LookedUp, Question
from rules.words import AnswerClass, Reason, State
from tests.ledger.office import PEOPLE, Hand, Office, key_of, paper

FROM, INTO, OTHER = "20000000001", "10000000001", "30000000001"
HELD = (State.HELD, Reason.DIVERGENCE)


def link(office: Office, number: int, rji: str) -> None:
    office.take(office.command("person.rji-linked", party_id=PEOPLE[number].party_id, rji=rji))


def merge(office: Office, from_rji: str = FROM, into_rji: str = INTO) -> None:
    office.take(office.command("person.rji-merged", from_rji=from_rji, into_rji=into_rji))


def persons(office: Office, *numbers: int) -> list[int]:
    with office.database.reading() as connection:
        known = find(connection, [key_of(number).decode() for number in numbers])
    return [known[key_of(number).decode()] for number in numbers]


def circle(office: Office, number: int) -> list[int]:
    with office.database.transaction() as connection:
        return lock_circles(connection, {number})[1]


def survived(office: Office, document_id: str, survivor: str | None, merged: str = FROM) -> None:
    """BNMP answers who survived."""
    answer = Answer(AnswerClass.OK, office.hand(), "LOOK_UP", rji=survivor)
    number = office.row(document_id)["person"]
    with office.database.transaction() as connection:
        fact = LookedUp(document_id, Question(merged=merged), answer)
        record(connection, office.deployment, office.hand(), [fact], [number])


@pytest.fixture
def two(office: Office) -> Office:
    """Two parties with a mandado each, linked to two RJIs."""
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    link(office, 0, FROM)
    link(office, 1, INTO)
    return office


def test_safety_23_a_merge_holds_both_and_its_confirmation_makes_them_one(two: Office) -> None:
    # given
    first, second = persons(two, 0, 1)
    assert circle(two, first) == [first]
    # when
    merge(two)
    # then
    assert (two.standing("M-1"), two.standing("M-2")) == (HELD, HELD)
    assert circle(two, first) == circle(two, second) == [first, second]
    last = [one.data for one in two.said() if one.type == "bnmp.dispatch.v1"][-2:]
    assert [(one["document_id"], one["purpose"]) for one in last] == [("M-1", "LOOK_UP"), ("M-2", "LOOK_UP")]
    # and when
    survived(two, "M-2", INTO)
    # then
    assert [row["rji"] for row in two.rows(person)] == [INTO, INTO]
    assert (two.standing("M-1"), two.standing("M-2")) == ((State.READY, None), (State.READY, None))
    assert circle(two, first) == [first, second]
    assert {row["alias"]: row["person"] for row in two.rows(alias) if ":" not in row["alias"]} == {
        FROM: first,
        INTO: second,
    }


def test_safety_23_another_survivor_is_told_once_as_a_divergence_and_kept(two: Office) -> None:
    # given
    merge(two)
    # when
    survived(two, "M-1", OTHER)
    # then
    found = [one for one in two.said() if one.type == "bnmp.divergence.found.v1"]
    assert [(one.key, one.data["ours"], one.data["registry"]) for one in found] == [(key_of(0), INTO, OTHER)]
    assert [row["merge_told"] for row in two.rows(person)] == [OTHER, OTHER]
    assert two.standing("M-2") == HELD


def test_a_merge_of_whom_nobody_here_knows_is_refused(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    # when
    merge(office)
    # then
    assert office.answers() == [("refused", "UNKNOWN_PERSON")]


def test_a_link_and_a_merge_of_one_batch_see_each_other(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    links = [
        office.command("person.rji-linked", party_id=PEOPLE[number].party_id, rji=rji)
        for number, rji in ((0, FROM), (1, INTO))
    ]
    # when
    office.take(*links, office.command("person.rji-merged", from_rji=FROM, into_rji=INTO))
    # then
    assert [answer for answer, _ in office.answers()] == ["applied"] * 3
    assert (office.standing("M-1"), office.standing("M-2")) == (HELD, HELD)


def test_two_parties_linked_to_one_rji_are_one_and_a_wrong_link_is_undone(two: Office) -> None:
    # given
    two.issue(paper("CONTRAMANDADO", "K-3", "M-9", person=2))
    # when
    link(two, 2, FROM)
    # then
    first, _, third = persons(two, 0, 1, 2)
    assert circle(two, first) == circle(two, third) == [first, third]
    # and when
    two.take(two.command("person.rji-unlinked", party_id=PEOPLE[2].party_id, rji=FROM))
    # then
    assert [row["rji"] for row in two.rows(person)] == [FROM, INTO, None]
    assert circle(two, first) == [first]


def test_a_link_that_is_refused_leaves_the_rji_nobodys(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    # when
    office.take(office.command("person.rji-linked", by_unit="other", party_id=PEOPLE[0].party_id, rji=FROM))
    # then
    assert office.answers() == [("refused", "NOT_COMPETENT")]
    assert FROM not in [row["alias"] for row in office.rows(alias)]


def test_a_new_document_of_a_merging_person_is_held_as_well(two: Office) -> None:
    # given
    merge(two)
    # when
    two.issue(paper("MANDADO", "M-3", person=1), paper("ALVARA_FLAGRANTE", "A-1"))
    # then
    assert (two.standing("M-3"), two.standing("A-1")) == (HELD, (State.READY, None))


def test_what_bnmp_showed_is_kept_as_it_was_shown(office: Office) -> None:
    # given
    data: dict[str, Any] = paper("ALVARA", "A-1")
    office.issue(data | {"antecedents": [{"national_number": "1" * 28}]})
    # when
    number = office.row("A-1")["person"]
    answer = Answer(AnswerClass.OK, office.hand(), "LOOK_UP")
    with office.database.transaction() as connection:
        fact = LookedUp("A-1", Question(("1" * 28,)), answer)
        made = record(connection, office.deployment, office.hand(), [fact], [number])
        told = made.document("A-1")
    # then
    with office.database.transaction() as connection:
        again = record(connection, office.deployment, office.hand(), [], [number]).document("A-1")
    assert again == told
    assert told is not None
    assert (told.found[0].name, told.found[0].bnmp_id, told.looked_up_at) == ("1" * 28, None, office.hand())


def test_a_merge_is_read_as_it_was_written(two: Office) -> None:
    # given
    merge(two)
    # when
    with two.database.transaction() as connection:
        (number,) = persons(two, 0)
        found = record(connection, two.deployment, two.hand(), [], [number]).of(number)
    # then
    assert {one.merge for one in found.persons.values()} == {Merge(FROM, INTO)}


def people(database: Database) -> list[int]:
    with database.transaction() as connection:
        return sorted(find_or_add(connection, [Names(f"TJMS:{number}") for number in range(2)]).values())


@contextmanager
def claims(database: Database, both: list[int], owner: str) -> Iterator[Claims]:
    with database.transaction() as connection:
        made = Claims(connection, both, owner, now(connection), 60)
        yield made
        made.write()


def test_safety_9_who_is_the_same_person_has_one_claim(database: Database) -> None:
    # given
    both = people(database)
    with claims(database, both, "a") as first:
        held = first.take(both[0], 10, both)
    assert held is not None
    # when / then
    with claims(database, both, "b") as second:
        assert second.take(both[1], 10, both) is None
        assert second.is_at_work(both, 10)
    with claims(database, both, "a") as first:
        first.release(held)
    with claims(database, both, "b") as second:
        assert second.take(both[1], 10, both) is not None


def test_safety_9_whoever_comes_late_with_the_others_claim_has_lost_it(database: Database, hand: Hand) -> None:
    # given
    both = people(database)
    with claims(database, both, "a") as first:
        held = first.take(both[0], 10, both)
    assert held is not None
    hand.later(69)
    with claims(database, both, "b") as second:
        assert second.take(both[1], 10, both) is None, "its answer may be under way"
    # when
    hand.later(2)
    with claims(database, both, "b") as second:
        assert second.take(both[1], 10, both) is not None
    # then
    with claims(database, both, "a") as first:
        assert not first.renew(held)
