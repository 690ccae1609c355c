"""What a document waits for is asked of the registry with reads alone, and every row is compared with what was asked."""

from dataclasses import replace
from typing import Any

from bnmp.settings import BnmpSettings
from rules.facts import Question
from rules.words import AnswerClass as A
from rules.words import Kind, PecaStatus, Step
from tests.bnmp.court import Court, order
from tests.bnmp.test_persons import page, person, registry_saying

RJI, SURVIVOR, THIRD = "26000000104", "26000000203", "26000000302"
CASE = "00012340920208120001"
NUMBER = f"{CASE}01000107"


def row(number: str = NUMBER, **changes: Any) -> dict[str, Any]:
    """A row of light-filter."""
    known = {
        "id": 7,
        "numeroPeca": number,
        "numeroProcesso": CASE,
        "tipoPeca": {"id": 1},
        "dataExpedicao": "20/11/2026",
    }
    return known | {"status": {"descricao": "Cumprido"}, "pessoa": {"numeroIndividuo": RJI}} | changes


def asks(**question: Any) -> Any:
    """An order of an alvará that asks."""
    return order(Kind.ALVARA_SOLTURA, rji=RJI, question=Question(**question))


async def test_a_piece_is_found_by_its_national_number_with_its_status_type_and_person(court: Court) -> None:
    # given
    one = order()
    one = replace(one, rji=await court.rji(one))
    _, read = await court.register(one, Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO)
    assert read.piece is not None
    number = read.piece.national_number or ""
    before = len(court.simulator.book["documents"])
    # when
    answer = await court.registry.step(Step.LOOK_UP, asks(numbers=(number, "9" * 28)))
    # then
    assert answer.answer is A.OK
    found = [(piece.bnmp_id, piece.national_number, piece.status, piece.peca, piece.rji) for piece in answer.pieces]
    assert found == [(read.piece.bnmp_id, number, PecaStatus.PENDENTE_CUMPRIMENTO, 1, one.rji)]
    assert len(court.simulator.book["documents"]) == before


async def test_the_pieces_of_the_case_are_those_of_the_person_and_of_the_types_asked_for(
    settings: BnmpSettings,
) -> None:
    case = "".join(c for c in order(Kind.ALVARA_SOLTURA).document.case.number or "" if c.isdigit())  # type: ignore[union-attr]  # the sample has one
    rows = [
        row(id=1, numeroProcesso=case),
        row(id=2, numeroProcesso=case, tipoPeca={"id": 7}),
        row(id=3, numeroProcesso=case, pessoa={"numeroIndividuo": THIRD}),
        row(id=4, numeroProcesso="1" * 20),
    ]
    async with registry_saying(settings, {"light-filter": page(*rows)}) as (registry, _):
        answer = await registry.step(Step.LOOK_UP, asks(pecas=(1,)))
    assert [piece.bnmp_id for piece in answer.pieces] == ["1"]


async def test_a_registry_that_ignores_the_filter_is_not_believed(settings: BnmpSettings) -> None:
    strangers = [row(id=1, numeroProcesso="2" * 20), row("3" * 28, id=2)]
    async with registry_saying(settings, {"light-filter": page(*strangers)}) as (registry, _):
        answer = await registry.step(Step.LOOK_UP, asks(numbers=(NUMBER,)))
    assert (answer.answer, answer.pieces, answer.rji) == (A.OK, (), None)


async def test_a_piece_that_is_the_survivors_shows_that_the_person_was_merged(settings: BnmpSettings) -> None:
    said = {
        "light-filter": page(row(pessoa={"numeroIndividuo": SURVIVOR})),
        f"rji/{RJI}": person(RJI, ativo=False, rjiPrincipal=SURVIVOR),
        f"rji/{SURVIVOR}": person(SURVIVOR),
    }
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.step(Step.LOOK_UP, asks(numbers=(NUMBER,)))
    assert (answer.rji, [piece.rji for piece in answer.pieces]) == (SURVIVOR, [SURVIVOR])


async def test_an_order_without_an_rji_learns_whom_the_pieces_asked_for_are_about(settings: BnmpSettings) -> None:
    async with registry_saying(settings, {"light-filter": page(row())}) as (registry, _):
        answer = await registry.step(Step.LOOK_UP, replace(asks(numbers=(NUMBER,)), rji=None))
    assert answer.rji == RJI


