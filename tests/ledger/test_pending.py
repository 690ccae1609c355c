"""What is said of a document before it comes waits for it, in order, and is not lost."""

from datetime import timedelta

import sqlalchemy as sa

from consumers.intake import Intake
from ledger import pending
from ledger.arrivals import apply_waiting
from ledger.tables import dead_letter, document, inbox, pending_fact
from rules.words import Reason, State
from tests.ledger.office import Office, key_of, paper

APPLIED, REFUSED = "applied", "refused"


def test_what_is_said_before_the_document_is_applied_in_its_order_when_it_comes(office: Office) -> None:
    # given
    office.take(office.answer("M-1", "NAO"))
    office.take(office.answer("M-1", "SIM", command_id="c-2"), office.command("document.excluded", document_id="M-1"))
    assert office.answers() == []
    assert len(office.rows(pending_fact)) == 3
    # when
    office.issue(paper("MANDADO", "M-1", released_by=None))
    # then
    assert office.answers() == [(APPLIED, "APPLIED")] * 3
    assert office.standing("M-1") == (State.EXCLUDED, Reason.EXCLUDED_BY_UNIT)
    assert office.row("M-1")["consent"]["answer"] == "SIM"
    assert office.rows(pending_fact) == []


def test_a_withdrawal_before_its_document_stops_it_before_it_is_ever_sent(office: Office) -> None:
    # given
    office.take(office.withdrawn("M-1"))
    # when
    office.issue(paper("MANDADO", "M-1", released_by=None))
    # then
    assert office.standing("M-1") == (State.EXCLUDED, Reason.WITHDRAWN)
    excluded = [one for one in office.said() if one.type == "bnmp.document.excluded.v1"]
    assert [(one.key, one.data["by"]["role"], one.data["reason"]) for one in excluded] == [
        (key_of(0), "MAGISTRADO", "WITHDRAWN")
    ]


def test_replay_adds_nothing_to_what_waits_and_nothing_to_what_was_applied(office: Office) -> None:
    # given
    records = [office.answer("M-1", "NAO", ce_id="e-1"), office.issued(paper("MANDADO", "M-1"))]
    again = Intake(office.database, office.deployment, "saj-bnmp.replay")
    # when / then
    for taken in (records[:1], records):
        office.take(*taken)
        before = office.dump()
        again.take(taken, gaps=False)
        assert office.dump() == before


def test_what_waits_for_one_document_is_bounded_and_nobody_is_left_without_an_answer(office: Office) -> None:
    # given
    for number in range(pending.MOST):
        office.take(office.answer("M-1", "NAO", command_id=f"c-{number}"))
    # when
    taken = office.take(office.answer("M-1", "SIM", command_id="c-last"), office.withdrawn("M-1"))
    # then
    assert office.answers() == [(REFUSED, "TOO_MANY")]
    assert taken.counts["dead_letter"] == 1
    assert [row["reason"] for row in office.rows(dead_letter)] == ["UNPROCESSABLE"]
    assert [row["outcome"] for row in office.rows(inbox) if row["type"] == "saj.document.withdrawn.v1"] == ["DEAD"]
    assert len(office.rows(pending_fact)) == pending.MOST


def test_what_came_while_its_document_was_being_written_is_applied_afterwards(office: Office) -> None:
    # given
    record = office.withdrawn("M-1")
    office.take(record)
    kept = office.rows(pending_fact)
    office.issue(paper("MANDADO", "M-1", released_by=None))
    with office.database.transaction() as connection:
        connection.execute(document.update().values(state=State.READY, reason=None, withdrawal=sa.null()))
        pending.keep(connection, [dict(row) for row in kept])
    # when
    with office.database.reading() as connection:
        late = pending.arrived(connection, 10)
    apply_waiting(office.database, office.deployment, late, office.hand())
    # then
    assert late == ["M-1"]
    assert office.standing("M-1") == (State.EXCLUDED, Reason.WITHDRAWN)
    assert office.rows(pending_fact) == []


def test_an_alarm_is_raised_once_for_what_waits_too_long(office: Office) -> None:
    # given
    office.take(office.answer("M-1", "NAO"))
    start = office.hand()
    office.hand.later(3600)
    # when / then
    for told in ([("M-1", "saj.contingency.answered.v1")], []):
        with office.database.transaction() as connection:
            assert pending.is_overdue(connection, start) is bool(told)
            assert not pending.is_overdue(connection, start - timedelta(seconds=1))
            assert pending.alarm(connection, office.hand(), start, 10) == told
