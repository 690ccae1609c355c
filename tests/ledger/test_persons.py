"""Persons: a number for life, whatever names them, and the circle of those whose documents are bound."""

from ledger.engine import Database
from ledger.persons import Names, find, find_or_add, learn_rjis, related
from tests.ledger.office import Office, key_of, paper

RJI, OTHER = "12345678901", "98765432109"


def test_a_person_keeps_their_number_whatever_names_them(database: Database) -> None:
    # when
    with database.transaction() as connection:
        first = find_or_add(connection, [Names("TJMS:1")])["TJMS:1"]
    with database.transaction() as connection:
        again = find_or_add(connection, [Names("TJMS:1", RJI), Names("TJMS:2", RJI), Names("TJMS:3")])
    # then
    assert again["TJMS:1"] == again["TJMS:2"] == first
    assert again["TJMS:3"] != first
    with database.reading() as connection:
        assert find(connection, [RJI, "TJMS:2", "TJMS:9"]) == {RJI: first, "TJMS:2": first}


def test_an_rji_that_names_another_person_is_left_to_them(database: Database) -> None:
    # given
    with database.transaction() as connection:
        first = find_or_add(connection, [Names("TJMS:1", RJI)])["TJMS:1"]
        second = find_or_add(connection, [Names("TJMS:2")])["TJMS:2"]
        # when
        again = find_or_add(connection, [Names("TJMS:2", RJI)])["TJMS:2"]
    # then
    assert (again, first != second) == (second, True)
    with database.reading() as connection:
        assert find(connection, [RJI]) == {RJI: first}


def test_an_rji_that_the_registry_gave_names_its_person_and_nobody_elses(database: Database) -> None:
    # given
    with database.transaction() as connection:
        people = find_or_add(connection, [Names("TJMS:1"), Names("TJMS:2", OTHER)])
        # when
        learn_rjis(connection, {people["TJMS:1"]: RJI})
        learn_rjis(connection, {people["TJMS:1"]: OTHER})
    # then
    with database.reading() as connection:
        assert find(connection, [RJI, OTHER]) == {RJI: people["TJMS:1"], OTHER: people["TJMS:2"]}


def test_two_names_of_one_batch_that_are_one_person_make_one_person(database: Database) -> None:
    # when
    with database.transaction() as connection:
        found = find_or_add(connection, [Names("TJMS:2", RJI), Names("TJMS:1", RJI)])
    # then
    assert found["TJMS:1"] == found["TJMS:2"]


def test_persons_are_related_by_what_their_documents_stand_on(office: Office) -> None:
    # given
    office.issue(
        paper("MANDADO", "A-1"), paper("CONTRAMANDADO", "B-1", "A-1", person=1), paper("MANDADO", "C", person=2)
    )
    with office.database.reading() as connection:
        known = find(connection, [key_of(n).decode() for n in range(3)])
        one, two, three = (known[key_of(n).decode()] for n in range(3))
        # when / then
        assert set(related(connection, [one])) == set(related(connection, [two])) == {(one, two)}
        assert related(connection, [three]) == []
