"""Pieces: payloads, readings, merged persons, and a registry that returns more than was asked."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bnmp import payloads, readings
from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from bnmp.words import PATHS
from rules.dossier import Hand
from rules.kinds import KINDS
from rules.words import AnswerClass as A
from rules.words import Kind, PecaStatus, Role, Step
from schemas.document_issued import TYPE
from schemas.samples import sample
from tests.bnmp.court import UNIT, door, http, order
from tests.bnmp.test_persons import TOKENS, page, registry_saying

RJI, SURVIVOR = "26000000104", "26000000203"


def row(bnmp_id: int = 1, **changes: Any) -> dict[str, Any]:
    """The row of the samples' mandado de prisão."""
    return {
        "id": bnmp_id,
        "numeroPeca": "0001234092020812000101000107",
        "tipoPeca": {"id": 1},
        "status": {"id": 1, "descricao": "Em Elaboração"},
        "dataExpedicao": "20/11/2026",
        "numeroProcesso": "00012340920208120001",
        "pessoa": {"numeroIndividuo": RJI},
        "orgao": {"id": 10234},
        "outrasPecas": [],
    } | changes


def payload(kind: Kind, settings: BnmpSettings, **changes: Any) -> dict[str, Any]:
    return payloads.piece(order(kind, rji=RJI, **changes), RJI, settings)


def test_every_kind_has_a_path() -> None:
    assert set(PATHS) == set(KINDS)


def test_a_mandado_is_sent_with_the_common_fields_and_its_own(settings: BnmpSettings) -> None:
    assert payload(Kind.MANDADO_PRISAO_CRIMINAL, settings) == {
        "numeroProcesso": "00012340920208120001",
        "dataExpedicao": "20/11/2026",
        "tipoPeca": {"id": 1},
        "pessoa": {"numeroIndividuo": RJI},
        "orgao": {"id": "10234"},
        "nomeServidor": "Servidora Inventada 3",
        "cargoServidor": "Analista",
        "magistrado": {"nome": "Magistrada Inventada 7"},
        "assinarDigitalmenteServidor": True,
        "assinarDigitalmenteMagistrado": True,
        "sigilo": {"id": 1},
        "outrasPecas": [],
        "dataValidade": "20/11/2028",
        "especiePrisao": {"descricao": "PREVENTIVA"},
        "sinteseDecisao": "Decisão inventada para exemplo.",
        "prazoPrisao": 90,
        "localOcorrencia": "Rua Inventada, 17",
        "tempoPenaAno": 0,
        "tempoPenaMes": 0,
        "tempoPenaDia": 0,
        "tipificacoesPenais": ["Tipificação inventada"],
    }


@pytest.mark.parametrize(
    ("variant", "species"),
    [(None, "PREVENTIVA"), ("RECAPTURA", "RECAPTURA"), ("CONVERSAO_FLAGRANTE", "PREVENTIVA_CONVERSAO_FLAGRANTE")],
)
def test_the_variant_of_a_mandado_travels_in_its_especie(
    variant: str | None, species: str, settings: BnmpSettings
) -> None:
    act = {"uf": "MS", "municipio": "Cidade Inventada", "estabelecimento": "Delegacia Inventada", "data": "2026-11-19"}
    fields = sample(TYPE)["fields"] | {"prisao": act}
    sent = payload(Kind.MANDADO_PRISAO_CRIMINAL, settings, data={"variant": variant, "fields": fields})
    assert sent["especiePrisao"] == {"descricao": species}
    assert sent["prisao"] == act | {"data": "19/11/2026"}


@pytest.mark.parametrize(
    ("variant", "sent"),
    [
        (None, "MANDADO_CUMPRIDO"),
        ("MANDADO_CUMPRIDO", "MANDADO_CUMPRIDO"),
        ("PRISAO_FLAGRANTE", "PRISAO_FLAGRANTE"),
    ],
)
def test_an_alvara_says_its_type_and_without_variant_is_of_a_fulfilled_warrant(
    variant: str | None, sent: str, settings: BnmpSettings
) -> None:
    fields = sample(TYPE, Kind.ALVARA_SOLTURA)["fields"] | {"local_prisao": "Delegacia Inventada"}
    body = payload(Kind.ALVARA_SOLTURA, settings, data={"variant": variant, "fields": fields}, antecedents=("7", "x8"))
    assert body["tipoAlvara"] == sent
    assert body["outrasPecas"] == [{"idPecaPai": 7}, {"idPecaPai": "x8"}]
    assert body["medidasCautelares"] == ["Comparecimento periódico em juízo"]


