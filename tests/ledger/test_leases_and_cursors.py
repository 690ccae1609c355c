"""Leases and cursors: who may work, and which record is next."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger import cursors
from ledger.cursors import Cursor
from ledger.engine import Database, now
from ledger.leases import Claims, PersonLease, release_singleton, take_singleton
from ledger.persons import Names, find_or_add, lock_persons
from ledger.tables import lease, person
from tests.ledger.office import Hand

LENGTH, GRACE = 50.0, 20.0
PLACE, OTHER = ("saj.documents.issued", 0), ("saj.documents.issued", 1)


@pytest.fixture
def number(database: Database) -> int:
    """A person of the ledger."""
    with database.transaction() as connection:
        return find_or_add(connection, [Names("TJMS:1")])["TJMS:1"]


@contextmanager
def claims(database: Database, number: int, owner: str) -> Iterator[Claims]:
    with database.transaction() as connection:
        made = Claims(connection, lock_persons(connection, [number]), owner, now(connection), LENGTH)
        yield made
        made.write()


def taken(database: Database, number: int, owner: str) -> PersonLease | None:
    with claims(database, number, owner) as made:
        return made.take(number, GRACE)


def renewed(database: Database, held: PersonLease) -> bool:
    with claims(database, held.person, held.owner) as made:
        return made.renew(held)


def released(database: Database, held: PersonLease) -> None:
    with claims(database, held.person, held.owner) as made:
        made.release(held)


def must(held: PersonLease | None) -> PersonLease:
    assert held is not None
    return held


def test_a_person_has_one_holder_even_when_two_ask_at_once(database: Database, number: int) -> None:
    # given
    barrier, got = threading.Barrier(4), list[PersonLease | None]()

    def ask(owner: str) -> None:
        barrier.wait(10)
        got.append(taken(database, number, owner))

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcd"]
    # when
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # then
    assert len(got) == 4
    assert sum(one is not None for one in got) == 1


def test_a_lease_is_taken_over_only_after_its_end_and_the_grace(database: Database, number: int, hand: Hand) -> None:
    # given
    first = must(taken(database, number, "a"))
    # when / then
    hand.later(LENGTH + GRACE - 0.1)
    assert taken(database, number, "b") is None
    assert taken(database, number, "a") is None, "another life of the same owner waits like anybody"
    hand.later(0.2)
    second = must(taken(database, number, "b"))
    assert second.epoch == first.epoch + 1
    assert not renewed(database, first)
    assert renewed(database, second)


def test_a_renewal_counts_from_now(database: Database, number: int, hand: Hand) -> None:
    # given
    held = must(taken(database, number, "a"))
    hand.later(LENGTH)
    # when
    assert renewed(database, held)
    # then
    hand.later(LENGTH + GRACE - 0.1)
    assert taken(database, number, "b") is None
    with database.reading() as connection:
        until = connection.scalar(sa.select(person.c.until))
    assert until == hand.now - timedelta(seconds=GRACE - 0.1)


def test_the_same_owner_of_an_older_epoch_has_lost_it(database: Database, number: int, hand: Hand) -> None:
    # given
    first = must(taken(database, number, "a"))
    hand.later(LENGTH + GRACE + 1)
    must(taken(database, number, "a"))
    # when / then
    assert not renewed(database, first)


def test_a_released_person_is_free_at_once_and_a_lost_claim_releases_nobody(database: Database, number: int) -> None:
    # given
    first = must(taken(database, number, "a"))
    released(database, first)
    # when
    second = must(taken(database, number, "b"))
    released(database, first)
    # then
    assert second.epoch > first.epoch
    assert taken(database, number, "c") is None


def test_nobody_can_claim_a_person_who_is_not_there(database: Database) -> None:
    # when / then
    assert taken(database, 4711, "a") is None


def test_one_relay_is_active_until_its_lease_runs_out_or_is_given_back(database: Database, hand: Hand) -> None:
    # given
    def hold(owner: str) -> bool:
        with database.transaction() as connection:
            return take_singleton(connection, "relay", owner, seconds=10)

    def epoch() -> int | None:
        with database.reading() as connection:
            return connection.scalar(sa.select(lease.c.epoch).where(lease.c.name == "relay"))

    # when / then
    assert (hold("a"), hold("b"), hold("a"), epoch()) == (True, False, True, 1)
    hand.later(10.1)
    assert (hold("b"), hold("a"), epoch()) == (True, False, 2)
    with database.transaction() as connection:
        release_singleton(connection, "relay", "a")
    assert hold("a") is False, "who does not hold it gives nothing back"
    with database.transaction() as connection:
        release_singleton(connection, "relay", "b")
    assert (hold("a"), epoch()) == (True, 3), "an epoch never comes again"


def test_first_cursors_are_set_only_where_none_exist(database: Database) -> None:
    # given
    with database.transaction() as connection:
        cursors.init(connection, "g", {PLACE: Cursor(5, "T1")})
        # when
        made = cursors.init(connection, "g", {PLACE: Cursor(0, "T2"), OTHER: Cursor(7, "T1")})
        # then
        assert made == {OTHER: Cursor(7, "T1")}
        assert cursors.cursors(connection, "g") == {PLACE: Cursor(5, "T1"), OTHER: Cursor(7, "T1")}
        assert cursors.cursors(connection, "another") == {}


def test_a_cursor_is_never_moved_back(database: Database) -> None:
    # given
    with database.transaction() as connection:
        cursors.init(connection, "g", {PLACE: Cursor(5, "T1"), OTHER: Cursor(5, "T1")})
        # when
        cursors.advance(connection, "g", {PLACE: 4, OTHER: 9})
        # then
        assert cursors.cursors(connection, "g") == {PLACE: Cursor(5, "T1"), OTHER: Cursor(9, "T1")}
