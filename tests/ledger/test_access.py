"""What SAJ tells of its users is kept, the latest of it, and decides who they are (docs/law.md access, safety-28)."""

from datetime import timedelta
from typing import Any

import pytest

from ledger import access, due
from ledger.record import record
from ledger.tables import document
from rules.access import Access, Duty
from rules.facts import AccessChanged, AccessDoubted
from rules.words import Reason, Role, State
from tests.ledger.office import GIVERS, STAFF, START, Office, paper

UNIT = STAFF[0].unit.code
NEEDS_JUDGE = (State.HELD, Reason.NEEDS_JUDGE)


def changed(office: Office, user: str, role: str = "SERVIDOR", **more: Any) -> None:
    """SAJ tells of a user."""
    office.take(office.access(user, role, **more))


def kept(office: Office, user: str) -> Access:
    with office.database.reading() as connection:
        return access.of(connection, [user])[user]


def test_what_is_told_of_a_user_is_kept_whole(office: Office) -> None:
    # given
    begins, ends = START, START + timedelta(days=2)
    duty = {"unit": "90900", "from": begins.isoformat(), "to": ends.isoformat()}
    # when
    changed(office, "u1", position="Analista", units=[UNIT, "90102"], duty_units=[duty], saj_authenticated=False)
    # then
    assert office.answers() == [("applied", "APPLIED")]
    duties = (Duty("90900", begins, ends),)
    units = frozenset({UNIT, "90102"})
    assert kept(office, "u1") == Access("u1", Role.SERVIDOR, START, "Analista", units, duties, saj_authenticated=False)


def test_the_latest_word_counts_in_whatever_order_it_comes(office: Office) -> None:
    # when
    changed(office, "u1", position="first")
    changed(office, "u1", position="later", at=(START + timedelta(minutes=1)).isoformat())
    changed(office, "u1", position="overtaken", at=(START - timedelta(minutes=1)).isoformat())
    changed(office, "u1", position="of the same instant", at=(START + timedelta(minutes=1)).isoformat())
    # then
    assert [reason for _, reason in office.answers()] == ["APPLIED", "APPLIED", "OVERTAKEN", "APPLIED"]
    assert kept(office, "u1").position == "of the same instant"


def test_what_another_process_wrote_meanwhile_stays_where_it_is_later(office: Office) -> None:
    # given
    later = Access("u1", Role.SERVIDOR, START + timedelta(minutes=1), "later")
    with office.database.transaction() as connection:
        access.write(connection, [later], START, 0)
    # when
    with office.database.transaction() as connection:
        access.write(connection, [Access("u1", Role.SERVIDOR, START, "earlier")], START, 0)
    # then
    assert kept(office, "u1").position == "later"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRADOR_REGIONAL])
def test_nobody_gives_access_but_the_regional_administrator(office: Office, role: Role) -> None:
    # when
    told = {"user": GIVERS[role], "role": "MAGISTRADO", "units": [UNIT]}
    office.take(office.command("user.access-changed", role, **told, sca_confirmed=True, saj_authenticated=True))
    # then
    assert office.answers() == [("refused", "NOT_COMPETENT")]


def test_a_batch_knows_what_it_has_just_heard(office: Office) -> None:
    # given
    told = {"user": "m1", "role": "MAGISTRADO", "units": [UNIT], "sca_confirmed": True, "saj_authenticated": True}
    office.issue(paper("MANDADO", "M-1"))
    before = office.command("document.retry-requested", by_user="m1", document_id="M-1", more={"stamp": 5000})
    heard = office.command("user.access-changed", "ADMINISTRADOR_REGIONAL", **told, more={"stamp": 5001})
    after = office.command("document.retry-requested", by_user="m1", document_id="M-1", more={"stamp": 5002})
    # when
    office.take(before, heard, after)
    # then
    assert [reason for _, reason in office.answers()] == ["ACCESS_UNKNOWN", "APPLIED", "APPLIED"]


def test_safety_28_a_role_that_was_typed_is_not_believed(office: Office) -> None:
    # given
    office.issue(paper("ALVARA_FLAGRANTE", "A-1"))
    # when a servidor says that he is the judge, and a judge acts in a unit that is not hers
    office.take(office.command("document.excluded", "MAGISTRADO", by_user=GIVERS[Role.SERVIDOR], document_id="A-1"))
    stranger = STAFF[1].magistrado.user
    office.take(office.command("document.excluded", "MAGISTRADO", by_user=stranger, document_id="A-1"))
    office.take(office.withdrawn("A-1", by={"role": "MAGISTRADO", "user": stranger, "unit": UNIT}))
    # then
    assert [reason for _, reason in office.answers()] == ["JUDGE_ONLY", "NOT_COMPETENT", "NOT_COMPETENT"]
    assert office.row("A-1")["withdrawal"] is None


