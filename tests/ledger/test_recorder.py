"""Decide and record: what a decision leaves in the ledger, and whom it sees."""

import pytest

from ledger.engine import now
from ledger.persons import find
from ledger.record import Recorder
from ledger.tables import history
from rules.facts import PersonReviewed
from rules.words import Reason, State
from tests.flow.alone import Alone
from tests.ledger.office import Office, Said, key_of, paper


def number_of(office: Office, person: int) -> int:
    with office.database.reading() as connection:
        return find(connection, [key_of(person).decode()])[key_of(person).decode()]


def outcomes(office: Office, document_id: str) -> list[Said]:
    return [said for said in office.said() if said.topic == "saj.outcomes" and said.data["document_id"] == document_id]


def test_every_decision_is_one_row_of_history_with_the_state_it_led_to(office: Office) -> None:
    # when
    office.issue(paper("CERTIDAO", "C-1", "M-1"))
    office.issue(paper("MANDADO", "M-1"))
    # then
    rows = [(row["document_id"], row["fact"], row["state"], row["reason"]) for row in office.rows(history)]
    assert rows == [
        ("C-1", "DocumentIssued", "HELD", "WAITING_ANTECEDENT"),
        ("M-1", "DocumentIssued", "READY", None),
        ("C-1", "DocumentIssued", "HELD", "WAITING_ANTECEDENT"),
    ]
    assert office.standing("C-1") == (State.HELD, Reason.WAITING_ANTECEDENT)


def test_what_is_said_stands_in_the_outbox_in_its_order_with_an_id_of_its_own(office: Office) -> None:
    # when
    office.issue(paper("CERTIDAO", "C-1", "M-1"), paper("MANDADO", "M-1"), paper("GUIA_PROVISORIA", "G-1", "M-1"))
    # then
    said = office.said()
    assert [(one.type, one.data["document_id"]) for one in said] == [
        ("bnmp.document.held.v1", "C-1"),
        ("bnmp.dispatch.v1", "C-1"),
        ("bnmp.dispatch.v1", "M-1"),
        ("bnmp.document.held.v1", "G-1"),
    ]
    assert [one.data["purpose"] for one in said if one.type == "bnmp.dispatch.v1"] == ["LOOK_UP", "SEND"]
    assert [one.data["sequence"] for one in outcomes(office, "C-1")] == [1], "it waits as before, and says it once"
    assert len({one.ce_id for one in said}) == 4
    assert said == office.said(), "the id is stored, not made when it is published"


def test_an_outcome_is_keyed_as_saj_keyed_the_document_and_a_queue_by_the_ledgers_person(office: Office) -> None:
    # given
    office.take(office.issued(paper("CERTIDAO", "C-1", "M-1"), key=b"TJMS:typo"))
    # when
    office.take(office.issued(paper("MANDADO", "M-1"), key=b"12345678901"))
    # then
    keys = {(one.type, one.data["document_id"]): one.key for one in office.said()}
    assert keys["bnmp.document.held.v1", "C-1"] == b"TJMS:typo"
    assert keys["bnmp.dispatch.v1", "M-1"] == str(number_of(office, 0)).encode()


def test_what_changes_nothing_writes_nothing(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("CERTIDAO", "C-1", "M-1"))
    before = office.dump()
    # when
    with office.database.transaction() as connection:
        recorder = Recorder(connection, office.deployment, now(connection))
        recorder.lock([number_of(office, 0)])
        recorder.decide(PersonReviewed(number_of(office, 0)))
        recorder.write()
    # then
    assert office.dump() == before


def test_a_document_that_names_a_known_document_of_another_person_is_decided_with_it(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    # when
    office.issue(paper("CONTRAMANDADO", "K-1", "M-1", person=1))
    # then
    assert office.standing("K-1") == (State.READY, None), "its chain is whole: the mandado is there"


def test_a_document_that_another_persons_document_waits_for_is_decided_with_it(office: Office) -> None:
    # given
    office.issue(paper("CONTRAMANDADO", "K-1", "M-1", person=1))
    assert office.standing("K-1") == (State.HELD, Reason.WAITING_ANTECEDENT)
    # when
    office.issue(paper("MANDADO", "M-1"))
    # then
    assert office.standing("K-1") == (State.READY, None)


def test_a_circle_is_loaded_to_its_end(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-2", person=2))
    office.issue(paper("MANDADO", "M-1", person=1), paper("CONTRAMANDADO", "K-2", "M-2", person=1))
    office.issue(paper("CONTRAMANDADO", "K-1", "M-1", person=0))
    before = office.dump()
    # when
    with office.database.transaction() as connection:
        recorder = Recorder(connection, office.deployment, now(connection))
        recorder.lock([number_of(office, 0)])
        recorder.decide(PersonReviewed(number_of(office, 0)))
        seen = set(recorder.of(number_of(office, 0)).documents)
        recorder.write()
    # then
    assert seen == {"M-1", "M-2", "K-1", "K-2"}
    assert office.dump() == before, "half a circle would see what K-2 stands on as missing"


def test_persons_who_are_not_bound_do_not_see_each_other(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    # when
    with office.database.transaction() as connection:
        recorder = Recorder(connection, office.deployment, now(connection))
        recorder.lock([number_of(office, 0), number_of(office, 1)])
        # then
        assert set(recorder.of(number_of(office, 0)).documents) == {"M-1"}
        assert set(recorder.of(number_of(office, 1)).documents) == {"M-2"}


@pytest.mark.parametrize("role", [False, True])
def test_a_lane_is_opened_for_one_owner_at_a_time(office: Office, role: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    # given
    office.issue(paper("MANDADO", "M-1"))
    one = Alone(office.database, office.deployment, "one", lambda *_: True, contingency=False)
    other = Alone(office.database, office.deployment, "other", lambda *_: True, contingency=role)
    # when
    lane = one.open(number_of(office, 0))
    # then
    assert lane is not None
    assert other.open(number_of(office, 0)) is None
    one.close(lane)
    assert other.open(number_of(office, 0)) is not None
