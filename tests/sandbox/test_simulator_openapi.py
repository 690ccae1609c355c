"""The simulator keeps what docs/bnmp-openapi.yaml promises, on every path and with every status."""

import json
from typing import Any

import aiohttp
import pytest
from openapi_core.validation.response.exceptions import InvalidData
from openapi_spec_validator import validate

from tests.sandbox.conformance import DESCRIBED, LOGIN, Witness, promised, watched
from tests.sandbox.test_simulator_pieces import CERTIDAO_INTERNACAO, FLAGRANTE, INTERNACAO, ORDER, SENTENCE
from tests.sandbox.test_simulator_sessions import (
    ALVARA,
    CERTIDAO,
    CLERK,
    CONTRAMANDADO,
    JUDGE,
    MANDADO,
    UNIT,
    Office,
    signing_headers,
)

CAPTURE = {"dataCumprimento": "21/11/2026", "localPrisao": "Cidade Inventada", "responsavelPrisao": "Polinter"}
INTERNMENT = {"dataValidade": "20/11/2040", "especieInternacao": {"descricao": "PROVISORIA"}, "sinteseDecisao": "Texto"}
MEASURE = {**SENTENCE, "medidaSeguranca": {"prazoMinimoInternacaoDias": 365, "dataLaudo": "01/02/2026"}}
WHY = {"justificativaCancelamento": "Engano inventado"}
JSON = {"Content-Type": "application/json"}


async def whole_life(court: Office) -> None:
    """Register every sort of piece, read one, annul one."""
    rji = await court.new_person()
    warrant = (await court.registered(MANDADO, rji))["id"]
    certidao = (await court.registered(CERTIDAO, rji, warrant))["id"]
    guia = ("guia-recolhimentos", 3)
    prison = {**SENTENCE, "regimePrisional": "FECHADO"}
    issued = (await court.registered(guia, rji, tipoGuia="PROVISORIA", **prison))["id"]
    await court.registered(("certidoes-alteracao-unidade-regime", 14), rji, regimePrisional="ABERTO", data="20/11/2026")
    filing = {"motivo": "Motivo inventado", "dataDecisao": "20/11/2026"}
    await court.registered(("certidoes-arquivamento-guia", 12), rji, issued, **filing)
    await court.registered(("guia-recolhimentos", 11), rji, **prison)
    await court.registered(ALVARA, rji, warrant, certidao)
    flagrante = (await court.registered(MANDADO, rji, **FLAGRANTE))["id"]
    await court.registered(ALVARA, rji, flagrante, tipoAlvara={"descricao": "ORDEM_LIBERACAO"}, **ORDER)
    interned = (await court.registered(INTERNACAO, rji, **INTERNMENT))["id"]
    await court.registered(CERTIDAO_INTERNACAO, rji, interned, **CAPTURE)
    await court.registered(("guia-internacaos", 4), rji, tipoGuia="PROVISORIA", **MEASURE)
    await court.registered(("guia-internacaos", 13), rji, **MEASURE)
    await court.registered(("ordem-desinternacaos", 6), rji, interned, **ORDER)
    pending = (await court.registered(MANDADO, rji))["id"]
    counter = (await court.registered(CONTRAMANDADO, rji, pending))["id"]
    assert (await court.call("POST", f"/api/contramandados/{counter}/anular", json=WHY))[0] == 200
    deceased = {"dataObito": "19/11/2026", "dataDecisao": "20/11/2026"}
    await court.registered(("certidao-extincao-punibilidades", 8), rji, **deceased)
    assert (await court.call("GET", f"/api/pessoas/rji/{rji}"))[0] == 200
    assert (await court.call("GET", f"/api/mandado-prisaos/{warrant}"))[0] == 200
    await court.call("POST", "/api/pessoas/duplicidades?page=0&size=20", json={"nome": "Pessoa Inventada 1"})
    await court.call("POST", "/api/pecas/light-filter?page=0&size=5&sort=id,asc", json={"numeroIndividuo": rji})


