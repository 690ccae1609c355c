"""Pieces: what may follow what, what they do to the person, and how they are found again."""

from typing import Any

import pytest

from tests.sandbox.test_simulator_sessions import (
    ALVARA,
    CASE,
    CERTIDAO,
    CLERK,
    CONTRAMANDADO,
    FIELDS,
    JUDGE,
    MANDADO,
    UNIT,
    office,
    signing_headers,
)

INTERNACAO, CERTIDAO_INTERNACAO = ("mandado-internacaos", 10), ("certidao-cumprimento-mandado-internacaos", 9)
FLAGRANTE = {
    "especiePrisao": {"descricao": "PREVENTIVA_CONVERSAO_FLAGRANTE"},
    "prisao": {"uf": "MS", "municipio": "Cidade Inventada", "estabelecimento": "Delegacia", "data": "19/11/2026"},
}
SENTENCE: dict[str, Any] = {
    "dataInfracao": "01/01/2025",
    "dataRecebimentoDenuncia": "01/02/2025",
    "dataPublicacaoSentenca": "01/03/2026",
    "pena": {"anos": 4, "meses": 0, "dias": 0},
    "localCustodia": {"code": "77", "name": "Presidio Inventado"},
}
ORDER = {"motivo": "Motivo inventado", "sinteseDecisao": "Texto inventado"}


async def test_mandado_certidao_alvara_go_their_happy_way() -> None:
    async with office() as court:
        rji = await court.new_person()
        # given a warrant, when each hand signs, then it goes from draft to pending and the person is wanted
        status, draft = await court.draft(MANDADO, rji)
        assert (status, draft["status"]) == (201, {"id": 1, "descricao": "Em Elaboração"})
        assert len(draft["numeroPeca"]) == 28
        assert draft["numeroPeca"].startswith(CASE + "01" + "0001")
        _, half = await court.sign(MANDADO, draft["id"], CLERK, "servidor")
        assert half["status"] == {"id": 4, "descricao": "Aguardando Assinatura"}
        assert court.person_status(rji) == "Em Liberdade"
        _, whole = await court.sign(MANDADO, draft["id"], JUDGE, "magistrado")
        assert whole["status"]["descricao"] == "Pendente de Cumprimento"
        assert court.person_status(rji) == "Procurado"
        # when its certidão is registered, then it is fulfilled and the person held
        certidao = await court.registered(CERTIDAO, rji, draft["id"])
        assert certidao["status"]["descricao"] == "Ativo"
        assert court.status_of(draft["id"]) == "Cumprido"
        assert court.person_status(rji) == "Preso Provisório"
        # when the alvará is registered, then the person is free
        alvara = await court.registered(ALVARA, rji, draft["id"], certidao["id"])
        assert alvara["status"]["descricao"] == "Ativo"
        assert court.person_status(rji) == "Em Liberdade"


async def test_an_alvara_for_one_of_two_warrants_leaves_the_person_held() -> None:
    async with office() as court:
        rji = await court.new_person()
        # given two fulfilled warrants
        warrants = [(await court.registered(MANDADO, rji))["id"] for _ in range(2)]
        for warrant in warrants:
            await court.registered(CERTIDAO, rji, warrant)
        # when one is released, then the other still holds; when both are, nothing does
        await court.registered(ALVARA, rji, warrants[0])
        assert court.person_status(rji) == "Preso Provisório"
        await court.registered(ALVARA, rji, warrants[1])
        assert court.person_status(rji) == "Em Liberdade"


async def test_a_contramandado_revokes_its_warrant_and_its_annulment_restores_it() -> None:
    async with office() as court:
        rji = await court.new_person()
        warrant = (await court.registered(MANDADO, rji))["id"]
        # when the contramandado is registered, then the warrant is revoked and the person not wanted
        counter = (await court.registered(CONTRAMANDADO, rji, warrant))["id"]
        assert (court.status_of(warrant), court.person_status(rji)) == ("Revogado", "Em Liberdade")
        # when it is annulled, then the warrant lives again
        path = f"/api/contramandados/{counter}/anular"
        assert (await court.call("POST", path, json={"justificativaCancelamento": "Erro inventado"}))[0] == 200
        assert (court.status_of(warrant), court.person_status(rji)) == ("Pendente de Cumprimento", "Procurado")
        assert court.status_of(counter) == "Anulado"


