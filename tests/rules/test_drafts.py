"""The draft of what was stopped is cancelled at BNMP and not left (docs/law.md safety-12, cancellation)."""

from typing import Any

import pytest

from rules import annulment
from rules.acts import By, DocumentWithdrawn, ExclusionAsked, RjiMerged, StatementGiven
from rules.dossier import Antecedent
from rules.facts import StepAnswered
from rules.words import (
    AnswerClass,
    PecaStatus,
    Reason,
    Role,
    State,
    Statement,
    Step,
)
from tests.rules.annulling import annul, looks
from tests.rules.desk import CERTIDAO, CONTRAMANDADO, RJI, UNIT, Desk, answer, document

WITHDRAWN: dict[str, Any] = {"reason": "ANULADO"}


def drafted(**changes: Any) -> Desk:
    """A mandado that stopped between its signatures, with a draft at BNMP."""
    desk = Desk(document("m", **changes))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.answered("m", AnswerClass.REFUSED)
    assert desk["m"].bnmp_id
    return desk


def test_safety_12_the_draft_of_a_mandado_that_a_release_stops_is_cancelled_and_made_anew_when_it_may_go() -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.tell_issued(document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    desk.answered("m", AnswerClass.CONNECTION)
    desk.due("m")
    assert desk.standing("m") == (State.HELD, Reason.CHAIN_INCOMPLETE)
    # when
    assert desk.takes() == "m"
    assert annul(desk, "m")
    # then
    assert (desk["m"].bnmp_id, desk["m"].step, desk["m"].bnmp_status, desk.takes()) == (None, None, None, None)
    # when its release can go
    desk.reissue("k", antecedents=(Antecedent("m"),))
    desk.register("m", "k")
    # then
    assert desk["m"].bnmp_status == PecaStatus.REVOGADO


def test_safety_12_a_release_that_becomes_whole_before_the_last_look_leaves_the_draft_alone() -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.tell_issued(document("k", CONTRAMANDADO, "m", gaps=("fields.motivo",)))
    desk.answered("m", AnswerClass.CONNECTION)
    desk.due("m")
    draft = desk["m"].bnmp_id
    # when
    desk.reissue("k", antecedents=(Antecedent("m"),))
    # then
    assert (desk["m"].state, desk["m"].due_fact, desk["m"].bnmp_id) == (State.READY, None, draft)
    assert not looks(desk, "m")


def test_the_draft_that_a_merge_stops_is_cancelled_first_and_then_bnmp_is_asked_who_survived() -> None:
    # given
    desk = Desk(document("m"), silent=True)
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.answered("m", AnswerClass.CONNECTION)
    # when
    by = By(Role.SERVIDOR, "u123", UNIT, acts_in_unit=True)
    desk.tell(RjiMerged("c-1", (1,), RJI, "98765432109", by))
    # then
    assert (desk["m"].reason, desk["m"].missing, desk["m"].due_fact) == (Reason.DIVERGENCE, ("merge",), "ANNUL")
    assert annul(desk, "m")
    assert (desk["m"].missing, desk["m"].due_fact, desk["m"].due_at) == (("merge",), "LOOK_UP", None)


def test_the_last_look_lets_a_draft_go_on_that_nothing_stops_any_more() -> None:
    # given
    desk = drafted()
    desk.put("m", reason=Reason.NEEDS_JUDGE, missing=("withdrawal",), due_fact="ANNUL")
    # when
    assert not looks(desk, "m")
    # then
    assert (desk["m"].state, desk["m"].due_fact) == (State.READY, None)


def test_safety_29_the_draft_of_what_is_taken_back_is_cancelled_and_it_ends() -> None:
    # given
    desk = drafted()
    # when
    desk.ask(DocumentWithdrawn, "m", **WITHDRAWN)
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.DIVERGENCE), ("bnmp_draft",))
    assert annul(desk, "m", status=None)
    assert desk.standing("m") == (State.EXCLUDED, Reason.WITHDRAWN)


