"""What BNMP has no more: a piece that was never signed in time, a person whom it has deactivated."""

import pytest

from rules.acts import RetryAsked
from rules.dossier import Person
from rules.kinds import KINDS
from rules.words import AnswerClass, Kind, LinkState, PecaStatus, Reason, State, Step, Variant
from tests.rules.desk import ALVARA, CASE, MANDADO, RJI, Desk, document, piece

A = AnswerClass
OTHER = "26000000203"


def at(step: Step, kind: str = MANDADO) -> Desk:
    desk = Desk(document("d", kind, **({"variant": Variant.PRISAO_FLAGRANTE} if kind == ALVARA else {})))
    desk.until("d", step)
    return desk


@pytest.mark.parametrize("step", [Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO, Step.READ_BACK])
def test_fail_2_a_mandado_whose_piece_is_gone_is_for_its_unit_and_goes_anew_on_its_word(step: Step) -> None:
    # given
    desk = at(step)
    # when
    desk.answered("d", A.CHAIN, gone=True)
    # then
    assert desk.standing("d") == (State.HELD, Reason.DIVERGENCE)
    told = desk.said("bnmp.divergence.found.v1", "d")[0].data
    assert (told["kind"], told["registry"], told["case_number"]) == ("MISSING_AT_REGISTRY", None, CASE)
    assert (desk["d"].bnmp_id, desk["d"].national_number, desk["d"].bnmp_status) == (None, None, None)
    # when
    desk.ask(RetryAsked, "d")
    # then
    assert desk.begin("d") is Step.CREATE
    desk.answered("d", A.OK, piece=piece(desk["d"], PecaStatus.EM_ELABORACAO))
    desk.register("d")
    assert desk["d"].bnmp_status in KINDS[MANDADO].in_effect


def test_fail_2_a_release_whose_piece_is_gone_is_looked_for_and_made_anew_by_itself() -> None:
    # given
    desk = at(Step.SIGN_MAGISTRADO, ALVARA)
    # when
    desk.answered("d", A.CHAIN, gone=True)
    # then
    assert (desk.standing("d"), desk["d"].doing) == ((State.UNCERTAIN, None), Step.CREATE)
    for _ in range(2):
        desk.read("d")
        desk.due("d") if desk["d"].due_at else None
    desk.register("d")
    assert desk.standing("d") == (State.REGISTERED, None)


def test_fail_2_of_a_release_made_anew_meanwhile_the_piece_is_adopted() -> None:
    # given
    desk = at(Step.SIGN_MAGISTRADO, ALVARA)
    desk.answered("d", A.CHAIN, gone=True)
    # when
    desk.read("d", pieces=(piece(desk["d"], PecaStatus.AGUARDANDO_ASSINATURA),))
    # then
    assert desk.begin("d") is Step.SIGN_MAGISTRADO


def test_a_broken_chain_at_a_signature_of_a_piece_that_is_there_is_no_missing_piece() -> None:
    # given
    desk = at(Step.SIGN_MAGISTRADO)
    # when
    desk.answered("d", A.CHAIN)
    # then
    assert desk.standing("d") == (State.HELD, Reason.MISSING_ANTECEDENT)
    assert desk["d"].bnmp_id is not None


def test_safety_23_an_inactive_rji_is_unlinked_and_its_person_searched_for_again() -> None:
    # given
    desk = at(Step.CREATE)
    # when
    desk.answered("d", A.CHAIN, gone=True)
    # then
    assert desk.dossier.persons[1].rji is None
    assert desk.begin("d") is Step.PERSON
    # when another is certainly the same
    desk.answered("d", A.OK, rji=OTHER)
    # then
    assert desk.dossier.persons[1].rji == OTHER
    assert desk.begin("d") is Step.CREATE


def test_safety_22_beside_an_inactive_person_who_is_still_shown_nobody_is_created() -> None:
    # given
    desk = at(Step.CREATE)
    desk.answered("d", A.CHAIN, gone=True)
    desk.begin("d")
    # when
    desk.answered("d", A.OK, candidates=(RJI,))
    # then
    assert desk.standing("d") == (State.HELD, Reason.MISSING_DATA)
    assert desk["d"].missing == ("rji",)


def test_safety_22_a_release_under_anothers_rji_that_is_inactive_is_for_its_unit() -> None:
    # given the warrant is another party's of the ledger, who has the RJI
    desk = Desk(document("m", person=2), persons={1: Person(1), 2: Person(2, RJI)})
    desk.register("m")
    desk.tell_issued(document("a", Kind.CONTRAMANDADO_PRISAO, "m"))
    desk.until("a", Step.CREATE)
    assert desk["a"].rji == RJI
    # when
    desk.answered("a", A.CHAIN, gone=True)
    # then
    assert desk.standing("a") == (State.HELD, Reason.MISSING_DATA)
    assert desk["a"].missing == ("rji",)
    assert desk.dossier.persons[2].rji == RJI


def test_fail_2_what_was_opened_and_is_gone_stays_opened() -> None:
    # given
    desk = at(Step.SIGN_MAGISTRADO)
    desk.answered("d", A.ACCESS)
    desk.put("d", opened_at=desk.dossier.now, state=State.CONTINGENCY, reason=None, retroactive=True)
    desk.link(LinkState.UP)
    desk.begin("d")
    # when
    desk.answered("d", A.CHAIN, gone=True)
    # then
    assert desk.standing("d") == (State.CONTINGENCY, Reason.DIVERGENCE)
    assert desk["d"].opened
