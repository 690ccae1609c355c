"""Banners follow the notice of fulfilment and the history, never BNMP, and never in the wrong order (docs/law.md banners)."""

from datetime import date, timedelta
from typing import Any

import pytest

from rules.acts import DocumentWithdrawn
from rules.dossier import Antecedent, Document
from rules.history import Custody
from rules.words import CustodyEvent, Kind, State
from tests.rules.annulling import annul
from tests.rules.desk import CASE, CERTIDAO, CONTRAMANDADO, NOW, Desk, document

CIVIL = Kind.MANDADO_PRISAO_CIVIL
DEATH = Kind.CERTIDAO_EXTINCAO_PUNIBILIDADE_MORTE
OPEN, HELD = "MANDADO_PRISAO_CIVIL_EM_ABERTO", "REU_PRESO"
TODAY = date(2026, 11, 20)


def paper(document_id: str, kind: str = CIVIL, *names: str, **more: Any) -> Document:
    return document(document_id, kind, *names, party_id="8841", **more)


def event(kind: CustodyEvent, day: date = TODAY, event_id: str = "h-1", **more: Any) -> Custody:
    return Custody(event_id, kind, day, CASE, "8841", **more)


def told(desk: Desk) -> list[tuple[list[str], list[str]]]:
    """What was said to remove and to set, in its order."""
    says = desk.said("bnmp.case.banners-changed.v1")
    assert all((say.data["case_number"], say.data["party_id"]) == (CASE, "8841") for say in says)
    return [(say.data["removed"], say.data["set"]) for say in says]


def test_the_open_warrants_banner_is_set_by_the_issue_and_not_by_bnmp() -> None:
    # given
    desk = Desk(paper("m"))
    assert told(desk) == [([], [OPEN])]
    # when
    desk.register("m")
    desk.review()
    # then
    assert told(desk) == [([], [OPEN])]


def test_the_certidao_takes_it_off_and_the_history_then_shows_the_prisoner() -> None:
    # given
    desk = Desk(paper("m"), paper("c", CERTIDAO, "m"))
    assert told(desk) == [([], [OPEN]), ([OPEN], [])]
    # when
    desk.custody(event(CustodyEvent.PRISAO_CIVIL))
    # then
    assert told(desk)[2:] == [([], [HELD])]


def test_the_event_alone_takes_it_off_in_the_same_breath_in_which_it_shows_the_prisoner() -> None:
    # given
    desk = Desk(paper("m"))
    # when
    desk.custody(event(CustodyEvent.PRISAO_CIVIL))
    desk.tell_issued(paper("c", CERTIDAO, "m"))
    desk.register("m", "c")
    # then
    assert told(desk) == [([], [OPEN]), ([OPEN], [HELD])]


@pytest.mark.parametrize("end", [CustodyEvent.ALVARA_SOLTURA, CustodyEvent.TERMINO_PRISAO])
def test_the_two_ends_take_the_prisoners_banner_off_without_any_document(end: CustodyEvent) -> None:
    # given
    begun = event(CustodyEvent.PRISAO_CIVIL, TODAY - timedelta(days=30))
    desk = Desk()
    desk.custody(begun)
    # when
    desk.custody(begun, event(end, event_id="h-2"))
    # then
    assert told(desk) == [([], [HELD]), ([HELD], [])]


@pytest.mark.parametrize(
    "closing",
    [
        paper("k", CONTRAMANDADO, "m"),
        paper("a", Kind.ALVARA_SOLTURA, "m"),
        paper("o", Kind.ORDEM_LIBERACAO, "m"),
        paper("d", DEATH),
        paper("k", CONTRAMANDADO),
    ],
    ids=lambda one: f"{one.kind}-{len(one.antecedents)}",
)
def test_each_order_that_closes_a_civil_mandado_takes_the_banner_off_when_it_is_issued(closing: Document) -> None:
    # when
    desk = Desk(paper("m"), closing)
    # then
    assert told(desk) == [([], [OPEN]), ([OPEN], [])]


def test_a_civil_mandado_is_closed_by_its_own_validity_and_the_clock_knows_the_hour() -> None:
    # given
    desk = Desk(paper("m", valid_until=TODAY))
    at = desk.dossier.persons[1].watch.due_at
    assert at is not None
    assert at.astimezone(desk.dossier.court.zone).isoformat() == "2026-11-21T00:00:00-04:00"
    # when
    desk.later((at - NOW).total_seconds())
    desk.review()
    # then
    assert told(desk) == [([], [OPEN]), ([OPEN], [])]
    assert desk.dossier.persons[1].watch.due_at is None