@pytest.mark.parametrize("kind", [ALVARA, CERTIDAO, CONTRAMANDADO])
async def test_a_piece_before_its_antecedent_is_refused_and_recorded(kind: tuple[str, int]) -> None:
    async with office() as court:
        rji = await court.new_person()
        warrant = (await court.registered(MANDADO, rji))["id"]
        if kind != ALVARA:
            await court.registered(CERTIDAO, rji, warrant)
        # given an alvará on a pending warrant, or a certidão or contramandado on a fulfilled one: 409, on record
        status, error = await court.draft(kind, rji, warrant)
        assert (status, error["status"], error["exception"]) == (409, 409, "PecaAntecessoraException")
        last = court.last_request()
        assert (last["status"], last["error"], last["numeroIndividuo"]) == (409, error["message"], rji)
        # and without any antecedent, or with an unknown one, or another person's
        assert (await court.draft(kind, rji))[0] == 409
        assert (await court.draft(kind, rji, 999))[0] == 404
        assert (await court.draft(kind, await court.new_person(), warrant))[0] == 409


async def test_the_antecedent_is_checked_again_at_the_last_signature() -> None:
    async with office() as court:
        rji = await court.new_person()
        warrant = (await court.registered(MANDADO, rji))["id"]
        # given a contramandado signed by the clerk, and a certidão registered before the judge signs
        _, counter = await court.draft(CONTRAMANDADO, rji, warrant)
        await court.sign(CONTRAMANDADO, counter["id"], CLERK, "servidor")
        await court.registered(CERTIDAO, rji, warrant)
        # when the judge signs, then it is refused and stays without effect
        status, _ = await court.sign(CONTRAMANDADO, counter["id"], JUDGE, "magistrado")
        assert status == 409
        assert court.status_of(counter["id"]) == "Aguardando Assinatura"
        assert court.status_of(warrant) == "Cumprido"


async def test_hands_sign_once_and_in_turn() -> None:
    async with office() as court:
        rji = await court.new_person()
        _, piece = await court.draft(MANDADO, rji)
        # when the judge signs first, or anybody twice, then it is 409
        assert (await court.sign(MANDADO, piece["id"], JUDGE, "magistrado"))[0] == 409
        assert (await court.sign(MANDADO, piece["id"], CLERK, "servidor"))[0] == 200
        assert (await court.sign(MANDADO, piece["id"], CLERK, "servidor"))[0] == 409
        assert (await court.sign(MANDADO, piece["id"], JUDGE, "magistrado"))[0] == 200
        status, error = await court.sign(MANDADO, piece["id"], JUDGE, "magistrado")
        assert (status, error["exception"]) == (409, "AssinaturaException")
        # and a certidão has no judge's signature
        certidao = await court.registered(CERTIDAO, rji, piece["id"])
        assert (await court.sign(CERTIDAO, certidao["id"], JUDGE, "magistrado"))[0] == 409


async def test_a_warrant_by_conversion_of_flagrante_is_born_fulfilled() -> None:
    async with office() as court:
        rji = await court.new_person()
        # when it is signed, then no certidão is needed before the alvará
        warrant = await court.registered(MANDADO, rji, **FLAGRANTE)
        assert warrant["status"]["descricao"] == "Cumprido"
        assert court.person_status(rji) == "Preso Provisório"
        await court.registered(ALVARA, rji, warrant["id"])
        assert court.person_status(rji) == "Em Liberdade"


