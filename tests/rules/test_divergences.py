"""The history and BNMP are two books: what differs for a day is told to the unit, once (docs/law.md custody)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from rules.dossier import Document
from rules.history import Custody
from rules.words import AnswerClass, CustodyEvent, Kind, PecaStatus, Step, Variant
from tests.rules.desk import CASE, CERTIDAO, NOW, Desk, document, piece

E = CustodyEvent
TODAY = date(2026, 11, 20)
DAY = 86400
CIVIL, ALVARA = Kind.MANDADO_PRISAO_CIVIL, Kind.ALVARA_SOLTURA


def paper(document_id: str, kind: str, *names: str, **more: Any) -> Document:
    return document(document_id, kind, *names, party_id="8841", **more)


def event(kind: CustodyEvent, event_id: str = "h-1", **more: Any) -> Custody:
    return Custody(event_id, kind, TODAY, CASE, "8841", heard_at=NOW, **more)


def told(desk: Desk) -> list[str]:
    says = desk.said("bnmp.divergence.found.v1")
    assert all((say.data["case_number"], say.data["party_id"]) == (CASE, "8841") for say in says)
    return [say.data["kind"] for say in says]


def a_day_later(desk: Desk) -> list[str]:
    """What the clock finds at the hour that was set, and nothing a second before."""
    before, at = told(desk), desk.dossier.persons[1].watch.due_at
    if at is None or at > desk.dossier.now + timedelta(days=2):
        # Of a custody that stands the clock looks again when it has lasted for years (docs/law.md deadlines, L16).
        desk.later(2 * DAY)
        desk.review()
        return told(desk)
    desk.later((at - desk.dossier.now).total_seconds() - 1)
    desk.review()
    assert told(desk) == before
    desk.later(1)
    desk.review()
    return told(desk)


def test_an_arrest_in_the_act_that_bnmp_has_converted_and_no_history_knows_is_told_after_a_day() -> None:
    # given
    desk = Desk(paper("m", Kind.MANDADO_PRISAO_CRIMINAL, variant=Variant.CONVERSAO_FLAGRANTE))
    # when
    desk.register("m")
    # then the clock will look again, though nothing else happens
    assert desk.dossier.persons[1].watch.due_at is not None
    assert a_day_later(desk) == ["REGISTRY_CUSTODY_WITHOUT_EVENT"]


@pytest.mark.parametrize(
    ("kind", "mandado", "certidao"),
    [
        (E.PRISAO, paper("m", Kind.MANDADO_PRISAO_CRIMINAL), CERTIDAO),
        (E.PRISAO, paper("m", Kind.MANDADO_INTERNACAO), Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO),
        (E.RECAPTURA, paper("m", Kind.MANDADO_PRISAO_CRIMINAL, variant=Variant.RECAPTURA), CERTIDAO),
        (E.PRISAO_CIVIL, paper("m", CIVIL), CERTIDAO),
    ],
)
def test_a_custody_without_its_certidao_is_told_after_a_day_and_with_it_never(
    kind: CustodyEvent, mandado: Document, certidao: str
) -> None:
    # given
    without, late = Desk(mandado), Desk(mandado)
    for desk in (without, late):
        desk.register("m")
        desk.custody(event(kind))
    # when
    late.tell_issued(paper("c", certidao, "m"))
    # then
    assert a_day_later(without) == ["FULFILMENT_WITHOUT_CERTIFICATE"]
    assert a_day_later(late) == []


def test_fail_18_a_custody_without_any_mandado_of_its_sort_in_the_case_is_told() -> None:
    # given
    desk = Desk(paper("m", Kind.MANDADO_PRISAO_CRIMINAL))
    # when
    desk.custody(event(E.PRISAO_CIVIL))
    # then
    assert a_day_later(desk) == ["CUSTODY_WITHOUT_WARRANT"]
    assert desk.said("bnmp.divergence.found.v1")[0].data["ours"] == "PRISAO_CIVIL 2026-11-20"


def test_a_mandado_born_fulfilled_needs_no_certidao() -> None:
    # given
    desk = Desk(paper("m", Kind.MANDADO_PRISAO_CRIMINAL, variant=Variant.CONVERSAO_FLAGRANTE))
    # when
    desk.custody(event(E.PRISAO, "h-0"), event(E.CONVERSAO_FLAGRANTE))
    # then
    assert a_day_later(desk) == []


def test_an_alvara_in_the_history_and_none_in_bnmp_is_told_and_the_end_of_a_term_asks_for_none() -> None:
    for kind, found in ((E.ALVARA_SOLTURA, ["RELEASE_EVENT_WITHOUT_RELEASE"]), (E.TERMINO_PRISAO, [])):
        desk = Desk(paper("m", CIVIL))
        desk.register("m")
        desk.tell_issued(paper("c", CERTIDAO, "m"))
        desk.register("c")
        desk.custody(event(E.PRISAO_CIVIL, recorded_at=NOW), event(kind, "h-2", recorded_at=NOW + timedelta(hours=1)))
        assert a_day_later(desk) == found


def test_a_release_in_bnmp_and_a_custody_that_stands_in_the_history_is_told() -> None:
    # given
    desk = Desk(paper("m", CIVIL), paper("c", CERTIDAO, "m"))
    desk.register("m", "c")
    desk.custody(event(E.PRISAO_CIVIL))
    # when
    desk.tell_issued(paper("a", ALVARA, "m"))
    desk.register("a")
    # then
    assert a_day_later(desk) == ["RELEASE_WITHOUT_EVENT"]
    assert desk.said("bnmp.divergence.found.v1")[0].data["document_id"] == "a"


def test_a_fulfilment_in_bnmp_and_no_custody_in_the_history_is_told_unless_somebody_was_released_since() -> None:
    # given
    desk = Desk(paper("m", CIVIL), paper("c", CERTIDAO, "m"))
    desk.register("m", "c")
    released = Desk(paper("m", CIVIL), paper("c", CERTIDAO, "m"), paper("a", ALVARA, "m"))
    released.register("m", "c", "a")
    # when, then
    assert a_day_later(desk) == ["REGISTRY_CUSTODY_WITHOUT_EVENT"]
    assert a_day_later(released) == []


def test_another_courts_custody_is_compared_with_nothing() -> None:
    # given
    desk = Desk()
    # when
    desk.custody(event(E.PRISAO, other_court=True), event(E.ALVARA_SOLTURA, "h-2", other_court=True))
    # then
    assert a_day_later(desk) == []


def test_a_divergence_is_told_once_and_again_only_when_it_differs_anew() -> None:
    # given
    desk = Desk()
    desk.custody(event(E.PRISAO))
    assert a_day_later(desk) == ["CUSTODY_WITHOUT_WARRANT"]
    for _ in range(3):
        desk.later(DAY)
        desk.review()
    assert len(told(desk)) == 1
    # when
    desk.custody()
    desk.custody(event(E.PRISAO))
    # then
    assert len(told(desk)) == 2


def test_neither_book_moves_the_other() -> None:
    # given
    desk = Desk(paper("m", CIVIL))
    desk.register("m")
    before = desk["m"]
    # when
    desk.custody(event(E.PRISAO_CIVIL), event(E.TERMINO_PRISAO, "h-2"))
    # then
    assert desk["m"] == before


def test_a_mandado_that_others_have_fulfilled_at_bnmp_needs_no_certidao_of_ours() -> None:
    # given
    desk = Desk(paper("m", Kind.MANDADO_PRISAO_CRIMINAL))
    desk.register("m")
    desk.put("m", bnmp_status=PecaStatus.CUMPRIDO)
    # when
    desk.custody(event(E.PRISAO))
    # then
    assert a_day_later(desk) == []


def test_a_mandado_counts_as_fulfilled_when_it_is_registered_and_not_with_the_reading_of_a_doubt() -> None:
    # given an arrest, and a mandado born fulfilled whose last signature was in doubt and is there
    desk = Desk(paper("m", Kind.MANDADO_PRISAO_CRIMINAL, variant=Variant.CONVERSAO_FLAGRANTE))
    desk.custody(event(E.PRISAO))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.answered("m", AnswerClass.UNCERTAIN)
    desk.read("m", pieces=(piece(desk["m"], PecaStatus.CUMPRIDO),))
    tomorrow = desk.dossier.persons[1].watch.due_at
    assert tomorrow is not None
    assert tomorrow < desk.dossier.now + timedelta(days=2)
    # when
    desk.register("m")
    # then nobody looks again before the custody has lasted for years
    assert a_day_later(desk) == []


@pytest.mark.parametrize(
    ("issued_at", "found"),
    [(NOW - timedelta(days=2), ["FULFILMENT_WITHOUT_CERTIFICATE"]), (NOW, []), (None, [])],
)
def test_a_certidao_of_an_earlier_day_tells_nothing_of_an_arrest_that_came_after_it(
    issued_at: datetime | None, found: list[str]
) -> None:
    # given
    desk = Desk(paper("m", Kind.MANDADO_PRISAO_CRIMINAL), paper("c", CERTIDAO, "m", issued_at=issued_at))
    desk.register("m", "c")
    # when
    desk.custody(event(E.PRISAO))
    # then
    assert a_day_later(desk) == found


@pytest.mark.parametrize(("gaps", "found"), [((), []), (("fields.motivo",), ["RELEASE_EVENT_WITHOUT_RELEASE"])])
def test_an_alvara_in_the_history_is_answered_by_a_release_in_effect_and_by_no_other(
    gaps: tuple[str, ...], found: list[str]
) -> None:
    # given
    desk = Desk(paper("m", CIVIL), paper("c", CERTIDAO, "m"))
    desk.register("m", "c")
    desk.tell_issued(paper("a", ALVARA, "m", gaps=gaps))
    desk.register(*(() if gaps else ("a",)))
    # when
    later = NOW + timedelta(hours=1)
    desk.custody(event(E.PRISAO_CIVIL, recorded_at=NOW), event(E.ALVARA_SOLTURA, "h-2", recorded_at=later))
    # then
    assert a_day_later(desk) == found
