"""A draft that is gone counts no more for its document, which is created anew (docs/law.md safety-12, cancellation)."""

from typing import Any

import pytest

from rules import messages
from rules.acts import DocumentWithdrawn, RetryAsked, StatementGiven
from rules.facts import Piece, PieceSwept, StepAnswered
from rules.kinds import KINDS
from rules.words import AnswerClass, PecaStatus, Reason, Role, State, Statement, Step, Variant
from tests.rules.annulling import annul, looks
from tests.rules.desk import ALVARA, MANDADO, NOW, Desk, answer, document, piece

A = AnswerClass
DIVERGENT = (State.HELD, Reason.DIVERGENCE)
OPENED: dict[str, Any] = {"opened_at": NOW, "failed_access_at": NOW, "text": "texto", "retroactive": True}


def annulled(desk: Desk) -> Piece:
    return piece(desk["m"], PecaStatus.ANULADO)


def sent_while_cancelled(asked: AnswerClass) -> Desk:
    """A draft of which BNMP was asked to cancel it, without an answer, when the judge said SEND."""
    desk = Desk(document("m", released=True))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.answered("m", A.REFUSED)
    desk.ask(DocumentWithdrawn, "m", reason="ANULADO")
    assert looks(desk, "m")
    desk.ask(StatementGiven, "m", statement=Statement.SEND)
    desk.tell(StepAnswered("m", Step.ANNUL, answer(asked, desk.dossier.now, op="POST anular")))
    return desk


@pytest.mark.parametrize("asked", [A.UNCERTAIN, A.CONNECTION, A.FAULT])
def test_a_draft_whose_cancelling_was_not_answered_is_made_anew_once_it_is_seen_to_be_gone(asked: AnswerClass) -> None:
    # given
    desk = sent_while_cancelled(asked)
    draft = annulled(desk)
    # when its hands sign and BNMP says no
    assert desk.begin("m") is Step.SIGN_MAGISTRADO
    desk.answered("m", A.DUPLICATE)
    desk.read("m", pieces=(draft,))
    # then
    assert (desk.standing("m"), desk["m"].bnmp_id) == ((State.READY, None), None)
    desk.until("m", Step.CREATE)
    desk.answered("m", A.OK, piece=Piece("anew", None, PecaStatus.EM_ELABORACAO))
    desk.register("m")
    assert (desk["m"].bnmp_id, desk["m"].bnmp_status) == ("anew", PecaStatus.PENDENTE_CUMPRIMENTO)


def test_a_draft_whose_cancelling_comes_after_its_last_signature_is_made_anew() -> None:
    # given
    desk = sent_while_cancelled(A.UNCERTAIN)
    draft = annulled(desk)
    desk.until("m", Step.READ_BACK)
    # when
    desk.answered("m", A.OK, piece=draft)
    # then
    desk.due("m")
    desk.register("m")
    assert desk["m"].bnmp_status in KINDS[MANDADO].in_effect


def test_a_draft_whose_cancelling_did_nothing_goes_on() -> None:
    # given
    desk = sent_while_cancelled(A.UNCERTAIN)
    draft = desk["m"].bnmp_id
    # when
    desk.register("m")
    # then
    assert desk["m"].bnmp_id == draft


def test_beside_the_draft_that_was_cancelled_a_lost_creation_is_sent_again() -> None:
    # given
    desk = sent_while_cancelled(A.UNCERTAIN)
    draft = annulled(desk)
    desk.begin("m")
    desk.answered("m", A.DUPLICATE)
    desk.read("m", pieces=(draft,))
    desk.until("m", Step.CREATE)
    desk.answered("m", A.UNCERTAIN)
    # when
    desk.read("m", pieces=(draft,))
    assert desk["m"].state is State.UNCERTAIN
    while desk["m"].state is State.UNCERTAIN:
        desk.read("m", pieces=(draft,))
        desk.due("m")
    # then
    assert (desk.standing("m"), desk["m"].bnmp_id) == ((State.READY, None), None)


def test_what_was_opened_finds_its_own_cancelled_draft_and_is_created_all_the_same() -> None:
    # given a draft that was cancelled, and the mandado opened
    desk = Desk(document("m", released=True))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.answered("m", A.REFUSED)
    draft = annulled(desk)
    desk.put(
        "m", state=State.CONTINGENCY, reason=Reason.NEEDS_JUDGE, missing=("withdrawal",), due_fact="ANNUL", **OPENED
    )
    desk.ask(DocumentWithdrawn, "m", reason="ANULADO")
    assert annul(desk, "m")
    desk.ask(StatementGiven, "m", statement=Statement.SEND)
    # when
    desk.until("m", Step.LOOK_UP)
    desk.answered("m", A.OK, pieces=(draft,))
    # then
    assert desk["m"].state is State.SENDING
    desk.register("m")
    assert desk.standing("m") == (State.REGISTERED, None)


