"""What was sent again after a doubt is searched for later (docs/law.md safety-27)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rules.facts import Piece
from rules.words import AnswerClass as A
from rules.words import LinkState, PecaStatus, State, Step
from tests.rules.desk import CONTRAMANDADO, MANDADO, NOW, RJI, Desk, document, piece

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TWIN = Piece("b-twin", "1" * 28, PecaStatus.PENDENTE_CUMPRIMENTO, date(2026, 11, 20), peca=1, rji=RJI)


def sent_again(kind: str = MANDADO, *names: str) -> Desk:
    """A desk whose document d is registered after its creation was sent a second time."""
    desk = Desk(document("d", kind, *names), silent=True)
    desk.until("d", Step.CREATE)
    desk.answered("d", A.UNCERTAIN)
    while desk.standing("d") == (State.UNCERTAIN, None):
        desk.due("d")
        desk.read("d")
    desk.register("d")
    return desk


def incidents(desk: Desk) -> list[str]:
    return [str(said.data["kind"]) for said in desk.said("bnmp.incident.v1")]


def test_safety_27_a_warrant_that_was_sent_again_is_searched_for_after_an_hour_and_after_a_day() -> None:
    # given
    desk = sent_again()
    registered = desk["d"].registered_at or NOW
    hours = [desk["d"].due_at]
    # when nothing but ours is there
    desk.due("d")
    assert desk.takes() == "d"
    desk.looked_up("d", piece(desk["d"], PecaStatus.PENDENTE_CUMPRIMENTO))
    hours.append(desk["d"].due_at)
    desk.due("d")
    desk.looked_up("d", piece(desk["d"], PecaStatus.PENDENTE_CUMPRIMENTO))
    # then
    assert [*hours, desk["d"].due_at] == [registered + HOUR, registered + DAY, None]
    assert (desk["d"].due_fact, desk.standing("d"), incidents(desk)) == (None, (State.REGISTERED, None), [])


def test_safety_27_a_twin_is_an_incident_for_the_judge_and_is_not_searched_for_again() -> None:
    # given
    desk = sent_again()
    desk.due("d")
    # when
    desk.looked_up("d", piece(desk["d"], PecaStatus.PENDENTE_CUMPRIMENTO), TWIN)
    # then
    assert incidents(desk) == ["TWIN_FOUND"]
    assert desk.said("bnmp.incident.v1")[0].data["who"]["role"] == "MAGISTRADO"
    assert (desk["d"].due_fact, desk.standing("d")) == (None, (State.REGISTERED, None))


@pytest.mark.parametrize(
    "other",
    [
        replace(TWIN, status=PecaStatus.ANULADO),
        replace(TWIN, status=PecaStatus.EXCLUIDO),
        replace(TWIN, issued_on=date(2026, 11, 18)),
        replace(TWIN, bnmp_id="b-m"),
    ],
)
def test_a_piece_that_is_over_of_another_day_or_of_another_document_is_no_twin(other: Piece) -> None:
    # given another mandado of ours beside it
    desk = sent_again()
    desk.tell_issued(document("m"))
    desk.register("m")
    # when
    desk.due("d")
    desk.looked_up("d", other)
    # then
    assert incidents(desk) == []


def test_what_was_not_sent_again_or_frees_is_not_searched_for() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    assert desk["m"].due_fact is None
    desk = Desk(document("d"), silent=True)
    desk.until("d", Step.CREATE)
    desk.answered("d", A.UNCERTAIN)
    desk.read("d", pieces=(piece(desk["d"], PecaStatus.EM_ELABORACAO),))
    desk.register("d")
    assert (desk["d"].due_fact, desk["d"].reads) == (None, 0)


@pytest.mark.parametrize("kind", [A.CONNECTION, A.FAULT, A.ACCESS, A.THROTTLED])
def test_a_search_that_brought_nothing_is_made_again(kind: A) -> None:
    desk = sent_again()
    desk.due("d")
    desk.looked_up("d", kind=kind)
    assert (desk["d"].due_at, incidents(desk)) == (desk.dossier.now + HOUR, [])
    assert desk.standing("d") == (State.REGISTERED, None)


def test_while_the_link_is_down_the_search_waits() -> None:
    desk = sent_again()
    desk.link(LinkState.DOWN)
    desk.due("d")
    assert desk["d"].due_at is not None
    assert desk.takes() is None


def test_a_status_that_the_search_shows_changed_is_told() -> None:
    desk = sent_again()
    desk.due("d")
    desk.looked_up("d", piece(desk["d"], PecaStatus.CUMPRIDO))
    told = desk.said("bnmp.document.status-changed.v1", "d")
    assert [said.data["bnmp_status"] for said in told] == [PecaStatus.CUMPRIDO]
    assert desk["d"].bnmp_status == PecaStatus.CUMPRIDO


def test_a_contramandado_that_follows_while_the_search_is_due_is_not_kept_from_going() -> None:
    # given
    desk = sent_again()
    # when
    desk.tell_issued(document("k", CONTRAMANDADO, "d"))
    # then
    assert desk.takes() == "k"
    desk.register("k")
    assert desk["d"].bnmp_status == PecaStatus.REVOGADO
