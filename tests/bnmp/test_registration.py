"""Registrations against the simulator, which reads the registry's page independently of us."""

from dataclasses import replace
from datetime import date

import pytest

from rules.words import AnswerClass as A
from rules.words import Kind, PecaStatus, Step
from tests.bnmp.court import UNIT, USERS, Court, order

CLERK = (Step.SIGN_SERVIDOR,)
BOTH = (Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO)


async def test_a_warrant_its_certidao_and_the_alvara_are_registered_in_effect(court: Court) -> None:
    rji = await court.rji(order())
    warrant, read = await court.register(order(rji=rji), *BOTH)
    assert read.piece is not None
    assert (read.piece.status, read.piece.issued_on) == (PecaStatus.PENDENTE_CUMPRIMENTO, date(2026, 11, 20))
    stands_on = (warrant.bnmp_id or "",)
    certidao, read = await court.register(
        order(Kind.CERTIDAO_CUMPRIMENTO_PRISAO, rji=rji, antecedents=stands_on), *CLERK
    )
    assert read.piece is not None
    assert (read.piece.status, read.piece.antecedents) == (PecaStatus.ATIVO, stands_on)
    assert certidao.bnmp_id != warrant.bnmp_id
    answer = await court.registry.step(Step.READ_BACK, warrant)
    assert answer.piece is not None
    assert answer.piece.status == PecaStatus.CUMPRIDO
    _, read = await court.register(order(Kind.ALVARA_SOLTURA, rji=rji, antecedents=stands_on), *BOTH)
    assert read.piece is not None
    assert read.piece.status == PecaStatus.ATIVO
    assert [row["tipoPeca"] for row in court.simulator.book["documents"]] == [1, 7, 5]


async def test_a_contramandado_revokes_the_warrant_it_names(court: Court) -> None:
    rji = await court.rji(order())
    warrant, _ = await court.register(order(rji=rji), *BOTH)
    await court.register(order(Kind.CONTRAMANDADO_PRISAO, rji=rji, antecedents=(warrant.bnmp_id or "",)), *BOTH)
    answer = await court.registry.step(Step.READ_BACK, warrant)
    assert answer.piece is not None
    assert answer.piece.status == PecaStatus.REVOGADO


async def test_each_hand_signs_in_a_session_of_its_own(court: Court) -> None:
    await court.register(order(rji=await court.rji(order())), *BOTH)
    users = {row["path"].split("/")[3]: row["user"] for row in court.requests("/assinar-")}
    assert users == {"assinar-servidor": "login-u123", "assinar-magistrado": "login-m007"}
    assert {row["unit"] for row in court.requests("/assinar-")} == {UNIT}


async def test_a_retroactive_registration_keeps_the_day_of_issue_and_says_why(court: Court) -> None:
    rji = await court.rji(order())
    late = order(data={"issued_at": "2026-11-21T03:30:00+00:00"}, rji=rji, justification="Emitido em contingência.")
    await court.register(late, *BOTH)
    (row,) = court.simulator.book["documents"]
    # Half past three UTC is still the evening before in the court's zone.
    assert (row["dataExpedicao"], row["justificativa"]) == ("20/11/2026", "Emitido em contingência.")
    assert row["idempotency_key"] == late.idempotency_key


async def test_an_alvara_before_its_certidao_is_a_broken_chain_and_not_a_refusal(court: Court) -> None:
    rji = await court.rji(order())
    warrant, _ = await court.register(order(rji=rji), *BOTH)
    early = order(Kind.ALVARA_SOLTURA, rji=rji, antecedents=(warrant.bnmp_id or "",))
    assert (await court.registry.step(Step.CREATE, early)).answer is A.CHAIN


async def test_a_second_signature_of_the_same_hand_sends_the_reader_to_the_piece(court: Court) -> None:
    signed, _ = await court.register(order(rji=await court.rji(order())), *BOTH)
    assert (await court.registry.step(Step.SIGN_MAGISTRADO, signed)).answer is A.DUPLICATE
    doubt = await court.registry.read_doubt(Step.SIGN_MAGISTRADO, signed, frozenset())
    assert [piece.status for piece in doubt.pieces] == [PecaStatus.PENDENTE_CUMPRIMENTO]


async def test_a_unit_that_is_denied_is_access_and_names_no_connection(court: Court) -> None:
    rji = await court.rji(order())
    await court.tell("/control/users", [user | {"units": [UNIT], "denied_units": [UNIT]} for user in USERS])
    assert (await court.registry.step(Step.CREATE, order(rji=rji))).answer is A.ACCESS


