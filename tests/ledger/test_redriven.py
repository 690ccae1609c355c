"""A dead letter ends by being redriven, or by an operator who says with the unit what it was."""

import pytest

from ledger import acts, letters
from ledger.tables import dead_letter, inbox
from rules.words import Reason, State
from schemas.record import RawRecord
from tests.ledger.office import ISSUED, Office, paper

BEHIND = (State.HELD, Reason.DEAD_LETTER_AHEAD)


def again(office: Office, record: RawRecord, value: bytes | None = None) -> RawRecord:
    """The record once more, at the end of its partition, with the letter that it was."""
    letter = f"{record.topic}:{record.partition}:{record.offset}"
    offset = office.offsets[record.topic, record.partition]
    office.offsets[record.topic, record.partition] += 1
    headers = (*record.headers, ("redrive_id", letter.encode()))
    value = record.value if value is None else value
    return RawRecord(record.topic, record.partition, offset, offset + 1000, record.key, value, headers)


def standing(office: Office) -> int:
    return sum(row["ended_at"] is None for row in office.rows(dead_letter))


def test_a_redriven_record_ends_its_letter_and_lets_the_mandado_go(office: Office) -> None:
    # given
    whole = office.issued(paper("MANDADO", "M-2"))
    broken = RawRecord(whole.topic, 0, whole.offset, 1000, whole.key, b"{", whole.headers)
    office.take(broken, office.issued(paper("MANDADO", "M-1")))
    assert office.standing("M-1") == BEHIND
    # when
    taken = office.take(again(office, broken, whole.value))
    # then
    assert taken.counts == {"redriven": 1, "document": 1}
    assert (standing(office), office.standing("M-1"), office.standing("M-2")) == (
        0,
        (State.READY, None),
        (State.READY, None),
    )


def test_what_is_dead_again_is_a_letter_of_its_own(office: Office) -> None:
    # given
    broken = office.junk()
    office.take(broken, office.issued(paper("MANDADO", "M-1")))
    # when
    office.take(again(office, broken))
    # then
    assert len(office.rows(dead_letter)) == 2
    assert (standing(office), office.standing("M-1")) == (1, BEHIND)


def test_an_event_that_came_to_nothing_takes_its_place_in_the_inbox_once(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    with office.database.transaction() as connection:
        connection.execute(inbox.delete())
    conflict = office.issued(paper("MANDADO", "M-1", person=1), ce_id="e-1")
    office.take(conflict)
    assert [row["outcome"] for row in office.rows(inbox)] == ["DEAD"]
    # when
    first, second = office.take(again(office, conflict)), office.take(again(office, conflict))
    # then
    assert first.counts == {"redriven": 1, "dead_letter": 1}, "it was tried again"
    assert second.counts == {"dead_letter": 1}, "its letter has ended already"


@pytest.mark.parametrize("header", [b"", b"saj.documents.issued:0", b"\xff:0:0", b"saj.documents.issued:0:77"])
def test_a_header_that_names_no_letter_ends_none(office: Office, header: bytes) -> None:
    # given
    office.take(office.junk())
    record = office.issued(paper("MANDADO", "M-1"))
    forged = RawRecord(
        ISSUED,
        0,
        record.offset,
        record.timestamp_ms,
        record.key,
        record.value,
        (*record.headers, ("redrive_id", header)),
    )
    # when
    office.take(forged)
    # then
    assert (standing(office), office.standing("M-1")) == (1, BEHIND)


def test_safety_6_discarding_takes_an_operator_and_the_units_statement(office: Office) -> None:
    # given
    office.take(office.junk(), office.issued(paper("MANDADO", "M-1")))
    letter = (ISSUED, 0, 0)
    signed = {"by": "op-1", "reason": "mensagem de teste"}
    # when
    with office.database.transaction() as connection, pytest.raises(ValueError, match="statement"):
        letters.discard(connection, office.deployment, letter, **signed, statement=" ")
    assert standing(office) == 1
    for found in (True, False):
        with office.database.transaction() as connection:
            done = letters.discard(connection, office.deployment, letter, **signed, statement="A unidade: era cópia.")
        assert done is found
    # then
    assert (standing(office), office.standing("M-1")) == (0, (State.READY, None))
    with office.database.reading() as connection:
        (act,) = acts.of(connection, "DISCARD", f"{ISSUED}:0:0")
    assert (act.by, act.detail["statement"]) == ("op-1", "A unidade: era cópia.")


def test_two_operators_at_once_send_a_letters_record_once(office: Office) -> None:
    # given
    broken = office.junk()
    office.take(broken)
    # when
    sent = []
    for _ in range(2):
        with office.database.transaction() as connection:
            sent.append(letters.redrive(connection, (ISSUED, 0, 0), broken, by="op-1", reason="consertado"))
    # then
    assert sent == [True, False]
    assert len([record for record in office.waiting() if record.topic == ISSUED]) == 1
    assert standing(office) == 1, "it ends when the record is taken, not when it is sent"
