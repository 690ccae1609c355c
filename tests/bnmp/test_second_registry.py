"""The adapter against a registry that answers in unusual yet legal ways."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bnmp.order import Order
from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from rules.facts import Answer, Question
from rules.words import AnswerClass as A
from rules.words import Kind, PecaStatus, Step
from tests.bnmp.court import door, order
from tests.bnmp.second import WAYS, Manner, Second

BOTH = (Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO)
MANNERS = {
    "plain": Manner(),
    "ids as text": Manner(ids_as_text=True),
    "masked": Manner(masked=True),
    "more fields, backwards": Manner(extra=True, backwards=True),
    "pages of one": Manner(size=1),
    "pages of one in no order": Manner(size=1, unstable=True),
    **{way: Manner(written=way) for way in WAYS},
    "all of it": Manner(
        ids_as_text=True, masked=True, extra=True, backwards=True, size=2, unstable=True, written=WAYS[-1]
    ),
}
manners = pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)


@asynccontextmanager
async def registry_at(second: Second, settings: BnmpSettings) -> AsyncIterator[Registry]:
    async with door(second.respond) as server, Registry(replace(settings, url=server.url)) as registry:
        yield registry
    assert second.faults == []


async def register(registry: Registry, one: Order, *hands: Step) -> tuple[Order, Answer]:
    made = await registry.step(Step.CREATE, one)
    assert made.piece is not None, made
    one = replace(one, bnmp_id=made.piece.bnmp_id)
    for step in (*hands, Step.READ_BACK):
        made = await registry.step(step, one)
        assert made.answer is A.OK, made
    return one, made


async def person(registry: Registry) -> str:
    found = await registry.step(Step.PERSON, order())
    if found.rji is None:
        found = await registry.step(Step.PERSON_CREATE, order())
    assert found.rji is not None, found
    return found.rji


@manners
async def test_papers_are_registered_and_read_back_in_effect(manner: Manner, settings: BnmpSettings) -> None:
    # given
    async with registry_at(second := Second(manner), settings) as registry:
        rji = await person(registry)
        # when
        warrant, read = await register(registry, order(rji=rji), *BOTH)
        stands_on = (warrant.bnmp_id or "",)
        certidao = order(Kind.CERTIDAO_CUMPRIMENTO_PRISAO, rji=rji, antecedents=stands_on)
        _, fulfilled = await register(registry, certidao, Step.SIGN_SERVIDOR)
        _, freed = await register(registry, order(Kind.ALVARA_SOLTURA, rji=rji, antecedents=stands_on), *BOTH)
    # then
    pieces = [answer.piece for answer in (read, fulfilled, freed)]
    assert [(piece.status, piece.peca, piece.rji) for piece in pieces if piece] == [
        (PecaStatus.PENDENTE_CUMPRIMENTO, 1, rji),
        (PecaStatus.ATIVO, 7, rji),
        (PecaStatus.ATIVO, 5, rji),
    ]
    assert [piece.issued_on for piece in pieces if piece] == [row["dataExpedicao"] for row in second.pieces.values()]
    assert [piece.national_number for piece in pieces if piece] == [row["numeroPeca"] for row in second.pieces.values()]


@manners
async def test_a_person_is_linked_and_not_created_a_second_time(manner: Manner, settings: BnmpSettings) -> None:
    # given the person among others who are like them
    async with registry_at(second := Second(manner), settings) as registry:
        rji = await person(registry)
        for other in range(2, 5):
            second.persons[f"26000000{other}99"] = second.persons[rji] | {
                "id": other,
                "numeroIndividuo": f"26000000{other}99",
                "documentos": [],
            }
        # when
        found = await registry.step(Step.PERSON, order())
    # then
    assert (found.answer, found.rji) == (A.OK, rji)


@manners
async def test_a_lost_creation_is_adopted_and_no_other_piece_is_taken_for_it(
    manner: Manner, settings: BnmpSettings
) -> None:
    # given a piece of another day, one that another document owns, and ours, whose answer is lost
    async with registry_at(second := Second(manner), settings) as registry:
        rji = await person(registry)
        await register(registry, order(rji=rji, data={"issued_at": "2026-11-18T13:05:00-04:00"}))
        taken, _ = await register(registry, order(rji=rji))
        second.drop = frozenset({"mandado-prisaos"})
        lost = await registry.step(Step.CREATE, order(rji=rji))
        second.drop = frozenset()
        # when
        read = await registry.read_doubt(Step.CREATE, order(rji=rji), frozenset({taken.bnmp_id or ""}))
    # then
    assert lost.answer is A.UNCERTAIN
    assert [piece.bnmp_id for piece in read.pieces] == [str(max(second.pieces))], read


@manners
async def test_a_lost_signature_is_read_and_signed_by_the_other_hand_alone(
    manner: Manner, settings: BnmpSettings
) -> None:
    # given
    async with registry_at(second := Second(manner), settings) as registry:
        made, _ = await register(registry, order(rji=await person(registry)))
        second.drop = frozenset({"assinar-servidor"})
        assert (await registry.step(Step.SIGN_SERVIDOR, made)).answer is A.UNCERTAIN
        second.drop = frozenset()
        # when
        read = await registry.read_doubt(Step.SIGN_SERVIDOR, made, frozenset())
        await registry.step(Step.SIGN_MAGISTRADO, made)
        again = await registry.step(Step.SIGN_MAGISTRADO, made)
    # then
    assert [piece.status for piece in read.pieces] == [PecaStatus.AGUARDANDO_ASSINATURA]
    assert again.answer is A.DUPLICATE
    assert [piece["signed"] for piece in second.pieces.values()] == [["assinar-servidor", "assinar-magistrado"]]


@manners
async def test_an_antecedent_that_is_known_by_its_number_alone_is_found(manner: Manner, settings: BnmpSettings) -> None:
    # given
    async with registry_at(second := Second(manner), settings) as registry:
        rji = await person(registry)
        warrant, _ = await register(registry, order(rji=rji), *BOTH)
        await register(registry, order(rji=rji))
        number = second.pieces[int(warrant.bnmp_id or "")]["numeroPeca"]
        asking = order(Kind.ALVARA_SOLTURA, rji=rji, question=Question(numbers=(number,)))
        # when
        told = await registry.step(Step.LOOK_UP, asking)
    # then
    assert [(piece.bnmp_id, piece.status) for piece in told.pieces] == [
        (warrant.bnmp_id, PecaStatus.PENDENTE_CUMPRIMENTO)
    ]


@manners
async def test_a_piece_about_a_merged_person_is_created_once_about_who_survived(
    manner: Manner, settings: BnmpSettings
) -> None:
    # given
    async with registry_at(second := Second(manner), settings) as registry:
        rji, survivor = await person(registry), "26000009904"
        second.persons[survivor] = second.persons[rji] | {"id": 99, "numeroIndividuo": survivor}
        second.merged[rji] = survivor
        # when
        made = await registry.step(Step.CREATE, order(rji=rji))
    # then
    assert (made.answer, made.rji) == (A.OK, survivor)
    assert [piece["pessoa"]["numeroIndividuo"] for piece in second.pieces.values()] == [survivor]