def test_a_certidao_has_no_judge(settings: BnmpSettings) -> None:
    body = payload(Kind.CERTIDAO_CUMPRIMENTO_PRISAO, settings)
    assert "magistrado" not in body
    assert body["assinarDigitalmenteMagistrado"] is False
    assert (body["dataCumprimento"], body["comunicadoPor"]) == ("21/11/2026", "POLINTER")


def test_the_unit_the_secrecy_and_the_hour_are_written_as_the_court_says(settings: BnmpSettings) -> None:
    here = replace(settings, units={"10234": "777"}, zone=ZoneInfo("America/Sao_Paulo"))
    late = {"issued_at": "2026-11-20T23:30:00-04:00", "secrecy": "SIGILOSO"}
    body = payload(Kind.CONTRAMANDADO_PRISAO, here, data=late, justification="Motivo inventado.")
    assert (body["orgao"], body["sigilo"], body["dataExpedicao"]) == ({"id": "777"}, {"id": 3}, "21/11/2026")
    assert body["justificativa"] == "Motivo inventado."


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"id": 99, "descricao": "Pendente de Cumprimento"}, PecaStatus.PENDENTE_CUMPRIMENTO),
        ({"descricao": " PENDENTE DE CUMPRIMENTO "}, PecaStatus.PENDENTE_CUMPRIMENTO),
        ({"descricao": "Em Elaborac\u0327a\u0303o"}, PecaStatus.EM_ELABORACAO),
        ({"id": 1, "descricao": "Situação Inventada"}, "Situação Inventada"),
        ({"id": 4}, PecaStatus.AGUARDANDO_ASSINATURA),
        ({"id": 99}, ""),
        (None, ""),
        ("Ativo", ""),
    ],
)
def test_a_status_is_read_by_its_label_and_an_unknown_one_is_kept_verbatim(said: Any, expected: str) -> None:
    assert readings.status({"status": said}) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("20/11/2026", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20T00:00:00", date(2026, 11, 20)),
        ("2026-11-20T03:00:00.000+0000", date(2026, 11, 20)),
        ("2026-11-20T02:59:59Z", date(2026, 11, 19)),
        ("31/02/2026", None),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (20261120, None),
    ],
)
def test_a_day_is_brasilias_however_it_is_written(said: Any, expected: date | None) -> None:
    assert readings.day(said) == expected


@pytest.mark.parametrize(
    "stranger",
    [
        {"numeroProcesso": "00012359120208120001"},
        {"numeroProcesso": None},
        {"tipoPeca": {"id": 2}},
        {"pessoa": {"numeroIndividuo": SURVIVOR}},
        {"pessoa": None},
        {"dataExpedicao": "21/11/2026"},
        {"outrasPecas": [{"idPecaPai": 5}]},
        {"nomeServidor": "Outra Servidora Inventada"},
        {"magistrado": {"nome": "Outro Magistrado Inventado"}},
    ],
)
async def test_rows_that_were_not_asked_for_are_told_apart_from_ours(
    stranger: dict[str, Any], settings: BnmpSettings
) -> None:
    said = {
        "light-filter": page(row(1, **stranger), row(2), row(3)),
        "pessoas/rji": {"numeroIndividuo": RJI},
        "mandado-prisaos/1": row(1, **stranger),
        "mandado-prisaos/2": row(2, nomeServidor="SERVIDORA INVENTADA 3"),
    }
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.read_doubt(Step.CREATE, order(rji=RJI), frozenset({"3"}))
    assert [piece.bnmp_id for piece in answer.pieces] == ["2"]


async def test_all_pieces_that_may_be_ours_are_named(settings: BnmpSettings) -> None:
    said = {
        "light-filter": page(row(1), row(2)),
        "pessoas/rji": {"numeroIndividuo": RJI},
        "mandado-prisaos/1": row(1),
        "mandado-prisaos/2": row(2),
    }
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.read_doubt(Step.CREATE, order(rji=RJI), frozenset())
    assert [piece.bnmp_id for piece in answer.pieces] == ["1", "2"]