@pytest.mark.parametrize("status", ["AGUARDANDO_ASSINATURA", "Outra Coisa"])
def test_a_draft_that_cnj_keeps_is_for_its_unit_and_asked_for_again(status: str) -> None:
    # given
    desk = drafted()
    desk.ask(ExclusionAsked, "m")
    # when
    annul(desk, "m", status=status)
    # then
    assert (desk.standing("m"), desk["m"].missing) == ((State.HELD, Reason.DIVERGENCE), ("bnmp_draft",))
    assert desk["m"].due_fact == "ANNUL"
    # and excluded by its unit, which has cancelled it by hand
    assert desk.ask(ExclusionAsked, "m") == "APPLIED"
    assert desk.standing("m") == (State.EXCLUDED, Reason.EXCLUDED_BY_UNIT)


def test_an_answer_that_comes_late_settles_nothing_that_has_ended() -> None:
    # given
    desk = drafted()
    desk.ask(ExclusionAsked, "m")
    desk.ask(ExclusionAsked, "m")
    before = desk["m"]
    # when
    late = answer(AnswerClass.OK, desk.dossier.now, op="POST anular")
    desk.tell(StepAnswered("m", Step.ANNUL, late))
    # then
    assert desk["m"] == before
    # and what has no piece has none to lose
    fresh = Desk(document("m"))
    fresh.tell(StepAnswered("m", Step.ANNUL, late))
    assert fresh["m"].state is State.READY


def test_a_lost_answer_about_a_draft_that_goes_on_asks_nothing_more() -> None:
    # given a draft of which the judge says SEND while it is being cancelled
    desk = drafted(released=True)
    desk.ask(DocumentWithdrawn, "m", **WITHDRAWN)
    assert looks(desk, "m")
    desk.ask(StatementGiven, "m", statement=Statement.SEND)
    # when
    desk.tell(StepAnswered("m", Step.ANNUL, answer(AnswerClass.UNCERTAIN, desk.dossier.now, op="POST anular")))
    # then
    assert (desk["m"].state, desk["m"].due_fact) == (State.READY, None)


def test_in_effect_it_is_annulled_in_the_name_of_who_took_it_back_and_a_draft_by_its_own_hands() -> None:
    # given
    desk = Desk(document("m", released=True), document("c", CERTIDAO, "m"))
    desk.register("m", "c")
    desk.ask(DocumentWithdrawn, "c", Role.MAGISTRADO, reason="ANULADO", why="x" * 200)
    draft = drafted()
    # then
    why, hands = annulment.terms(desk["c"])
    assert (why, {(hand.role, hand.user) for hand in hands}) == (
        "x" * 150,
        {(Role.SERVIDOR, "u123"), (Role.MAGISTRADO, "u123")},
    )
    assert annulment.terms(draft["m"]) == ("Registro interrompido antes da última assinatura.", ())
    draft.ask(DocumentWithdrawn, "m", reason="ANULADO")
    assert annulment.terms(draft["m"]) == ("Documento retirado pela unidade no SAJ.", ())


@pytest.mark.parametrize("shown", [{"bnmp_status": PecaStatus.PENDENTE_CUMPRIMENTO}, {"bnmp_status": None}])
def test_what_bnmp_has_brought_back_already_is_not_told_twice_and_nobody_is_answered_who_did_not_ask(
    shown: dict[str, Any],
) -> None:
    # given
    desk = Desk(document("m", released=True), document("c", CERTIDAO, "m"))
    desk.register("m", "c")
    desk.ask(DocumentWithdrawn, "c", **WITHDRAWN)
    desk.put("m", **shown)
    desk.put("c", withdrawal=None)
    said = len(desk.said("bnmp.command.applied.v1"))
    # when CNJ refuses at first, and annuls it then
    annul(desk, "c", AnswerClass.CHAIN)
    assert desk.said("bnmp.command.refused.v1") == []
    desk.put("c", due_fact="ANNUL")
    annul(desk, "c")
    # then
    assert desk["c"].gone
    assert [one.document.document_id for one in desk.said("bnmp.document.status-changed.v1") if one.document] == ["c"]
    assert len(desk.said("bnmp.command.applied.v1")) == said