@pytest.mark.parametrize("role", [Role.SERVIDOR, Role.OPERADOR])
def test_a_draft_that_somebody_annulled_in_bnmp_is_named_and_made_anew_when_its_unit_asks_for_it(role: Role) -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.SIGN_MAGISTRADO)
    draft = annulled(desk)
    desk.answered("m", A.UNCERTAIN)
    # when
    desk.read("m", pieces=(draft,))
    # then
    assert (desk.standing("m"), desk["m"].missing) == (DIVERGENT, (f"bnmp_gone:{draft.bnmp_id}",))
    assert desk.said("bnmp.document.held.v1", "m")[-1].data["remedy"] == messages.PIECE_ANNULLED
    # when
    desk.ask(RetryAsked, "m", role)
    # then an operator's word makes nothing anew
    assert (desk["m"].bnmp_id is None) == (role is Role.SERVIDOR)
    assert desk.begin("m") is (Step.CREATE if role is Role.SERVIDOR else Step.SIGN_MAGISTRADO)


def test_what_was_registered_and_annulled_by_hand_is_named_and_made_when_its_unit_asks_for_another_try() -> None:
    # given
    desk = Desk(document("m", **OPENED))
    desk.until("m", Step.LOOK_UP)
    draft = annulled(desk)
    desk.answered("m", A.OK, pieces=(draft,))
    assert (desk.standing("m"), desk["m"].bnmp_id) == ((State.CONTINGENCY, Reason.DIVERGENCE), None)
    # when
    desk.ask(RetryAsked, "m", Role.SERVIDOR)
    desk.until("m", Step.LOOK_UP)
    desk.answered("m", A.OK, pieces=(draft,))
    # then
    assert desk.begin("m") is Step.CREATE


def test_of_several_that_were_annulled_each_is_named_and_settled_after_the_other() -> None:
    # given
    desk = Desk(document("m", **OPENED))
    shown = (Piece("1", None, PecaStatus.ANULADO), Piece("2", None, PecaStatus.EXCLUIDO))
    # when
    for one in shown:
        desk.until("m", Step.LOOK_UP)
        desk.answered("m", A.OK, pieces=shown)
        assert (desk["m"].reason, desk["m"].missing) == (Reason.DIVERGENCE, (f"bnmp_gone:{one.bnmp_id}",))
        desk.ask(RetryAsked, "m", Role.SERVIDOR)
    # then
    desk.until("m", Step.LOOK_UP)
    desk.answered("m", A.OK, pieces=shown)
    assert desk.begin("m") is Step.CREATE


def test_of_several_that_a_doubt_shows_and_that_are_gone_the_first_is_named() -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.CREATE)
    desk.answered("m", A.UNCERTAIN)
    # when
    desk.read("m", pieces=(Piece("1", None, PecaStatus.ANULADO), Piece("2", None, PecaStatus.ANULADO)))
    # then
    assert (desk.standing("m"), desk["m"].missing) == (DIVERGENT, ("bnmp_gone:1",))


@pytest.mark.parametrize("role", [Role.SERVIDOR, Role.OPERADOR, Role.MAGISTRADO])
def test_what_may_have_been_in_effect_is_made_anew_at_its_judges_word_alone(role: Role) -> None:
    # given
    desk = Desk(document("m"))
    desk.until("m", Step.READ_BACK)
    gone = annulled(desk)
    desk.answered("m", A.OK, piece=gone)
    assert (desk.standing("m"), desk["m"].missing) == (DIVERGENT, (f"bnmp_gone:{gone.bnmp_id}",))
    # when
    desk.ask(RetryAsked, "m", role)
    # then
    assert desk.begin("m") is (Step.CREATE if role is Role.MAGISTRADO else Step.READ_BACK)


def test_fail_2_a_release_whose_draft_cnj_has_deleted_is_made_anew_although_bnmp_still_shows_it() -> None:
    # given
    desk = Desk(document("m", ALVARA, variant=Variant.PRISAO_FLAGRANTE))
    desk.until("m", Step.SIGN_MAGISTRADO)
    desk.answered("m", A.REFUSED)
    deleted = piece(desk["m"], PecaStatus.EXCLUIDO)
    # when
    desk.tell(PieceSwept("m", deleted.bnmp_id, deleted.status))
    # then
    while desk["m"].state is State.UNCERTAIN:
        desk.read("m", pieces=(deleted,))
        desk.due("m") if desk["m"].due_at else None
    desk.register("m")
    assert desk.standing("m") == (State.REGISTERED, None)