def test_safety_28_a_withdrawal_by_nobody_whom_we_know_stops_a_mandado_and_a_judges_ends_it(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1", released_by=None), paper("MANDADO", "M-2", released_by=None))
    # when
    office.take(office.withdrawn("M-1", by={"role": "SERVIDOR", "user": "u1", "unit": UNIT}))
    office.take(office.withdrawn("M-2", by={"role": "MAGISTRADO", "user": "m1", "unit": UNIT}))
    # then
    assert office.standing("M-1") == NEEDS_JUDGE
    assert office.standing("M-2") == (State.EXCLUDED, Reason.WITHDRAWN)
    incidents = [one.data for one in office.said() if one.type == "bnmp.incident.v1"]
    assert [(one["kind"], one["who"]["unit"]) for one in incidents] == [("ACCESS_UNKNOWN", UNIT)]


def test_what_waited_for_its_document_is_judged_by_what_is_known_when_it_comes(office: Office) -> None:
    # given
    office.take(office.command("document.excluded", by_user="m1", document_id="A-1"))
    changed(office, "m1", "MAGISTRADO")
    # when
    office.issue(paper("ALVARA_FLAGRANTE", "A-1"))
    # then
    assert [reason for _, reason in office.answers()] == ["APPLIED", "APPLIED"]
    assert office.standing("A-1") == (State.EXCLUDED, Reason.EXCLUDED_BY_UNIT)


def held(office: Office, document_id: str, *doubts: str) -> None:
    """A lane finds that a signer's access is doubtful."""
    fact = AccessDoubted(document_id, doubts or (f"access.MAGISTRADO.unit:{UNIT}",), "m1")
    with office.database.transaction() as connection:
        person = office.row(document_id)["person"]
        record(connection, office.deployment, office.hand(), [fact], [person])


def waits(office: Office) -> list[str]:
    """Whom the clock would try again now, in its order."""
    with office.database.reading() as connection:
        return [document_id for document_id, _ in due.access_changed(connection, office.hand(), 100)]


def test_safety_5_what_waits_for_an_access_falls_due_when_it_changes_and_nothing_else(office: Office) -> None:
    # given
    office.issue(*(paper("MANDADO", f"M-{n}", person=n) for n in range(3)))
    for n in range(2):
        held(office, f"M-{n}")
    office.issue(paper("MANDADO", "M-9", released_by={"role": "SERVIDOR", "user": "u1"}))
    changed(office, "m2", "MAGISTRADO")
    assert waits(office) == []
    # when
    office.hand.later(60)
    changed(office, "m1", "MAGISTRADO")
    # then
    assert waits(office) == ["M-0", "M-1"]
    # when one is tried and held again
    with office.database.transaction() as connection:
        record(connection, office.deployment, office.hand(), [AccessChanged("M-0")], [office.row("M-0")["person"]])
    assert office.standing("M-0") == (State.READY, None)
    office.hand.later(1)
    held(office, "M-0")
    # then it is not tried for ever, and once more when no answer can be under way that knew nothing of the change
    assert waits(office) == ["M-1"]
    windows = office.deployment.windows
    office.hand.later(windows.lease() + windows.answer)
    assert waits(office) == ["M-1", "M-0"]
    with office.database.transaction() as connection:
        record(connection, office.deployment, office.hand(), [AccessChanged("M-0")], [office.row("M-0")["person"]])
    held(office, "M-0")
    assert waits(office) == ["M-1"]


def test_a_doubt_is_lifted_for_contingency_by_the_sweep_of_an_outage(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"), paper("MANDADO", "M-2", person=1))
    held(office, "M-1")
    office.hand.later(1)
    # when
    with office.database.reading() as connection:
        kinds = [row["kind"] for row in office.rows(document)]
        found = due.may_be_offered(connection, kinds, office.hand(), 100)
    # then
    assert [document_id for document_id, _ in found] == ["M-1"]


def test_safety_5_of_a_release_that_no_judge_released_nobody_is_told_that_it_has_effect(office: Office) -> None:
    # when
    office.issue(
        paper("ALVARA_FLAGRANTE", "A-1", released_by={"role": "SERVIDOR", "user": "u1"}),
        paper("ALVARA", "A-2", "M-9", person=1),
    )
    # then
    told = {one.data["document_id"]: one.data for one in office.said() if one.type == "bnmp.document.held.v1"}
    assert (told["A-1"]["reason"], told["A-1"]["who"]["role"]) == ("ACCESS", "MAGISTRADO")
    assert "ainda não é ordem" in told["A-1"]["remedy"]
    assert "produz efeito" not in told["A-1"]["message"]
    assert "produz efeito" in told["A-2"]["message"]
