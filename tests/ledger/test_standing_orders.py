"""A judge's standing order from the record to the row, and to the documents for which it stands (safety-16)."""

from datetime import timedelta
from typing import Any

import pytest

from ledger import due, links
from ledger.record import record
from ledger.standing_orders import in_force
from ledger.tables import document
from rules.breaker import LinkEvent, observe
from rules.dossier import Link
from rules.facts import PersonReviewed
from rules.words import LinkState, Reason, State
from tests.ledger.office import STAFF, START, Office, paper

UNIT = STAFF[0].unit.code
FREEING = ["ALVARA_SOLTURA", "ORDEM_LIBERACAO"]
ASKED = (State.HELD, Reason.AWAITING_CONSENT)


def ordered(office: Office, role: str = "MAGISTRADO", hours: float = 8, **more: Any) -> None:
    """A judge orders."""
    begins = office.hand()
    told = {
        "unit": UNIT,
        "kinds": FREEING,
        "from": begins.isoformat(),
        "to": (begins + timedelta(hours=hours)).isoformat(),
    }
    office.take(office.command("unit.contingency-standing-order", role, **told | more))


def down(office: Office) -> None:
    """The link goes, and everybody is looked at."""

    def step(link: Link) -> Link:
        failed = observe(link, LinkEvent.CALL_FAILED, office.hand(), office.deployment.windows, 0.0)
        return observe(failed, LinkEvent.TRIPPED, office.hand(), office.deployment.windows, 0.0)

    with office.database.transaction() as connection:
        assert links.change(connection, office.deployment, office.hand(), step).state is LinkState.DOWN
    review(office)


def review(office: Office) -> None:
    persons = sorted({row["person"] for row in office.rows(document)})
    with office.database.transaction() as connection:
        facts = [PersonReviewed(person) for person in persons]
        record(connection, office.deployment, office.hand(), facts, persons)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "APPLIED"),
        ({"hours": 24}, "APPLIED"),
        ({"hours": 25}, "TOO_LONG"),
        ({"kinds": ["ALVARA_SOLTURA", "MANDADO_PRISAO_CIVIL"]}, "LIBERTY_ONLY"),
        ({"role": "SERVIDOR"}, "JUDGE_ONLY"),
        ({"role": "CHEFE_DE_CARTORIO"}, "JUDGE_ONLY"),
        ({"role": "OPERADOR"}, "NOT_COMPETENT"),
        ({"unit": "90103"}, "NOT_COMPETENT"),
        ({"by_user": STAFF[1].magistrado.user}, "NOT_COMPETENT"),
    ],
)
def test_safety_16_an_order_is_its_judges_for_releases_and_for_a_day(
    office: Office, more: dict[str, Any], reason: str
) -> None:
    # when
    ordered(office, **more)
    # then
    assert [told for _, told in office.answers()] == [reason]
    with office.database.reading() as connection:
        assert len(in_force(connection, START)) == (reason == "APPLIED")
        assert in_force(connection, START + timedelta(hours=24)) == ()


def test_safety_28_an_order_of_a_judge_of_whom_nothing_is_known_is_taken_and_is_an_incident(office: Office) -> None:
    # when
    ordered(office, by_user="m1")
    # then
    assert office.answers() == [("applied", "APPLIED")]
    (told,) = [one.data for one in office.said() if one.type == "bnmp.incident.v1"]
    assert (told["kind"], told["who"]["unit"]) == ("ACCESS_UNKNOWN", UNIT)


def test_safety_16_in_an_outage_it_opens_releases_by_itself_and_the_row_names_it(office: Office) -> None:
    # given
    ordered(office)
    office.issue(paper("ALVARA_FLAGRANTE", "A-1"), paper("MANDADO", "M-1", person=1))
    # when
    down(office)
    # then
    assert office.standing("A-1") == (State.CONTINGENCY, None)
    assert office.row("A-1")["consent"]["order"] == "c-1"
    assert office.standing("M-1") == ASKED
    # and it is read back as it was written
    review(office)
    assert office.row("A-1")["consent"]["order"] == "c-1"


def test_safety_16_what_waits_for_a_sim_falls_due_when_it_is_ordered(office: Office) -> None:
    # given
    office.issue(paper("ALVARA_FLAGRANTE", "A-1"), paper("MANDADO", "M-1", person=1))
    down(office)
    assert (office.standing("A-1"), office.standing("M-1")) == (ASKED, ASKED)
    # when
    ordered(office)
    # then
    with office.database.reading() as connection:
        found = due.ordered(connection, in_force(connection, office.hand()), office.hand(), 100)
    assert [document_id for document_id, _ in found] == ["A-1"]
    review(office)
    assert (office.standing("A-1"), office.standing("M-1")) == ((State.CONTINGENCY, None), ASKED)


def test_safety_16_one_that_has_not_begun_and_one_that_ended_move_nothing(office: Office) -> None:
    # given
    office.issue(paper("ALVARA_FLAGRANTE", "A-1"))
    down(office)
    begins = office.hand() + timedelta(hours=2)
    times: dict[str, Any] = {"from": begins.isoformat(), "to": (begins + timedelta(hours=1)).isoformat()}
    ordered(office, **times)
    for hours, count in ((0, 0), (2, 1), (3, 0)):
        # when
        now = START + timedelta(hours=hours)
        with office.database.reading() as connection:
            found = due.ordered(connection, in_force(connection, now), now, 100)
        # then
        assert len(found) == count
