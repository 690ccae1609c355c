"""Two ledgers that took the same have the same contents, however it was batched; and a difference is found by its key."""

import shutil
from pathlib import Path

import pytest

from ledger.contents import CONTENTS, digest, rows
from ledger.engine import Database
from ledger.tables import document, metadata
from operations.rebuild import NOT_COMPARED, paired
from tests.ledger.office import Hand, Office, paper


def filled(office: Office, *, one_by_one: bool) -> str:
    """Take the same morning, and give what is then in the ledger."""
    records = [
        office.issued(paper("MANDADO", "b-1"), ce_id="e-1"),
        office.issued(paper("ALVARA", "A-1", "b-1"), ce_id="e-2"),
        office.issued(paper("MANDADO", "~-1", person=1), ce_id="e-3"),
        office.junk(person=2),
    ]
    for batch in ([[record] for record in records]) if one_by_one else [records]:
        office.take(*batch)
    with office.database.reading() as connection:
        return digest(connection)


def test_the_digest_is_of_what_was_taken_and_decided_and_not_of_how_it_was_batched(
    office: Office, template: Path, tmp_path: Path
) -> None:
    # given another ledger, of another kind perhaps, at another time
    shutil.copy(template, tmp_path / "other.db")
    hand = Hand()
    hand.later(99)
    database = Database(f"sqlite:///{tmp_path / 'other.db'}", hand)
    try:
        # when
        ours, theirs = filled(office, one_by_one=False), filled(Office(database, hand), one_by_one=True)
    finally:
        database.close()
    # then
    assert ours == theirs
    with office.database.transaction() as connection:
        connection.execute(document.update().where(document.c.document_id == "b-1").values(state="SENDING"))
    with office.database.reading() as connection:
        assert digest(connection) != ours


def test_rows_come_in_the_order_of_their_bytes(office: Office) -> None:
    # given
    filled(office, one_by_one=False)
    (content,) = [each for each in CONTENTS if each.table is document]
    # when
    with office.database.reading() as connection:
        keys = [key[0] for key, _ in rows(connection, content)]
    # then
    assert keys == ["A-1", "b-1", "~-1"]


def test_of_every_table_it_is_said_what_is_compared_or_why_it_is_not() -> None:
    # given
    whole = {each.table.name for each in CONTENTS if each.said or each.where is not None}
    # when
    named = {name for names in NOT_COMPARED for name in names.split(", ")}
    # then
    assert set(metadata.tables) == whole | named
    assert all(each.table.name in named for each in CONTENTS if each.decided)


@pytest.mark.parametrize("swapped", [False, True])
def test_two_ledgers_are_paired_by_their_keys(*, swapped: bool) -> None:
    # given
    one = [(("a", 1), {"x": 1}), (("b", 2), {"x": 2})]
    other = [(("B", 1), {"x": 0}), (("b", 2), {"x": 2}), (("b", 10), {"x": 3})]
    # when
    left, right = (other, one) if swapped else (one, other)
    found = list(paired(iter(left), iter(right)))
    # then
    assert [key for key, *_ in found] == [("B", 1), ("a", 1), ("b", 2), ("b", 10)]
    sides = [(mine is None, theirs is None) for _, mine, theirs in found]
    assert sides == [(not swapped, swapped), (swapped, not swapped), (False, False), (not swapped, swapped)]
