"""What each answer of the registry does to a document, one class after the other."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rules.dossier import Person
from rules.facts import AnsweredLate, LeaseTakenOver, SignerUnknown, StepAnswered, StepBegun
from rules.words import AnswerClass, Kind, LinkState, PecaStatus, Reason, State, Step, Variant
from tests.rules.desk import (
    ALVARA,
    CERTIDAO,
    CONTRAMANDADO,
    MANDADO,
    NOW,
    RJI,
    UNIT,
    Desk,
    answer,
    document,
    good,
    piece,
)

A = AnswerClass
HELD = State.HELD
UNKNOWN_PERSON: dict[str, Any] = {"persons": {1: Person(1)}}
FLAGRANTE: dict[str, Any] = {"variant": Variant.PRISAO_FLAGRANTE}


def _at(step: Step, kind: str = MANDADO, **changes: Any) -> Desk:
    """A desk whose document d has this step in flight."""
    desk = Desk(document("d", kind, **changes))
    desk.until("d", step)
    return desk


def test_safety_1_registered_only_after_every_signature_and_the_reading() -> None:
    desk, steps = Desk(document("m"), **UNKNOWN_PERSON), []
    while desk["m"].state is not State.REGISTERED:
        assert not desk.said("bnmp.document.registered.v1")
        steps.append(desk.begin("m"))
        brought = {} if steps == [Step.PERSON] else good(desk["m"], steps[-1])
        desk.answered("m", A.OK, **brought)
    signing = [Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO]
    assert steps == [Step.PERSON, Step.PERSON_CREATE, Step.CREATE, *signing, Step.READ_BACK]
    told = desk.said("bnmp.document.registered.v1", "m")[0].data
    assert (told["bnmp_status"], told["registered_at"]) == (PecaStatus.PENDENTE_CUMPRIMENTO, NOW.isoformat())
    assert (desk["m"].step, desk.dossier.persons[1].rji) == (Step.READ_BACK, RJI)


def test_a_certidao_is_signed_by_the_servidor_alone() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("c", CERTIDAO, "m"))
    desk.until("c", Step.READ_BACK)
    assert desk["c"].step is Step.SIGN_SERVIDOR


@pytest.mark.parametrize(
    ("status", "next_step"),
    [(PecaStatus.EM_ELABORACAO, Step.SIGN_SERVIDOR), (PecaStatus.AGUARDANDO_ASSINATURA, Step.SIGN_MAGISTRADO)],
)
def test_safety_1_a_draft_read_back_is_not_registered_and_is_signed_again_at_the_probes_pace(
    status: str, next_step: Step
) -> None:
    desk = _at(Step.READ_BACK)
    desk.answered("d", A.OK, piece=piece(desk["d"], status))
    assert desk.standing("d") == (State.READY, None)
    assert desk.takes() is None
    desk.due("d")
    assert desk.takes() == "d"
    assert desk.begin("d") is next_step


def test_safety_1_a_piece_in_effect_without_a_number_is_read_again_and_not_told_as_registered() -> None:
    # given
    desk = _at(Step.READ_BACK)
    numberless = replace(piece(desk["d"], PecaStatus.PENDENTE_CUMPRIMENTO), national_number=None)
    desk.put("d", national_number=None)
    # when
    desk.answered("d", A.OK, piece=numberless)
    # then
    assert desk.standing("d") == (State.READY, None)
    desk.due("d")
    assert desk.begin("d") is Step.READ_BACK


def test_a_status_that_ended_the_piece_is_a_divergence_for_the_unit() -> None:
    desk = _at(Step.READ_BACK)
    desk.answered("d", A.OK, piece=piece(desk["d"], PecaStatus.EXCLUIDO))
    assert desk.standing("d") == (HELD, Reason.DIVERGENCE)


@pytest.mark.parametrize("brought", [{"piece": piece(document("d"), "Rótulo Novo")}, {}])
def test_a_label_nobody_knows_or_nothing_is_read_again_and_never_registered(brought: dict[str, Any]) -> None:
    desk = _at(Step.READ_BACK)
    desk.answered("d", A.OK, **brought)
    assert (desk["d"].state, desk["d"].due_fact) == (State.READY, "RETRY")
    assert desk["d"].due_at == NOW + timedelta(seconds=5)
    desk.due("d")
    assert desk.begin("d") is Step.READ_BACK


@pytest.mark.parametrize(("step", "persons"), [(Step.CREATE, {}), (Step.PERSON_CREATE, UNKNOWN_PERSON)])
def test_a_success_that_does_not_say_what_it_made_is_a_doubt(step: Step, persons: dict[str, Any]) -> None:
    desk = Desk(document("d"), **persons)
    if persons:
        desk.begin("d")
        desk.answered("d", A.OK)
    assert desk.begin("d") is step
    desk.answered("d", A.OK)
    assert (desk["d"].state, desk["d"].doing) == (State.UNCERTAIN, step)


def test_safety_22_nobody_is_created_beside_a_candidate() -> None:
    desk = Desk(document("m"), **UNKNOWN_PERSON)
    desk.begin("m")
    desk.answered("m", A.OK, candidates=("98765432109",))
    assert (desk.standing("m"), desk["m"].missing) == ((HELD, Reason.MISSING_DATA), ("rji",))
    desk.review()
    assert desk.takes() is None


def test_a_failure_to_connect_is_tried_again_a_little_later() -> None:
    desk = _at(Step.CREATE)
    desk.link(LinkState.SUSPECT)
    desk.answered("d", A.CONNECTION, detail="refused")
    assert (desk.standing("d"), desk["d"].due_at) == ((State.READY, None), NOW + timedelta(seconds=12))
    assert [a.detail for a in desk["d"].attempts] == ["refused"]


def test_an_answer_lost_on_a_write_is_a_doubt_and_on_a_reading_one_failure_to_connect() -> None:
    desk = _at(Step.CREATE)
    desk.answered("d", A.UNCERTAIN)
    assert (desk["d"].state, desk["d"].doing, desk["d"].due_fact) == (State.UNCERTAIN, Step.CREATE, "READ_AGAIN")
    assert desk.said("bnmp.document.uncertain.v1", "d")
    desk = _at(Step.READ_BACK)
    desk.answered("d", A.UNCERTAIN)
    assert [a.answer for a in desk["d"].attempts] == [A.CONNECTION]


@pytest.mark.parametrize(("asked", "seconds"), [(17.0, 17), (None, 5)])
def test_throttled_waits_as_long_as_the_registry_asks(asked: float | None, seconds: int) -> None:
    desk = _at(Step.CREATE)
    desk.answered("d", A.THROTTLED, retry_after=asked)
    assert (desk["d"].due_fact, desk["d"].due_at) == ("RETRY", NOW + timedelta(seconds=seconds))
    assert desk["d"].attempts == ()


@pytest.mark.parametrize(("kind", "reason"), [(A.ACCESS, Reason.ACCESS), (A.REFUSED, Reason.REFUSED_BY_BNMP)])
def test_a_refusal_is_held_with_a_remedy_until_new_data_comes_and_is_no_outage(kind: A, reason: Reason) -> None:
    desk = _at(Step.CREATE)
    desk.answered("d", kind)
    assert desk.standing("d") == (HELD, reason)
    desk.link(LinkState.DOWN)
    assert desk.standing("d") == (HELD, reason), "a refusal never opens contingency"
    desk.link(LinkState.UP)
    held = desk.said("bnmp.document.held.v1", "d")[-1].data
    assert held["who"]["unit"] == UNIT
    assert held["remedy"]
    desk.reissue("d")
    assert desk.standing("d") == (State.READY, None)


@pytest.mark.parametrize(("kind", "seconds"), [(MANDADO, 3600), (ALVARA, 300)])
def test_an_antecedent_that_bnmp_does_not_see_is_asked_for_again_sooner_for_liberty(kind: str, seconds: int) -> None:
    desk = _at(Step.CREATE, kind, **(FLAGRANTE if kind == ALVARA else {}))
    desk.answered("d", A.CHAIN)
    assert desk.standing("d") == (HELD, Reason.MISSING_ANTECEDENT)
    desk.review()
    assert desk.standing("d") == (HELD, Reason.MISSING_ANTECEDENT)
    desk.due("d")
    assert (desk.dossier.now, desk.standing("d")) == (NOW + timedelta(seconds=seconds), (State.READY, None))


def test_a_fault_on_a_reading_is_tried_again_and_the_third_is_the_operators() -> None:
    desk = _at(Step.READ_BACK)
    for _ in range(2):
        desk.answered("d", A.FAULT)
        assert desk["d"].due_fact == "RETRY"
        desk.due("d")
        desk.begin("d")
    desk.answered("d", A.FAULT)
    assert desk.standing("d") == (HELD, Reason.REGISTRY_FAULT)


def test_a_write_that_faults_is_read_first_and_held_by_nobody_in_doubt_then_tried_hourly() -> None:
    desk = _at(Step.CREATE, ALVARA, **FLAGRANTE)
    for fault in range(3):
        desk.answered("d", A.FAULT)
        for _ in range(2):
            desk.due("d")
            desk.read("d")
        if fault < 2:
            desk.begin("d")
    assert (desk.standing("d"), desk["d"].doing) == ((HELD, Reason.REGISTRY_FAULT), None)
    before = desk.dossier.now
    desk.due("d")
    assert desk.dossier.now - before == timedelta(hours=1)
    desk.register("d")


def test_a_late_answer_is_kept_as_evidence_and_changes_nothing() -> None:
    desk = _at(Step.CREATE)
    desk.tell(LeaseTakenOver("d"))
    before = desk["d"]
    late = desk.tell(StepAnswered("d", Step.CREATE, answer(A.OK, NOW, piece=piece(before, "EM_ELABORACAO"))))
    assert desk["d"] == before
    assert late.entries[0].detail == "late answer OK to CREATE"


def test_an_answer_to_who_lost_the_lease_is_evidence_and_nothing_more() -> None:
    desk = _at(Step.CREATE)
    before = desk["d"]
    told = desk.tell(AnsweredLate("d", Step.CREATE, answer(A.OK, NOW, piece=piece(before, "EM_ELABORACAO"))))
    assert (desk["d"], told.says) == (before, ())
    assert told.entries[0].detail == "late answer OK to CREATE"


@pytest.mark.parametrize(
    ("step", "changes", "state"),
    [
        (Step.CREATE, {}, State.UNCERTAIN),
        (Step.READ_BACK, {}, State.READY),
        (Step.READ_BACK, {"opened_at": NOW, "text": "t", "failed_access_at": NOW}, State.CONTINGENCY),
    ],
)
def test_who_takes_a_lease_over_reads_first_what_may_have_been_written(
    step: Step, changes: dict[str, Any], state: State
) -> None:
    desk = _at(step, **changes)
    for _ in range(2):
        desk.tell(LeaseTakenOver("d"))
        assert desk["d"].state is state
    assert not desk.said("bnmp.document.held.v1"), "nobody is told to do anything"


def test_safety_5_an_unknown_signer_holds_what_has_not_begun_and_nothing_else() -> None:
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    desk.tell(SignerUnknown("k"))
    assert desk.standing("k") == (HELD, Reason.ACCESS)
    assert desk.standing("m") == (HELD, Reason.CHAIN_INCOMPLETE), "the chain is planned whole"
    begun = _at(Step.CREATE)
    begun.tell(SignerUnknown("d"))
    assert begun["d"].state is State.SENDING


def test_a_lane_may_not_begin_twice_nor_before_what_is_waited_for() -> None:
    desk = _at(Step.CREATE)
    before = desk["d"]
    desk.tell(StepBegun("d", Step.CREATE))
    assert desk["d"] == before
    chain = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    chain.begin("k")
    assert chain.standing("k") == (State.READY, None)


def test_a_release_that_was_begun_lets_what_comes_before_it_go_first_and_then_goes_on() -> None:
    # given a discharge of which BNMP has the draft, and between two steps the certidão of the same internment
    desk = Desk(document("m", Kind.MANDADO_INTERNACAO), document("d", Kind.ORDEM_DESINTERNACAO, "m"))
    desk.register("m")
    desk.until("d", Step.CREATE)
    desk.answered("d", A.OK, **good(desk["d"], Step.CREATE))
    desk.tell_issued(document("c", Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO, "m"))
    # when a lane asks for the next step
    assert desk.takes() == "d"
    desk.begin("d")
    # then it waits, and everything comes to its end
    assert desk.standing("d") == (State.READY, None)
    assert list(desk.drain()) == ["c", "d"]
    assert {one.state for one in desk.dossier.documents.values()} == {State.REGISTERED}


def test_effects_touch_only_mandados_that_are_registered() -> None:
    desk = Desk(document("m"))
    desk.register("m")
    desk.tell_issued(document("k", CONTRAMANDADO))
    desk.until("k", Step.READ_BACK)
    desk.put("m", state=State.HELD, reason=Reason.DIVERGENCE)
    desk.answered("k", A.OK, piece=piece(desk["k"], PecaStatus.ATIVO))
    assert desk["k"].state is State.REGISTERED
    assert desk["m"].bnmp_status == PecaStatus.PENDENTE_CUMPRIMENTO