@pytest.mark.parametrize("untold", [{"dataExpedicao": None}, {"outrasPecas": None}])
async def test_of_a_piece_that_does_not_tell_what_is_compared_nothing_is_said(
    untold: dict[str, Any], settings: BnmpSettings
) -> None:
    said = {
        "light-filter": page(row(1, **untold)),
        "pessoas/rji": {"numeroIndividuo": RJI},
        "mandado-prisaos/1": row(1, **untold),
    }
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.read_doubt(Step.CREATE, order(rji=RJI, antecedents=("5",)), frozenset())
    assert (answer.answer, answer.pieces) == (A.FAULT, ())


async def test_the_piece_of_a_person_who_was_merged_is_found_under_the_survivor(settings: BnmpSettings) -> None:
    theirs = row(1, pessoa={"numeroIndividuo": SURVIVOR})
    said = {
        "light-filter": page(theirs),
        "pessoas/rji": {"numeroIndividuo": RJI, "rjiPrincipal": SURVIVOR},
        "mandado-prisaos/1": theirs,
    }
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.read_doubt(Step.CREATE, order(rji=RJI), frozenset())
    assert [piece.bnmp_id for piece in answer.pieces] == ["1"]


async def test_a_create_for_a_merged_person_is_repeated_once_for_the_survivor(settings: BnmpSettings) -> None:
    refused = http(409, {"status": 409, "exception": "PessoaInativaException"})
    said = {
        "pessoas/rji": {"numeroIndividuo": RJI, "rjiPrincipal": SURVIVOR},
        "mandado-prisaos": [refused, http(201, row(9))],
    }
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.step(Step.CREATE, order(rji=RJI))
    assert (answer.answer, answer.rji) == (A.OK, SURVIVOR)
    assert answer.piece is not None
    assert answer.piece.bnmp_id == "9"
    async with registry_saying(settings, said | {"mandado-prisaos": refused}) as (registry, server):
        assert (await registry.step(Step.CREATE, order(rji=RJI))).answer is A.CHAIN
    assert sum("mandado-prisaos" in line for line in server.lines) == 2


async def test_a_created_piece_without_an_id_is_in_doubt(settings: BnmpSettings) -> None:
    async with registry_saying(settings, {"mandado-prisaos": http(201, {"numeroPeca": "1"})}) as (registry, _):
        answer = await registry.step(Step.CREATE, order(rji=RJI))
    assert (answer.answer, answer.piece) == (A.UNCERTAIN, None)


async def test_another_piece_than_the_one_asked_for_is_not_read_back(settings: BnmpSettings) -> None:
    async with registry_saying(settings, {"mandado-prisaos/1": row(2)}) as (registry, _):
        answer = await registry.step(Step.READ_BACK, order(bnmp_id="1"))
    assert (answer.answer, answer.piece) == (A.FAULT, None)


async def test_safety_5_a_hand_that_was_assigned_signs_in_place_of_the_documents_own(settings: BnmpSettings) -> None:
    heads: list[bytes] = []

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(request)
        writer.write(http(200, TOKENS | row()))

    hands = (Hand(Role.MAGISTRADO, "u123", UNIT),)
    async with door(respond) as server, Registry(replace(settings, url=server.url)) as registry:
        answer = await registry.step(Step.SIGN_MAGISTRADO, order(bnmp_id="1", hands=hands))
    assert answer.answer is A.OK
    assert b"login: login-u123" in heads[1]


async def test_a_signature_carries_the_hand_and_the_hour_of_brasilia(settings: BnmpSettings) -> None:
    heads: list[bytes] = []

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(request)
        writer.write(http(200, TOKENS | row()))

    async with door(respond) as server, Registry(replace(settings, url=server.url)) as registry:
        answer = await registry.step(Step.SIGN_MAGISTRADO, order(bnmp_id="../1"))
    assert (answer.answer, answer.op) == (A.OK, "GET mandado-prisaos/assinar-magistrado")
    head = dict(line.split(": ", 1) for line in heads[1].decode().split("\r\n")[1:] if line)
    assert (head["login"], head["senha"]) == ("login-m007", "senha-m")
    assert head["dataZoneLocal"].endswith(" -0300")
    # An id comes from outside too: it stays one part of the path.
    assert heads[1].startswith(b"GET /api/mandado-prisaos/assinar-magistrado/..%2F1 ")
    assert json.loads(heads[0].partition(b"\r\n\r\n")[2])["username"] == "login-m007"
