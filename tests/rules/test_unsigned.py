"""Unsigned pieces: what a sweep of BNMP shows of a document that waits for somebody (docs/law.md FAIL-1, FAIL-2)."""

from datetime import timedelta
from typing import Any

import pytest

from rules.facts import PieceSwept
from rules.kinds import PRIORITY_LIBERTY
from rules.unsigned import stage
from rules.words import AnswerClass, PecaStatus, Reason, State, Step, Variant
from tests.rules.desk import ALVARA, MANDADO, NOW, Desk, document, piece

PAPER: dict[str, Any] = {"opened_at": NOW, "failed_access_at": NOW, "text": "t", "retroactive": True}


def waits(kind: str = MANDADO, **changes: Any) -> Desk:
    """A document whose judge BNMP refuses: its piece waits for that signature."""
    desk = Desk(document("d", kind, **({"variant": Variant.PRISAO_FLAGRANTE} if kind == ALVARA else {})))
    desk.until("d", Step.SIGN_MAGISTRADO)
    desk.answered("d", AnswerClass.ACCESS)
    if changes:
        desk.put("d", **changes)
    return desk


def sweep(desk: Desk, status: str | None, bnmp_id: str = "b-d") -> None:
    desk.tell(PieceSwept("d", bnmp_id, status))


@pytest.mark.parametrize(("days", "passed"), [(0.9, 0), (1, 1), (6.9, 1), (7, 2), (19, 2), (20, 3), (40, 3)])
def test_an_unsigned_piece_is_told_of_after_a_day_a_week_and_twenty_days(days: float, passed: int) -> None:
    assert stage(NOW, NOW + timedelta(days=days)) == passed


@pytest.mark.parametrize("status", [None, PecaStatus.EXCLUIDO])
def test_fail_2_a_mandado_that_cnj_deleted_unsigned_is_told_and_for_its_unit(status: str | None) -> None:
    desk = waits()
    sweep(desk, status)
    assert desk.standing("d") == (State.HELD, Reason.DIVERGENCE)
    assert desk["d"].bnmp_id is None
    assert [one.data["kind"] for one in desk.said("bnmp.divergence.found.v1", "d")] == ["MISSING_AT_REGISTRY"]


def test_fail_2_a_release_that_cnj_deleted_unsigned_is_looked_for_and_made_anew() -> None:
    desk = waits(ALVARA)
    sweep(desk, None)
    assert (desk.standing("d"), desk["d"].doing) == ((State.UNCERTAIN, None), Step.CREATE)


def test_fail_2_what_a_release_waits_for_is_made_anew_like_it() -> None:
    desk = waits(priority=PRIORITY_LIBERTY)
    sweep(desk, None)
    assert desk["d"].state is State.UNCERTAIN


@pytest.mark.parametrize("kind", [MANDADO, ALVARA])
def test_what_was_opened_waits_on_without_its_piece_and_is_looked_for_first(kind: str) -> None:
    desk = waits(kind, state=State.CONTINGENCY, **PAPER)
    sweep(desk, None)
    assert desk.standing("d") == (State.CONTINGENCY, Reason.ACCESS)
    assert (desk["d"].bnmp_id, desk["d"].step) == (None, None)
    assert len(desk.said("bnmp.divergence.found.v1", "d")) == 1


def test_fail_1_what_somebody_signed_in_bnmp_itself_is_read_back_and_registered() -> None:
    desk = waits()
    sweep(desk, PecaStatus.PENDENTE_CUMPRIMENTO)
    assert desk.standing("d") == (State.READY, None)
    assert desk.begin("d") is Step.READ_BACK
    desk.answered("d", AnswerClass.OK, piece=piece(desk["d"], PecaStatus.PENDENTE_CUMPRIMENTO))
    assert desk.standing("d") == (State.REGISTERED, None)


@pytest.mark.parametrize("status", [PecaStatus.AGUARDANDO_ASSINATURA, "Em trâmite"])
def test_what_waits_still_and_a_label_that_nobody_knows_move_nothing(status: str) -> None:
    desk = waits()
    before = desk["d"]
    sweep(desk, status)
    assert desk["d"] == before


def test_a_sweep_of_another_piece_or_of_what_is_on_its_way_moves_nothing() -> None:
    desk = waits()
    before = desk["d"]
    sweep(desk, None, "b-former")
    assert desk["d"] == before
    busy = Desk(document("d"))
    busy.until("d", Step.SIGN_MAGISTRADO)
    before = busy["d"]
    sweep(busy, None)
    assert busy["d"] == before
    for at_rest in ({"reason": None, "state": State.CONTINGENCY, **PAPER}, {"doing": Step.SIGN_MAGISTRADO}):
        doubted = waits(**at_rest)
        before = doubted["d"]
        sweep(doubted, None)
        assert doubted["d"] == before
    ready = Desk(document("d"))
    ready.until("d", Step.SIGN_MAGISTRADO)
    ready.answered("d", AnswerClass.THROTTLED)
    sweep(ready, None)
    assert ready["d"].bnmp_id == "b-d"