async def test_guias_change_what_a_prisoner_is_and_end_with_the_release() -> None:
    async with office() as court:
        rji = await court.new_person()
        guia = SENTENCE | {"regimePrisional": "FECHADO"}
        # given nobody held, then no guia; given a prisoner, then execution, provisional and definitive
        assert (await court.draft(("guia-recolhimentos", 3), rji, **guia, tipoGuia="PROVISORIA"))[0] == 409
        warrant = (await court.registered(MANDADO, rji, **FLAGRANTE))["id"]
        await court.registered(("guia-recolhimentos", 3), rji, **guia, tipoGuia="PROVISORIA")
        assert court.person_status(rji) == "Preso condenado em execução provisória"
        await court.registered(("guia-recolhimentos", 3), rji, **guia, tipoGuia="DEFINITIVA")
        assert court.person_status(rji) == "Preso condenado em execução definitiva"
        # when released to serve outside, then free
        await court.registered(ALVARA, rji, warrant, tipoAlvara="ORDEM_LIBERACAO")
        assert court.person_status(rji) == "Em Liberdade"


async def test_internment_runs_from_conversion_to_discharge() -> None:
    async with office() as court:
        rji = await court.new_person()
        arrest = (await court.registered(MANDADO, rji, **FLAGRANTE))["id"]
        # given an arrest converted into internment, when it is fulfilled
        fields: dict[str, Any] = {
            "dataValidade": "20/11/2040",
            "sinteseDecisao": "Texto",
            "especieInternacao": {"descricao": "CONVERSAO_PRISAO"},
        }
        assert (await court.draft(INTERNACAO, rji, **fields))[0] == 409
        internment = (await court.registered(INTERNACAO, rji, arrest, **fields))["id"]
        assert court.person_status(rji) == "Preso Provisório"
        await court.registered(CERTIDAO_INTERNACAO, rji, internment, **FIELDS[CERTIDAO])
        # then the person is interned, and the discharge frees from both
        assert court.person_status(rji) == "Internado Provisório"
        await court.registered(("ordem-desinternacaos", 6), rji, internment, **ORDER)
        assert court.person_status(rji) == "Em Liberdade"


async def test_recapture_makes_a_fugitive_and_death_ends_everything() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.registered(MANDADO, rji, especiePrisao={"descricao": "RECAPTURA"})
        assert court.person_status(rji) == "Foragido"
        await court.registered(
            ("certidao-extincao-punibilidades", 8), rji, dataObito="20/11/2026", dataDecisao="20/11/2026"
        )
        assert court.person_status(rji) == "Falecido"


async def test_the_remaining_kinds_find_their_place() -> None:
    async with office() as court:
        rji = await court.new_person()
        # given nobody held, when the regime changes: 409; given a legacy guia, then it holds until archived
        change = {"regimePrisional": "ABERTO", "data": "20/11/2026"}
        assert (await court.draft(("certidoes-alteracao-unidade-regime", 14), rji, **change))[0] == 409
        guia = (await court.registered(("guia-recolhimentos", 11), rji, **SENTENCE, regimePrisional="FECHADO"))["id"]
        assert court.person_status(rji) == "Preso condenado em execução definitiva"
        await court.registered(("certidoes-alteracao-unidade-regime", 14), rji, **change)
        await court.registered(
            ("certidoes-arquivamento-guia", 12), rji, guia, motivo="Motivo", dataDecisao="20/11/2026"
        )
        assert court.person_status(rji) == "Em Liberdade"
        # and an alvará of prisão em flagrante needs no warrant, but a place
        assert (await court.draft(ALVARA, rji, tipoAlvara="PRISAO_FLAGRANTE"))[0] == 422
        await court.registered(ALVARA, rji, tipoAlvara="PRISAO_FLAGRANTE", localPrisao="Cidade Inventada")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sinteseDecisao": None}, "sinteseDecisao"),
        ({"sinteseDecisao": "x" * 4001}, "sinteseDecisao"),
        ({"justificativa": "x" * 151}, "justificativa"),
        ({"dataValidade": "2040-11-20"}, "dataValidade"),
        ({"dataExpedicao": None}, "dataExpedicao"),
        ({"especiePrisao": {"descricao": "INVENTADA"}}, "especiePrisao"),
        ({"especiePrisao": FLAGRANTE["especiePrisao"]}, "prisao.uf"),
        ({"numeroProcesso": "123"}, "numeroProcesso"),
        ({"tipoPeca": {"id": 5}}, "tipoPeca"),
    ],
)
async def test_a_missing_or_wrong_field_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    async with office() as court:
        # when a field is missing, too long, ill-formed or unknown, then 422 names it and nothing is written
        status, error = await court.draft(MANDADO, await court.new_person(), **change)
        assert status == 422
        assert named in error["message"]
        assert court.simulator.book["documents"] == []