async def test_pieces_about_two_persons_name_nobody(settings: BnmpSettings) -> None:
    other = f"{CASE}01000299"
    said = {"light-filter": page(row(), row(other, id=8, pessoa={"numeroIndividuo": THIRD}))}
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.step(Step.LOOK_UP, replace(asks(numbers=(NUMBER, other)), rji=None))
    assert (answer.rji, len(answer.pieces)) == (None, 2)


async def test_safety_23_who_survived_is_followed_through_several_merges(settings: BnmpSettings) -> None:
    said = {
        f"rji/{RJI}": person(RJI, ativo=False, rjiPrincipal=SURVIVOR),
        f"rji/{SURVIVOR}": person(SURVIVOR, ativo=False, rjiPrincipal=THIRD),
        f"rji/{THIRD}": person(THIRD),
    }
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.step(Step.LOOK_UP, asks(merged=RJI))
    assert (answer.answer, answer.rji) == (A.OK, THIRD)


async def test_merges_that_go_round_in_a_circle_are_the_registrys_fault(settings: BnmpSettings) -> None:
    said = {
        f"rji/{RJI}": person(RJI, rjiPrincipal=SURVIVOR),
        f"rji/{SURVIVOR}": person(SURVIVOR, rjiPrincipal=RJI),
    }
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.step(Step.LOOK_UP, asks(merged=RJI))
    assert (answer.answer, answer.detail, answer.rji) == (A.FAULT, "merges without end", None)


async def test_safety_23_nobody_survived_where_nobody_was_merged_or_is_known(court: Court) -> None:
    # given
    known = await court.rji(order())
    # when
    answers = [await court.registry.step(Step.LOOK_UP, asks(merged=rji)) for rji in (known, THIRD)]
    # then
    assert [(answer.answer, answer.rji) for answer in answers] == [(A.OK, None)] * 2


async def test_safety_23_the_survivor_is_read_where_the_registry_merged_them(court: Court) -> None:
    # given
    data = order().document.party.model_dump(mode="json")
    first = await court.rji(order())
    second = await court.rji(order(data={"party": data | {"nome": "Pessoa Inventada 18", "cpf": "52998224725"}}))
    await court.tell("/control/persons", [{"numeroIndividuo": second, "ativo": False, "rjiPrincipal": first}])
    # when
    answer = await court.registry.step(Step.LOOK_UP, asks(merged=second))
    # then
    assert (answer.answer, answer.rji) == (A.OK, first)


async def test_of_a_person_whose_status_is_another_than_was_expected_the_pieces_are_read_too(
    settings: BnmpSettings,
) -> None:
    # given a listing that ignores whom it is asked about
    rows = page(row(), row(id=8, pessoa={"numeroIndividuo": THIRD}))
    said = {f"rji/{RJI}": person(RJI, statusPessoa={"descricao": "Procurado"}), "light-filter": rows}
    async with registry_saying(settings, said) as (registry, asked):
        # when
        known = await registry.step(Step.LOOK_UP, asks(person=RJI, expects="PROCURADO"))
        read = list(asked.lines)
        other = await registry.step(Step.LOOK_UP, asks(person=RJI, expects="EM_LIBERDADE"))
    # then
    assert (known.situation, other.situation, known.pieces) == ("PROCURADO", "PROCURADO", ())
    assert not any("light-filter" in line for line in read)
    assert [(one.bnmp_id, one.rji) for one in other.pieces] == [("7", RJI)]


async def test_pieces_that_cannot_be_read_explain_no_status(settings: BnmpSettings) -> None:
    said = {f"rji/{RJI}": person(RJI, statusPessoa={"descricao": "Procurado"}), "light-filter": {"content": "?"}}
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.step(Step.LOOK_UP, asks(person=RJI, expects="EM_LIBERDADE"))
    assert (answer.answer, answer.situation, answer.pieces) == (A.OK, "PROCURADO", ())


async def test_a_step_that_asks_nothing_sends_nothing(court: Court) -> None:
    # given
    before = len(court.requests("/api/"))
    # when
    answer = await court.registry.step(Step.LOOK_UP, order(rji=RJI))
    # then
    assert (answer.answer, answer.detail) == (A.REFUSED, "order lacks question")
    assert len(court.requests("/api/")) == before