def tried(rji: str, piece: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Every call that asks for a session: method, path, what it brings."""
    body = {"numeroProcesso": "00012340920208120001", "dataExpedicao": "20/11/2026", "tipoPeca": {"id": 1}}
    body |= {"pessoa": {"numeroIndividuo": rji}, "orgao": {"id": UNIT}, "especiePrisao": {"descricao": "CIVIL"}}
    body |= {"dataValidade": "20/11/2040", "sinteseDecisao": "Texto inventado"}
    path = "/api/mandado-prisaos"
    return [
        ("POST", "/api/pessoas/duplicidades", {"json": {"nome": "Ninguém"}}),
        ("GET", f"/api/pessoas/rji/{rji}", {}),
        ("POST", "/api/pecas/light-filter", {"json": {}}),
        ("POST", "/api/pessoas", {"data": _person()}),
        ("POST", path, {"json": body}),
        ("GET", f"{path}/{piece}", {}),
        ("GET", f"{path}/assinar-servidor/{piece}", {"headers": signing_headers(CLERK)}),
        ("GET", f"{path}/assinar-magistrado/{piece}", {"headers": signing_headers(JUDGE), "user": JUDGE}),
        ("POST", f"{path}/{piece}/anular", {"json": WHY}),
    ]


def _person(**general: Any) -> aiohttp.FormData:
    """A person as a form."""
    told = {"nome": "Pessoa Outra", "nomeMae": "Mae Outra", "nomePai": "Não informado", "sexo": {"id": 2}}
    person = {"dadosGeraisPessoa": told | {"dataNascimento": "03/05/1991"} | general, "documentos": []}
    form = aiohttp.FormData()
    form.add_field("pessoa", json.dumps(person, ensure_ascii=False), content_type="application/json")
    return form


async def at_the_door(court: Office) -> None:
    """Every way in which a login ends."""
    for _ in range(12):
        await court.authenticate(CLERK, UNIT)
    await court.control("moods", {"handshake": False})
    for user, unit, password in ((CLERK, UNIT, None), (CLERK, UNIT, "outra"), (CLERK, "1", None)):
        await court.authenticate(user, unit, password=password)
    for body in (b"{}", b"{"):
        async with court.http.post(court.simulator.url + LOGIN, data=body, headers=JSON):
            pass
    await court.control("link", {"mode": "http503"})
    await court.authenticate(CLERK, UNIT)
    await court.control("link", {"mode": "up"})


async def stopped_before(court: Office) -> None:
    """Every call, stopped before it comes to the route."""
    rji = await court.new_person()
    draft = (await court.draft(MANDADO, rji))[1]["id"]
    for user in (CLERK, JUDGE):
        await court.log_in(user)
    for what, wish in (
        ("moods", {"throttle": 1}),
        ("moods", {"throttle": 0, "http500": 1}),
        ("link", {"mode": "http503"}),
    ):
        await court.control(what, wish | ({"json": True} if what == "link" else {}))
        for method, path, more in tried(rji, draft):
            await court.call(method, path, **more)
    await court.control("link", {"mode": "up"})
    await court.control("moods", {"base": "calm"})
    for method, path, more in tried(rji, draft):
        nobody = {"headers": more.pop("headers", {}) | {"Authorization": "Bearer ninguem"}}
        await court.call(method, path, **more, **nobody)


async def refused(court: Office) -> None:
    """What is unreadable, wrong, unknown, denied or in conflict."""
    rji, gone = await court.new_person(), await court.new_person()
    warrant = (await court.registered(MANDADO, rji))["id"]
    draft = (await court.draft(MANDADO, rji))[1]["id"]
    path, alvara = "/api/mandado-prisaos", "/api/alvara-solturas"
    for what in ("/api/pessoas/duplicidades", "/api/pecas/light-filter"):
        await court.call("POST", f"{what}?page=0&size=1001", json={})
    await court.call("POST", "/api/pessoas", data=b"{}", headers=JSON)
    await court.call("POST", "/api/pessoas", data=_person(nome=""))
    for where in (path, f"{path}/{draft}/anular"):
        await court.call("POST", where, data=b"{", headers=JSON)
        await court.call("POST", where, json={})
    for hand, user in (("servidor", CLERK), ("magistrado", JUDGE)):
        signing = f"{path}/assinar-{hand}"
        await court.call("GET", f"{signing}/{draft}", user=user)
        other = signing_headers(JUDGE if user == CLERK else CLERK)
        await court.call("GET", f"{signing}/{draft}", user=user, headers=other)
        for piece in (1, warrant):
            await court.call("GET", f"{signing}/{piece}", user=user, headers=signing_headers(user))
    await court.call("GET", f"{path}/1")
    await court.call("GET", "/api/pessoas/rji/26999999999")
    await court.call("POST", f"{path}/1/anular", json=WHY)
    await court.draft(CERTIDAO, rji, 1)
    await court.draft(MANDADO, rji, unit="666")
    await court.control("persons", [{"numeroIndividuo": gone, "ativo": False}])
    await court.draft(MANDADO, gone)
    await court.call("POST", f"{path}/{warrant}/anular", json=WHY)
    await court.call("POST", f"{path}/{warrant}/anular", json=WHY, unit="666")
    assert (await court.call("GET", f"{alvara}/{warrant}"))[0] == 404
    await court.control("moods", {"duplicate_409": 1})
    await court.call("POST", "/api/pessoas", data=_person())


async def lost_on_the_way(court: Office, witness: Witness) -> None:
    """What a gateway makes of answers to what took effect, until each has been seen after each write."""
    rji = await court.new_person()
    for user in (CLERK, JUDGE):
        await court.log_in(user)
    await court.control("moods", {"garble_after_accept": 1})
    witness.lossy = True
    for _ in range(60):
        if witness.seen >= {one for one in promised() if one[2] in ("502", "504")}:
            return
        await heard(court, "POST", "/api/pessoas", data=_person())
        body = next(more for method, path, more in tried(rji, 1) if (method, path) == ("POST", "/api/mandado-prisaos"))
        await heard(court, "POST", "/api/mandado-prisaos", **body)
        piece = court.simulator.book["documents"][-1]["id"]
        for hand, user in (("servidor", CLERK), ("magistrado", JUDGE)):
            path = f"/api/mandado-prisaos/assinar-{hand}/{piece}"
            await heard(court, "GET", path, user=user, headers=signing_headers(user))
        await heard(court, "POST", "/api/mandado-prisaos", **body)
        piece = court.simulator.book["documents"][-1]["id"]
        await heard(court, "POST", f"/api/mandado-prisaos/{piece}/anular", json=WHY)


async def heard(court: Office, method: str, path: str, *, user: str = CLERK, **more: Any) -> None:
    """Make a call whose answer may be anything."""
    headers = court.keys[user, UNIT] | more.pop("headers", {})
    async with court.http.request(method, court.simulator.url + path, headers=headers, **more):
        pass


def test_the_page_is_a_description_as_openapi_has_them() -> None:
    validate(DESCRIBED)


async def test_the_simulator_keeps_every_promise_of_the_page_and_no_promise_is_left_untried() -> None:
    # given
    witness = Witness()
    # when
    for play in (whole_life, at_the_door, stopped_before, refused):
        async with watched(witness) as court:
            await play(court)
    async with watched(witness) as court:
        await lost_on_the_way(court, witness)
    # then
    assert promised() - witness.seen == set()
    assert witness.seen - promised() == set()
    peca = DESCRIBED["components"]["parameters"]["peca"]["schema"]["enum"]
    assert witness.kinds == set(peca)


async def test_the_witness_sees_an_answer_that_is_not_as_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr("sandbox.bnmp.book.masked_rji", lambda rji: rji)
    async with watched(Witness()) as court:
        # when / then
        with pytest.raises(InvalidData):
            await court.new_person()
