"""Too many dead letters stop their partition, in the ledger, with an incident; a signed act lets it go on."""

from dataclasses import replace

import pytest

from consumers.intake import GROUP, Intake
from ledger import acts, limits
from ledger.engine import Database
from ledger.tables import consumed, dead_letter
from tests.ledger.office import ISSUED, Hand, Office, paper

LIMIT = 4
PLACE = (ISSUED, 0)


@pytest.fixture
def office(database: Database, hand: Hand) -> Office:
    """An office with a low limit."""
    made = Office(database, hand)
    made.deployment = replace(made.deployment, dead_letter_limit=LIMIT)
    made.intake = Intake(database, made.deployment)
    return made


def standing(office: Office) -> tuple[int, bool]:
    """The next offset of the partition, and whether it is stopped."""
    (row,) = (row for row in office.rows(consumed) if (row["topic"], row["partition"]) == PLACE)
    return row["next_offset"], row["stopped_at"] is not None


def incidents(office: Office) -> list[str]:
    return [one.data["what"] for one in office.said() if one.data.get("kind") == "DEAD_LETTER_LIMIT"]


def resume(office: Office) -> int | None:
    with office.database.transaction() as connection:
        return limits.resume(connection, GROUP, PLACE, by="op-1", reason="o produtor foi corrigido")


def test_as_many_dead_letters_in_a_row_as_the_limit_stop_their_partition_at_once(office: Office) -> None:
    # given
    assert office.take(*(office.junk() for _ in range(LIMIT - 1))).stopped == frozenset()
    # when
    taken = office.take(office.junk())
    # then
    assert taken.stopped == {PLACE}
    assert standing(office) == (LIMIT, True)
    assert ["saj.documents.issued[0]" in each for each in incidents(office)] == [True]


def test_nothing_more_of_a_stopped_partition_is_taken_and_all_the_others_go_on(office: Office) -> None:
    # given
    office.take(*(office.junk() for _ in range(LIMIT)))
    # when
    late = office.issued(paper("MANDADO", "M-1"))
    other = office.issued(paper("MANDADO", "M-2", person=1), partition=1)
    taken = office.take(late, other)
    # then
    assert taken.counts == {"stopped": 1, "document": 1}
    assert taken.stopped == {PLACE}
    assert taken.next_offsets == {(ISSUED, 1): 1}
    assert standing(office) == (LIMIT, True)
    assert len(incidents(office)) == 1
    # and when it was resumed, what was passed over is taken
    assert resume(office) == LIMIT
    assert office.take(late).counts == {"document": 1}
    assert standing(office) == (LIMIT + 1, False)


def test_dead_letters_among_what_is_read_well_do_not_stop_it(office: Office) -> None:
    # given one in three
    for n in range(3 * LIMIT):
        good = [office.issued(paper("MANDADO", f"M-{n}-{each}", person=n % 3)) for each in range(2)]
        # when
        taken = office.take(office.junk(), *good)
        # then
        assert taken.stopped == frozenset()
    assert len(office.rows(dead_letter)) == 3 * LIMIT


def test_a_resumed_partition_stops_again_only_after_as_many_new_ones(office: Office) -> None:
    # given
    office.take(*(office.junk() for _ in range(LIMIT)))
    resume(office)
    # when, then
    assert office.take(*(office.junk() for _ in range(LIMIT - 1))).stopped == frozenset()
    assert office.take(office.junk()).stopped == {PLACE}
    assert len(incidents(office)) == 2, "another stop is another incident"


def test_resuming_is_signed_and_only_where_it_stands(office: Office) -> None:
    # then
    assert resume(office) is None
    # and when
    office.take(*(office.junk() for _ in range(LIMIT)))
    with office.database.transaction() as connection, pytest.raises(ValueError, match="signed"):
        limits.resume(connection, GROUP, PLACE, by=" ", reason="x")
    assert standing(office) == (LIMIT, True)
    resume(office)
    with office.database.reading() as connection:
        (made,) = acts.of(connection, limits.RESUMED, f"{ISSUED}[0]")
    assert (made.by, made.detail) == ("op-1", {"group": GROUP, "next_offset": LIMIT})


def test_what_was_dead_before_does_not_stop_who_reads_it_again(office: Office) -> None:
    # given
    junk = [office.junk() for _ in range(LIMIT)]
    office.take(*junk)
    # when a replay hands the same records over
    again = Intake(office.database, office.deployment, group="replay").take(junk, gaps=False)
    # then
    assert (again.stopped, again.counts) == (frozenset(), {"duplicate": LIMIT})