def test_an_order_that_no_judge_released_sets_nothing_and_takes_nothing_off() -> None:
    assert told(Desk(paper("m", released_by_judge=False))) == []
    assert told(Desk(paper("m"), paper("k", CONTRAMANDADO, "m", released_by_judge=False))) == [([], [OPEN])]


def test_what_was_taken_back_stands_no_more() -> None:
    # given
    desk = Desk(paper("m"))
    # when
    desk.put("m", state=State.EXCLUDED)
    desk.review()
    # then
    assert told(desk)[-1] == ([OPEN], [])


def test_an_arrest_for_debt_that_may_mean_two_mandados_leaves_the_choice_to_the_certidao() -> None:
    # given
    desk = Desk(paper("m"), paper("n"))
    desk.custody(event(CustodyEvent.PRISAO_CIVIL))
    assert told(desk) == [([], [OPEN]), ([], [HELD])]
    # when
    desk.tell_issued(paper("c", CERTIDAO, "n"))
    assert len(told(desk)) == 2
    desk.tell_issued(paper("d", CERTIDAO, "m"))
    # then
    assert told(desk)[2:] == [([OPEN], [])]


def test_an_arrest_of_an_earlier_custody_does_not_close_the_mandado_that_came_after() -> None:
    # given
    arrest = event(CustodyEvent.PRISAO_CIVIL, TODAY - timedelta(days=90))
    end = event(CustodyEvent.TERMINO_PRISAO, TODAY - timedelta(days=60), "h-2")
    desk = Desk(paper("m", issued_at=NOW - timedelta(days=100)))
    desk.custody(arrest, end)
    # when
    desk.tell_issued(paper("n"))
    # then
    assert told(desk)[-1] == ([], [OPEN])
    # and the next arrest can mean that one alone
    desk.custody(arrest, end, event(CustodyEvent.PRISAO_CIVIL, TODAY, "h-3"))
    assert told(desk)[-1] == ([OPEN], [HELD])


def test_a_criminal_arrest_closes_no_civil_mandado_and_another_courts_sets_nothing() -> None:
    desk = Desk(paper("m"))
    desk.custody(event(CustodyEvent.PRISAO, other_court=True))
    assert told(desk) == [([], [OPEN])]
    desk.custody(event(CustodyEvent.PRISAO))
    assert told(desk)[1:] == [([], [HELD])]


def test_nothing_is_said_twice_however_often_it_is_looked_at() -> None:
    # given
    desk = Desk(paper("m"))
    desk.custody(event(CustodyEvent.PRISAO_CIVIL))
    before = told(desk)
    # when
    for _ in range(3):
        desk.review()
        desk.later(60)
    # then
    assert told(desk) == before


def test_what_closed_a_civil_mandado_and_is_annulled_closes_it_no_more() -> None:
    # given
    desk = Desk(paper("m"), paper("k", CONTRAMANDADO, "m"))
    desk.register("m", "k")
    assert told(desk) == [([], [OPEN]), ([OPEN], [])]
    # when its judge takes it back, and CNJ annuls it
    desk.ask(DocumentWithdrawn, "k", reason="ANULADO")
    assert annul(desk, "k")
    # then
    assert desk["k"].gone
    assert told(desk)[2:] == [([], [OPEN])]


def test_an_order_that_names_what_nobody_knows_closes_no_mandado_beside_it() -> None:
    # given
    desk = Desk(paper("m"))
    # when one names another document, and one nothing
    desk.tell_issued(paper("k", CONTRAMANDADO, "somebody-elses"))
    assert told(desk) == [([], [OPEN])]
    desk.tell_issued(paper("l", CONTRAMANDADO))
    # then
    assert told(desk)[1:] == [([OPEN], [])]


def test_a_certidao_that_names_its_mandado_by_the_national_number_takes_the_banner_off() -> None:
    # given two open mandados, of which one is registered
    desk = Desk(paper("m"), paper("n"))
    desk.register("m")
    number = desk["m"].national_number
    # when
    desk.tell_issued(paper("c", CERTIDAO, antecedents=(Antecedent(national_number=number),)))
    # then the other stays open
    desk.register("c")
    assert told(desk) == [([], [OPEN])]
    desk.tell_issued(paper("d", CERTIDAO, "n"))
    assert told(desk) == [([], [OPEN]), ([OPEN], [])]