async def test_a_created_piece_whose_answer_was_dropped_is_found_again_exactly_once(court: Court) -> None:
    lost = order(rji=await court.rji(order()))
    await court.tell("/control/moods", {"drop_after_accept": 1.0})
    assert (await court.registry.step(Step.CREATE, lost)).answer is A.UNCERTAIN
    await court.tell("/control/moods", {"drop_after_accept": 0.0})
    doubt = await court.registry.read_doubt(Step.CREATE, lost, frozenset())
    assert [piece.status for piece in doubt.pieces] == [PecaStatus.EM_ELABORACAO]
    owned = await court.registry.read_doubt(Step.CREATE, lost, frozenset({doubt.pieces[0].bnmp_id}))
    assert (owned.answer, owned.pieces) == (A.OK, ())


@pytest.mark.parametrize(
    "changes",
    [
        {"antecedents": ("1",)},
        {"data": {"issued_at": "2026-11-19T13:05:00-04:00"}},
        {"data": {"case": {"number": "0001235-91.2020.8.12.0001", "owner_system": "SAJ"}}},
    ],
)
async def test_a_piece_of_another_day_case_or_antecedent_is_not_taken_for_ours(
    changes: dict[str, object], court: Court
) -> None:
    rji = await court.rji(order())
    await court.register(order(rji=rji))
    doubt = await court.registry.read_doubt(Step.CREATE, order(rji=rji, **changes), frozenset())
    assert (doubt.answer, doubt.pieces) == (A.OK, ())


async def test_a_signature_whose_answer_was_dropped_is_read_from_the_piece(court: Court) -> None:
    made, _ = await court.register(order(rji=await court.rji(order())))
    await court.tell("/control/moods", {"drop_after_accept": 1.0})
    assert (await court.registry.step(Step.SIGN_SERVIDOR, made)).answer is A.UNCERTAIN
    await court.tell("/control/moods", {"drop_after_accept": 0.0})
    assert len(court.requests("/assinar-servidor/")) == 1
    doubt = await court.registry.read_doubt(Step.SIGN_SERVIDOR, made, frozenset())
    assert [piece.status for piece in doubt.pieces] == [PecaStatus.AGUARDANDO_ASSINATURA]


async def test_a_person_whose_creation_lost_its_answer_is_found_by_searching_again(court: Court) -> None:
    assert (await court.registry.step(Step.PERSON, order())).rji is None
    await court.tell("/control/moods", {"drop_after_accept": 1.0})
    assert (await court.registry.step(Step.PERSON_CREATE, order())).answer is A.UNCERTAIN
    await court.tell("/control/moods", {"drop_after_accept": 0.0})
    doubt = await court.registry.read_doubt(Step.PERSON_CREATE, order(), frozenset())
    assert doubt.answer is A.OK
    assert [row["numeroIndividuo"] for row in court.simulator.book["persons"]] == [doubt.rji]


async def test_a_piece_that_the_registry_does_not_have_ends_the_doubt_about_its_signature(court: Court) -> None:
    gone = order(bnmp_id="987654321")
    assert (await court.registry.step(Step.READ_BACK, gone)).answer is A.CHAIN
    doubt = await court.registry.read_doubt(Step.SIGN_SERVIDOR, gone, frozenset())
    assert (doubt.answer, doubt.pieces) == (A.OK, ())


async def test_a_link_cut_before_the_request_is_a_connection_and_leaves_nothing_behind(court: Court) -> None:
    ready = order(rji=await court.rji(order()))
    await court.tell("/control/link", {"mode": "refuse"})
    answer = await court.registry.step(Step.CREATE, ready)
    assert (answer.answer, answer.op) == (A.CONNECTION, "POST mandado-prisaos")
    assert court.simulator.book["documents"] == []


async def test_an_order_that_is_not_whole_is_refused_before_anything_is_sent(court: Court) -> None:
    for step, asked in (
        (Step.CREATE, order()),
        (Step.CREATE, order(rji="26000000104", justification="x" * 151)),
        (Step.SIGN_SERVIDOR, order()),
        (Step.READ_BACK, order()),
    ):
        assert (await court.registry.step(step, asked)).answer is A.REFUSED
    assert court.simulator.book["requests"] == []
    without_unit = replace(order(rji="26000000104"), document=order().document.model_copy(update={"unit": None}))
    assert (await court.registry.step(Step.CREATE, without_unit)).detail == "order lacks unit.code"


@pytest.mark.parametrize("step", [Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO, Step.READ_BACK])
async def test_a_piece_that_was_purged_unsigned_is_told_as_gone(step: Step, court: Court) -> None:
    # given
    made, _ = await court.register(order(rji=await court.rji(order())))
    # when
    await court.tell("/control/clock", {"advance_seconds": 31 * 86400})
    answer = await court.registry.step(step, made)
    # then
    assert (answer.answer, answer.gone, answer.piece) == (A.CHAIN, True, None)


async def test_a_piece_that_is_there_and_whose_chain_is_broken_is_not_gone(court: Court) -> None:
    rji = await court.rji(order())
    early = order(Kind.ALVARA_SOLTURA, rji=rji, antecedents=("17",))
    answer = await court.registry.step(Step.CREATE, early)
    assert (answer.answer, answer.gone) == (A.CHAIN, False)
