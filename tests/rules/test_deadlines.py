"""The law's clocks: what is watched, what cannot be, and the end of a term that the history does not show (docs/law.md deadlines)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rules.acts import StatementGiven
from rules.deadlines import DEADLINES, term_ends, years_end
from rules.dossier import Document
from rules.history import Custody
from rules.words import CustodyEvent, Kind, LinkState, Reason, State, Statement
from tests.house.test_law_tables import table
from tests.rules.desk import CASE, CERTIDAO, NOW, Desk, document

CIVIL = Kind.MANDADO_PRISAO_CIVIL
TODAY = date(2026, 11, 20)
ARREST = Custody("h-1", CustodyEvent.PRISAO_CIVIL, TODAY, CASE, "8841", recorded_at=NOW, heard_at=NOW)
TOLD = "bnmp.divergence.found.v1"


def paper(document_id: str, kind: str, *names: str, **more: Any) -> Document:
    """A document of the party."""
    return document(document_id, kind, *names, party_id="8841", **more)


def kinds(desk: Desk) -> list[str]:
    """The divergences that were told."""
    return [str(one.data["kind"]) for one in desk.said(TOLD)]


def test_the_page_has_every_deadline_and_says_of_each_how_it_is_told_or_why_not() -> None:
    # given
    rows = {cells[0]: cells for cells in table("deadlines")}
    # then
    assert list(rows) == list(DEADLINES) == [f"L{n}" for n in range(1, 18)]
    for rule, row in DEADLINES.items():
        assert (row.told_by is None) != (row.why_not is None)
        assert rows[rule][1] == row.clock
        assert rows[rule][3] == (f"`{row.told_by}`" if row.told_by else "")
        assert rows[rule][4] == (row.why_not or "")


@pytest.mark.parametrize(
    ("terms", "ends"),
    [
        ((30,), date(2026, 12, 20)),
        ((30, 60), date(2027, 2, 18)),
        ((30, None), None),
        ((0,), None),
        ((), None),
        ((10**9,), None),
    ],
)
def test_a_term_counts_the_day_of_the_arrest_and_a_prorogation_comes_on_top(
    terms: tuple[int | None, ...], ends: date | None
) -> None:
    assert term_ends(TODAY, [document(f"m-{n}", CIVIL, term_days=days) for n, days in enumerate(terms)]) == ends


def held(**more: Any) -> Desk:
    """Somebody arrested for a debt today, for thirty days, with the certidão in BNMP."""
    desk = Desk(paper("m", CIVIL, term_days=30), paper("c", CERTIDAO, "m", fulfilled_on=TODAY, **more))
    desk.register("m", "c")
    desk.custody(ARREST)
    return desk


def test_l15_a_custody_beyond_its_term_is_told_at_the_first_hour_after_it_and_once() -> None:
    # given
    desk = held()
    due = desk.dossier.persons[1].watch.due_at
    assert due == datetime(2026, 12, 20, 4, tzinfo=UTC), "midnight of the court"
    # when
    desk.later((due - desk.dossier.now).total_seconds() - 1)
    desk.review()
    # then
    assert kinds(desk) == []
    # when
    desk.later(2)
    desk.review()
    desk.review()
    # then
    assert kinds(desk) == ["RELEASE_WITHOUT_EVENT"]
    told = desk.said(TOLD)[0].data
    assert (told["registry"], "prazo da prisão terminou" in told["message"]) == ("TERMINO 2026-12-20", True)


def test_l15_the_end_of_the_term_in_the_history_in_time_leaves_nothing_to_tell() -> None:
    # given
    desk = held()
    ends = Custody("h-2", CustodyEvent.TERMINO_PRISAO, TODAY + timedelta(days=30), CASE, "8841", recorded_at=NOW)
    # when
    desk.custody(ARREST, ends)
    desk.later(60 * 86400)
    desk.review()
    # then
    assert kinds(desk) == []


@pytest.mark.parametrize(("told", "found"), [(TODAY, []), (date(2026, 11, 18), ["STATUS"]), (None, [])])
def test_the_day_of_the_arrest_in_the_history_and_that_of_the_certidao_are_compared(
    told: date | None, found: list[str]
) -> None:
    # given
    desk = held()
    desk.put("c", fulfilled_on=told)
    # when
    desk.later(86400)
    desk.review()
    # then
    assert kinds(desk) == found
    if found:
        said = desk.said(TOLD)[0].data
        assert (said["ours"], said["registry"]) == ("PRISAO_CIVIL 2026-11-20", f"{CERTIDAO} 2026-11-18")
        assert (said["document_id"], "data da prisão" in said["message"]) == ("c", True)


def test_of_two_arrests_nobody_can_say_which_the_certidao_tells() -> None:
    # given
    desk = held()
    desk.put("c", fulfilled_on=date(2026, 11, 18))
    freed = Custody("h-2", CustodyEvent.TERMINO_PRISAO, TODAY, CASE, "8841", recorded_at=NOW + timedelta(hours=1))
    again = replace(ARREST, event_id="h-3", recorded_at=NOW + timedelta(hours=2))
    # when
    desk.custody(ARREST, freed, again)
    desk.later(86400)
    desk.review()
    # then
    assert "STATUS" not in kinds(desk)


WAITED: dict[str, Any] = {"released": True, "retroactive": True, "term_days": 10}


@pytest.mark.parametrize(
    ("event", "stops"),
    [
        (replace(ARREST, on=TODAY - timedelta(days=10)), True),
        (replace(ARREST, on=TODAY - timedelta(days=9)), False),
        (replace(ARREST, on=TODAY - timedelta(days=15), other_court=True), False),
        (replace(ARREST, on=TODAY - timedelta(days=15), case_number="another"), False),
        (replace(ARREST, on=TODAY - timedelta(days=15), event=CustodyEvent.RECAPTURA), False),
        (replace(ARREST, on=TODAY - timedelta(days=40)), False),
    ],
)
def test_safety_13_a_mandado_that_waited_and_whose_term_was_served_meanwhile_goes_to_the_judge(
    event: Custody, *, stops: bool
) -> None:
    # given
    desk = Desk(document("m", CIVIL, issued_at=NOW - timedelta(days=20), **WAITED))
    # when
    desk.custody(event)
    # then
    assert (desk["m"].missing == ("fields.prazo_prisao_dias",)) is stops
    if stops:
        assert desk["m"].reason is Reason.NEEDS_JUDGE
        # when the judge wants it sent all the same
        desk.ask(StatementGiven, "m", statement=Statement.SEND)
        # then that ground is put no more
        assert desk["m"].missing != ("fields.prazo_prisao_dias",)


def test_what_did_not_wait_goes_whatever_its_term() -> None:
    desk = Desk(document("m", CIVIL, term_days=10))
    desk.custody(replace(ARREST, on=TODAY - timedelta(days=40)))
    assert desk["m"].state is State.READY
    assert desk.dossier.link.state is LinkState.UP


YEARS = timedelta(days=4 * 365)
LONG = replace(ARREST, event=CustodyEvent.PRISAO)


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ([], ["PERSON_STATUS"]),
        ([paper("g", Kind.GUIA_RECOLHIMENTO_PROVISORIA, "m", case_number="another")], []),
        ([paper("g", Kind.GUIA_RECOLHIMENTO_PROVISORIA, "m", state=State.EXCLUDED)], ["PERSON_STATUS"]),
        ([paper("a", Kind.ORDEM_LIBERACAO, "m")], []),
    ],
)
def test_l16_a_provisional_custody_of_four_years_without_guia_or_release_is_told_once(
    beside: list[Document], told: list[str]
) -> None:
    # given
    desk = Desk(paper("m", Kind.MANDADO_PRISAO_CRIMINAL), paper("c", CERTIDAO, "m", fulfilled_on=TODAY))
    desk.register("m", "c")
    # What stands beside them is put there behind the rules' back.
    desk.put("m", fulfilled_on=None)
    desk.dossier = replace(
        desk.dossier, documents={**desk.dossier.documents, **{one.document_id: one for one in beside}}
    )
    desk.custody(LONG)
    # when the clock looks as it said it would
    looks = desk.dossier.persons[1].watch.due_at
    # then
    assert (looks == datetime(2030, 11, 19, 4, tzinfo=UTC)) is bool(told)
    desk.later(YEARS.total_seconds() - 86400)
    desk.review()
    assert kinds(desk) == []
    # when four years are over
    desk.later(86400)
    desk.review()
    desk.review()
    # then
    assert kinds(desk) == told
    if told:
        said = desk.said(TOLD)[0].data
        assert (said["ours"], "quatro anos" in said["message"]) == ("PRISAO 2026-11-20", True)


def test_l16_no_civil_prison_and_no_custody_of_another_court_is_counted() -> None:
    for event in (ARREST, replace(LONG, other_court=True)):
        desk = Desk(paper("m", CIVIL), paper("c", CERTIDAO, "m"))
        desk.register("m", "c")
        desk.custody(event)
        desk.later(2 * YEARS.total_seconds())
        desk.review()
        assert "PERSON_STATUS" not in kinds(desk)


def test_l16_a_day_near_the_end_of_the_calendar_is_far_enough() -> None:
    assert years_end(date.max - timedelta(days=9)) == date.max
