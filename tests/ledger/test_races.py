"""Races of two sessions on PostgreSQL, each brought about by hand: a third one holds what both will wait for."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from ledger import outbox
from ledger.bulk import claim, insert
from ledger.engine import Connection, Database, now
from ledger.leases import Claims, PersonLease, take_singleton
from ledger.links import change
from ledger.persons import Names, find_or_add, lock_circles, lock_persons
from ledger.tables import alias, antecedent, inbox, link, payload, person
from ledger.tables import outbox as outbox_table
from rules.dossier import Link
from tests.ledger.office import SOURCE, START, Office, paper
from tests.ledger.sessions import Sessions, result, sessions


@pytest.fixture
def kind() -> str:
    """Only here do two sessions write at once: SQLite has one writer."""
    return "postgresql"


@pytest.fixture
def apart(database: Database) -> Iterator[Sessions]:
    with sessions(database) as made:
        yield made


def seen(*ids: str) -> list[dict[str, Any]]:
    one = {"source": SOURCE, "type": "t", "digest": "d", "outcome": "APPLIED", "received_at": START}
    return [one | {"ce_id": ce_id} for ce_id in ids]


def claimed(connection: Connection, *ids: str) -> set[str]:
    return {key[1] for key in claim(connection, inbox, ("source", "ce_id"), seen(*ids))}


def numbers(database: Database, amount: int) -> list[int]:
    with database.transaction() as connection:
        found = find_or_add(connection, [Names(f"TJMS:{number}") for number in range(amount)])
    return sorted(found.values())


def test_two_batches_with_the_same_events_in_opposite_order_do_not_wait_for_each_other(apart: Sessions) -> None:
    # given
    with apart.database.transaction() as connection:
        insert(connection, inbox, seen("m"))
        # when
        one = apart.start(lambda c: claimed(c, "a", "m", "z"))
        apart.until_waiting(1)
        other = apart.start(lambda c: claimed(c, "z", "m", "a"))
        apart.until_waiting(2)
        connection.rollback()
    # then
    assert (result(one), result(other)) == ({"a", "m", "z"}, set())


def test_persons_are_locked_in_one_order_whatever_order_they_are_asked_in(apart: Sessions) -> None:
    # given
    first, second, third = numbers(apart.database, 3)
    with apart.database.transaction() as connection:
        lock_persons(connection, [second])
        # when
        one = apart.start(lambda c: lock_persons(c, [first, second, third]))
        apart.until_waiting(1)
        other = apart.start(lambda c: lock_persons(c, [third, second, first]))
        apart.until_waiting(2)
    # then
    assert result(one) == result(other) == {first, second, third}


def test_a_person_may_be_named_by_others_while_locked(apart: Sessions) -> None:
    # given
    (number,) = numbers(apart.database, 1)
    with apart.database.transaction() as connection:
        lock_persons(connection, [number])
        # when
        row = {"alias": "TJMS:another", "person": number}
        named = apart.start(lambda c: claim(c, alias, ("alias",), [row]))
        # then
        assert result(named) == {("TJMS:another",)}


def test_of_two_who_ask_for_a_free_person_one_gets_the_lease(apart: Sessions) -> None:
    # given
    (number,) = numbers(apart.database, 1)

    def take(owner: str) -> PersonLease | None:
        with apart.database.transaction() as connection:
            claims = Claims(connection, lock_persons(connection, [number]), owner, now(connection), 60)
            lease = claims.take(number, 10)
            claims.write()
            return lease

    # when
    with apart.database.transaction() as connection:
        lock_persons(connection, [number])
        asked = [apart.call(lambda owner=owner: take(owner)) for owner in "ab"]  # type: ignore[misc]  # a bound default
        apart.until_waiting(2)
    # then
    assert sorted(lease is None for lease in map(result, asked)) == [False, True]


def test_of_two_relays_that_start_at_once_one_is_active(apart: Sessions) -> None:
    # given
    with apart.database.transaction() as connection:
        assert take_singleton(connection, "relay", "x", seconds=-1)
        # when
        asked = [
            apart.start(lambda c, owner=owner: take_singleton(c, "relay", owner, seconds=60))  # type: ignore[misc]
            for owner in "ab"
        ]
        apart.until_waiting(2)
        connection.rollback()
    # then
    assert sorted(map(result, asked)) == [False, True]


@pytest.mark.parametrize("other", [Names("TJMS:1"), Names("TJMS:1", "12345678901"), Names("TJMS:2", "12345678901")])
def test_two_who_add_the_same_person_at_once_give_them_one_number(apart: Sessions, other: Names) -> None:
    # given
    mine = Names("TJMS:1", "12345678901")
    with apart.database.transaction() as connection:
        number = find_or_add(connection, [mine])[mine.party]
        # when
        theirs = apart.start(lambda c: find_or_add(c, [other]))
        apart.until_waiting(1)
    # then
    assert result(theirs) == {other.party: number}
    with apart.database.reading() as connection:
        assert connection.scalars(sa.select(person.c.person)).all() == [number]


def test_a_decision_sees_what_the_one_before_it_wrote(office: Office, apart: Sessions) -> None:
    # given a person for whom the same two documents came one after the other
    office.issue(paper("MANDADO", "M-0", person=1))
    office.issue(paper("CONTRAMANDADO", "C-0", "M-0", person=1))
    office.issue(paper("MANDADO", "M-9"))
    warrant = office.issued(paper("MANDADO", "M-1"), ce_id="warrant", partition=0)
    release = office.issued(paper("CONTRAMANDADO", "C-1", "M-1"), ce_id="release", partition=1)
    # when the second one comes while the first is not yet committed
    with apart.database.transaction() as connection:
        row = {"source": SOURCE, "ce_id": "warrant", "document_id": "M-9", "version": 99, "digest": "d"}
        insert(connection, payload, [row | {"received_at": START, "data": {}}])
        one = apart.call(lambda: office.take(warrant))
        apart.until_waiting(1)
        other = apart.call(lambda: office.take(release))
        apart.until_waiting(2)
        connection.rollback()
    # then
    assert (result(one).counts, result(other).counts) == ({"document": 1}, {"document": 1})
    assert [office.standing("M-1"), office.standing("C-1")] == [office.standing("M-0"), office.standing("C-0")]


def test_a_partition_that_two_processors_have_is_taken_once(office: Office, apart: Sessions) -> None:
    # given
    office.issue(paper("MANDADO", "M-9"))
    record = office.issued(paper("MANDADO", "M-1"), ce_id="once")
    with apart.database.transaction() as connection:
        row = {"source": SOURCE, "ce_id": "once", "document_id": "M-9", "version": 99, "digest": "d"}
        insert(connection, payload, [row | {"received_at": START, "data": {}}])
        # when
        lives = [apart.call(lambda: office.take(record)) for _ in range(2)]
        apart.until_waiting(2)
        connection.rollback()
    # then
    counts = [dict(result(life).counts) for life in lives]
    assert sorted(counts, key=str) == [{"already_consumed": 1}, {"document": 1}]


def test_bonds_that_grow_while_a_lock_is_waited_for_are_locked_as_well(office: Office, apart: Sessions) -> None:
    # given two persons whose documents know nothing of each other
    office.issue(paper("MANDADO", "M-1", person=1), paper("MANDADO", "M-2", person=2))
    first, second = (office.row(document_id)["person"] for document_id in ("M-1", "M-2"))
    with apart.database.transaction() as connection:
        lock_persons(connection, [second])
        # when they are bound under the lock that is waited for
        asked = apart.start(lambda c: lock_circles(c, {second}))
        apart.until_waiting(1)
        insert(connection, antecedent, [{"document_id": "M-1", "position": 9, "names_document": "M-2"}])
    # then
    pairs, locked = result(asked)
    assert (set(pairs), locked) == ({(second, first)}, sorted([first, second]))


@pytest.mark.parametrize("asked", ["M-1", "M-2"])
def test_who_is_bound_to_a_locked_person_is_locked_indeed(office: Office, apart: Sessions, asked: str) -> None:
    # given two persons, a document of one of whom names the other's
    office.issue(paper("MANDADO", "M-1", person=1), paper("CERTIDAO", "M-2", "M-1", person=2))
    first, second = both = [office.row(document_id)["person"] for document_id in ("M-1", "M-2")]
    with apart.database.transaction() as connection:
        # when either is asked for
        _, locked = lock_circles(connection, {first if asked == "M-1" else second})
        # then nobody else gets either
        assert locked == sorted(both)
        assert result(apart.start(lambda c: lock_persons(c, both, skip=True))) == set()


def test_an_outbox_row_that_commits_after_a_higher_one_is_neither_missed_nor_deleted(apart: Sessions) -> None:
    # given
    row: dict[str, Any] = {"person": None, "topic": "saj.outcomes", "key": None, "headers": [], "value": b""}

    def waiting() -> list[int]:
        with apart.database.reading() as connection:
            return [number for number, _, _ in outbox.waiting(connection, 0, 100)]

    with apart.database.transaction() as late:
        insert(late, outbox_table, [row])
        with apart.database.transaction() as connection:
            insert(connection, outbox_table, [row])
        published = waiting()
    # when what was there is deleted after the lower one is committed
    with apart.database.transaction() as connection:
        outbox.delete(connection, published)
    # then
    assert len(published) == len(waiting()) == 1
    assert waiting() < published


def test_two_observations_of_the_link_both_count(office: Office, apart: Sessions) -> None:
    # given
    def opened(link: Link) -> Link:
        return Link(link.state, opened_times=link.opened_times + 1)

    with apart.database.transaction() as connection:
        connection.execute(sa.select(link).with_for_update())
        # when
        asked = [apart.start(lambda c: change(c, office.deployment, START, opened)) for _ in range(2)]
        apart.until_waiting(2)
    # then
    assert sorted(result(one).opened_times for one in asked) == [1, 2]