async def test_an_identical_post_makes_a_second_piece() -> None:
    async with office() as court:
        rji = await court.new_person()
        # when the same body comes twice under the same key, then there are two pieces that tell the key
        first, second = (await court.draft(MANDADO, rji))[1], (await court.draft(MANDADO, rji))[1]
        assert first["numeroPeca"] != second["numeroPeca"]
        assert [line["idempotency_key"] for line in court.simulator.book["documents"]] == ["chave-1", "chave-1"]


async def test_light_filter_narrows_by_what_it_knows_and_ignores_the_rest() -> None:
    async with office() as court:
        rji, other = await court.new_person(), await court.new_person()
        warrant = (await court.registered(MANDADO, rji))["id"]
        await court.registered(CERTIDAO, rji, warrant)
        await court.draft(MANDADO, other)

        async def count(**wanted: Any) -> int:
            return int((await court.call("POST", "/api/pecas/light-filter", json=wanted))[1]["totalElements"])

        # when it filters by known fields, then rows are fewer
        assert await count(numeroIndividuo=rji) == 2
        assert await count(numeroIndividuo=rji, tipoPeca={"id": 7}) == 1
        assert await count(numeroProcesso=CASE, orgaoExpeditor={"id": UNIT}) == 3
        assert await count(status={"id": 1}) == 1
        assert await count(numeroProcesso="0" * 20) == 0
        # when the field has a typo, then everything comes
        assert await count(numeroIndividual=rji) == 3


async def test_light_filter_pages_to_the_last_and_refuses_what_is_too_much() -> None:
    async with office() as court:
        rji = await court.new_person()
        ids = [(await court.draft(MANDADO, rji))[1]["id"] for _ in range(3)]
        # when it is read in pages of two, then the pages make the whole
        _, first = await court.call("POST", "/api/pecas/light-filter?page=0&size=2&sort=id,asc", json={})
        _, second = await court.call("POST", "/api/pecas/light-filter?page=1&size=2&sort=id,asc", json={})
        assert [row["id"] for row in first["content"] + second["content"]] == ids
        assert (first["first"], first["last"], second["last"], second["totalPages"]) == (True, False, True, 2)
        # and sizes over 1000 or far windows are refused
        assert (await court.call("POST", "/api/pecas/light-filter?page=0&size=1001", json={}))[0] == 400
        assert (await court.call("POST", "/api/pecas/light-filter?page=10&size=1000", json={}))[0] == 400


async def test_a_warrant_cannot_be_annulled_and_a_draft_can() -> None:
    async with office() as court:
        rji = await court.new_person()
        warrant, draft = (await court.registered(MANDADO, rji))["id"], (await court.draft(MANDADO, rji))[1]["id"]
        reason = {"justificativaCancelamento": "Erro inventado"}
        assert (await court.call("POST", f"/api/mandado-prisaos/{warrant}/anular", json=reason))[0] == 409
        assert (await court.call("POST", f"/api/mandado-prisaos/{draft}/anular", json=reason))[0] == 200
        assert court.status_of(draft) == "Anulado"
        # and what is annulled is not signed
        path = f"/api/mandado-prisaos/assinar-servidor/{draft}"
        assert (await court.call("GET", path, headers=signing_headers(CLERK)))[0] == 409
