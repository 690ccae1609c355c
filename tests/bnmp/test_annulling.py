"""A piece is taken out of BNMP: read before and after, in the name of whoever wants it, and never asked for twice."""

from rules.dossier import Hand
from rules.words import AnswerClass as A
from rules.words import Kind, PecaStatus, Role, Step
from tests.bnmp.court import Court, order

WHY = "Documento retirado pela unidade no SAJ."


async def test_a_draft_is_cancelled_and_shown_as_annulled(court: Court) -> None:
    # given
    made, _ = await court.register(order(rji=await court.rji(order()), justification=WHY))
    # when
    answer = await court.registry.step(Step.ANNUL, made)
    # then
    assert (answer.answer, answer.piece and answer.piece.status) == (A.OK, PecaStatus.ANULADO)
    assert len(court.requests("/anular")) == 1


async def test_a_lost_answer_is_followed_by_a_reading_and_by_no_second_request(court: Court) -> None:
    # given
    made, _ = await court.register(order(rji=await court.rji(order()), justification=WHY))
    await court.tell("/control/moods", {"drop_after_accept": 1.0})
    # when
    assert (await court.registry.step(Step.ANNUL, made)).answer is A.UNCERTAIN
    answer = await court.registry.step(Step.ANNUL, made)
    # then
    assert (answer.answer, answer.piece and answer.piece.status) == (A.OK, PecaStatus.ANULADO)
    assert len(court.requests("/anular")) == 1


async def test_what_cnj_refuses_is_no_success_and_a_piece_that_is_not_there_is_told_so(court: Court) -> None:
    # given a mandado in effect, which is never annulled
    made, _ = await court.register(order(rji=await court.rji(order()), justification=WHY))
    for step in (Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO):
        assert (await court.registry.step(step, made)).answer is A.OK
    # when
    answer = await court.registry.step(Step.ANNUL, made)
    # then
    assert (answer.answer, answer.piece, answer.detail) == (A.CHAIN, None, "409 AnulacaoException Conflict")
    # and of what is not there nothing is asked
    gone = await court.registry.step(Step.ANNUL, order(bnmp_id="987654321", justification=WHY))
    assert (gone.answer, gone.piece) == (A.OK, None)
    assert len(court.requests("/anular")) == 1


async def test_it_is_asked_in_the_name_of_who_wants_it_and_not_without_a_reason(court: Court) -> None:
    # given
    made, _ = await court.register(order(rji=await court.rji(order()), justification=WHY))
    stranger = tuple(Hand(role, "u999", "10234") for role in (Role.SERVIDOR, Role.MAGISTRADO))
    # when, then
    wanted = order(Kind.MANDADO_PRISAO_CRIMINAL, bnmp_id=made.bnmp_id, justification=WHY, hands=stranger)
    assert (await court.registry.step(Step.ANNUL, wanted)).answer is A.ACCESS
    assert (await court.registry.step(Step.ANNUL, order(bnmp_id=made.bnmp_id))).detail == "order lacks justification"
    assert court.requests("/anular") == []
