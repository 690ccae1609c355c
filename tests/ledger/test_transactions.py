"""Transactions: all or nothing, one writer at a time, and values that come back as they went in."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from ledger.engine import Database, LedgerError
from ledger.migrate import check, check_unused, migrate
from ledger.persons import Names, find, find_or_add, lock_persons
from ledger.tables import lease, person
from rules.words import State
from tests.ledger.office import START, Hand, Office, paper

CALLS = 40


class SomethingElseError(Exception):
    """An error that is nobody's fault."""


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    # when
    with pytest.raises(SomethingElseError), database.transaction() as connection:  # noqa: PT012 (the block is the subject)
        find_or_add(connection, [Names("TJMS:1")])
        raise SomethingElseError
    # then
    with database.reading() as connection:
        assert find(connection, ["TJMS:1"]) == {}
        assert connection.scalar(sa.select(sa.func.count()).select_from(person)) == 0


def test_two_writers_lose_no_update_of_each_other(database: Database) -> None:
    # given
    with database.transaction() as connection:
        number = find_or_add(connection, [Names("TJMS:1")])["TJMS:1"]
    barrier = threading.Barrier(2)

    def add() -> None:
        barrier.wait(10)
        for _ in range(CALLS):
            with database.transaction() as connection:
                lock_persons(connection, [number])
                found = connection.scalar(sa.select(person.c.epoch).where(person.c.person == number)) or 0
                connection.execute(person.update().where(person.c.person == number).values(epoch=found + 1))

    threads = [threading.Thread(target=add) for _ in range(2)]
    # when
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    # then
    with database.reading() as connection:
        assert connection.scalar(sa.select(person.c.epoch)) == 2 * CALLS


def test_a_writer_waits_for_the_one_before_and_sees_what_it_wrote(database: Database) -> None:
    # given
    started, seen = threading.Event(), list[dict[str, int]]()

    def second() -> None:
        started.set()
        with database.transaction() as connection:
            seen.append(find_or_add(connection, [Names("TJMS:1")]))

    thread = threading.Thread(target=second)
    # when
    with database.transaction() as connection:
        added = find_or_add(connection, [Names("TJMS:1")])
        thread.start()
        assert started.wait(10)
        assert not seen
    thread.join(30)
    # then
    assert seen == [added]


def test_a_reader_waits_for_no_writer_and_keeps_its_snapshot(database: Database) -> None:
    # given
    with database.reading() as reader:
        before = find(reader, ["TJMS:1"])
        # when
        with database.transaction() as connection:
            find_or_add(connection, [Names("TJMS:1")])
        # then
        assert find(reader, ["TJMS:1"]) == before == {}
    with database.reading() as reader:
        assert find(reader, ["TJMS:1"])


def test_a_naive_instant_never_enters_the_ledger(database: Database) -> None:
    # given
    naive = START.replace(tzinfo=None)
    row = {"name": "clock", "owner": "a", "epoch": 1, "until": naive}
    # when / then
    with pytest.raises(StatementError, match="naive"), database.transaction() as connection:
        connection.execute(lease.insert().values(**row))


def test_an_instant_comes_back_in_utc_and_is_the_same_instant(database: Database) -> None:
    # given
    local = datetime(2026, 11, 20, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-4)))
    # when
    with database.transaction() as connection:
        connection.execute(lease.insert().values(name="clock", owner="a", epoch=1, until=local))
        found = connection.scalar(sa.select(lease.c.until))
    # then
    assert found == local
    assert found is not None
    assert found.tzinfo is UTC


def test_a_document_comes_back_as_the_rules_left_it(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "D-1"))
    # when
    row = office.row("D-1")
    # then
    assert row["state"] == State.READY
    assert row["valid_until"] == date(2028, 11, 19)
    assert (row["gaps"], row["missing"], row["attempts"]) == ([], [], [])
    assert row["issued_at"] == START - timedelta(minutes=5)
    with office.database.reading() as connection:
        # A consent that was never given is the database's NULL and not JSON's.
        assert connection.scalar(sa.text("SELECT count(*) FROM document WHERE consent IS NULL")) == 1


def test_a_ledger_belongs_to_the_tribunal_that_claimed_it(database: Database) -> None:
    # when / then
    with pytest.raises(LedgerError, match="belongs to TJMS"):
        migrate(database, "TJSP")
    with pytest.raises(LedgerError, match="belongs to TJMS"):
        check(database, "TJSP")
    check(database, "TJMS")


def test_an_empty_database_is_refused_with_the_call_that_mends_it(empty: str, hand: Hand) -> None:
    # given
    database = Database(empty, hand)
    # when / then
    with pytest.raises(LedgerError, match="run saj-bnmp migrate"):
        check(database, "TJMS")
    database.close()


@pytest.mark.parametrize("wrong", ["sqlite://", "sqlite:///:memory:", "mysql://root:segredo@x/y"])
def test_a_database_that_cannot_serve_is_refused_without_its_password(wrong: str) -> None:
    # when / then
    with pytest.raises(LedgerError) as refused:
        Database(wrong)
    assert "segredo" not in str(refused.value)


def test_a_database_is_unused_until_a_ledger_in_it_holds_something(empty: str, office: Office) -> None:
    # given
    database = Database(empty)
    # when / then
    check_unused(database)
    migrate(database, "TJMS")
    check_unused(database)
    with pytest.raises(LedgerError, match="it must be empty: it has consumed"):
        check_unused(office.database)
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE somebodys (n int)")
    with pytest.raises(LedgerError, match="somebodys"):
        check_unused(database)
    database.close()
