"""Nobody is taken for a namesake, and nobody is overlooked between two pages."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from rules.words import AnswerClass as A
from rules.words import Step
from tests.bnmp.court import Court, Door, door, http, order

TOKENS = {"token_jwt": "jwt", "token_csrf": "csrf"}


def person(rji: str, **changes: Any) -> dict[str, Any]:
    """A person as the registry shows one; by default the samples' own."""
    general = {"nome": "Pessoa Inventada 17", "nomeMae": "MÃE INVENTADA 17", "dataNascimento": "02/04/1990"}
    known = {"id": int(rji), "numeroIndividuo": rji, "ativo": True, "dadosGeraisPessoa": general}
    return known | {"documentos": [{"numero": "123.456.789-09", "tipoDocumento": {"id": 6}}]} | changes


def page(*rows: Any, last: bool = True, total: int | None = None) -> dict[str, Any]:
    return {"content": list(rows), "last": last, "totalElements": len(rows) if total is None else total}


@asynccontextmanager
async def registry_saying(settings: BnmpSettings, said: Mapping[str, Any]) -> AsyncIterator[tuple[Registry, Door]]:
    """A registry that answers by the longest matching end of the path; a list is answered one by one."""
    left = {path: list(body) if isinstance(body, list) else [body] for path, body in said.items()}

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        path = request.split(b" ")[1].decode()
        if path.endswith("/authenticate"):
            writer.write(http(200, TOKENS))
            return
        bodies = left[next(known for known in left if known in path)]
        body = bodies.pop(0) if len(bodies) > 1 else bodies[0]
        writer.write(body if isinstance(body, bytes) else http(200, body))

    async with door(respond) as server, Registry(replace(settings, url=server.url)) as registry:
        yield registry, server


async def test_a_person_who_is_created_is_found_by_cpf_birth_and_mother(court: Court) -> None:
    rji = await court.rji(order())
    found = await court.registry.step(Step.PERSON, order())
    assert (found.answer, found.rji, found.candidates) == (A.OK, rji, ())
    (row,) = court.simulator.book["persons"]
    assert (row["nome"], row["nomeMae"], row["dataNascimento"], row["cpf"]) == (
        "Pessoa Inventada 17",
        "Mae Inventada 17",
        "02/04/1990",
        "12345678909",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"documentos": []},
        {"documentos": [{"numero": "12345678909", "tipoDocumento": {"id": 1}}]},
        {"documentos": ["nonsense"]},
        {"dadosGeraisPessoa": {"nomeMae": "Mae Inventada 18", "dataNascimento": "02/04/1990"}},
        {"dadosGeraisPessoa": {"nomeMae": "Mae Inventada 17", "dataNascimento": "03/04/1990"}},
        {"dadosGeraisPessoa": None},
    ],
)
async def test_whoever_differs_or_is_not_known_in_one_trait_is_only_a_candidate(
    changes: dict[str, Any], settings: BnmpSettings
) -> None:
    async with registry_saying(settings, {"duplicidades": page(person("26000000104", **changes))}) as (registry, _):
        answer = await registry.step(Step.PERSON, order())
    assert (answer.answer, answer.rji, answer.candidates) == (A.OK, None, ("26000000104",))


async def test_two_mothers_who_are_not_informed_are_not_the_same_mother(settings: BnmpSettings) -> None:
    general = {"nomeMae": "NÃO INFORMADO", "dataNascimento": "02/04/1990"}
    party = order().document.party.model_dump(mode="json") | {"nome_mae": "Não informado"}
    said = {"duplicidades": page(person("26000000104", dadosGeraisPessoa=general))}
    async with registry_saying(settings, said) as (registry, _):
        answer = await registry.step(Step.PERSON, order(data={"party": party}))
    assert (answer.rji, answer.candidates) == (None, ("26000000104",))


async def test_the_search_is_read_to_the_last_page(settings: BnmpSettings) -> None:
    other = person("26000000203", documentos=[])
    pages = [page(other, last=False, total=2), page(person("26000000104"), total=2)]
    async with registry_saying(settings, {"duplicidades": pages}) as (registry, server):
        answer = await registry.step(Step.PERSON, order())
    assert answer.rji == "26000000104"
    assert [line.split()[1].partition("?")[2] for line in server.lines[1:]] == ["page=0&size=20", "page=1&size=20"]


@pytest.mark.parametrize(
    ("pages", "detail"),
    [
        ([page(person("26000000104"), last=False, total=2), page(person("26000000104"), total=2)], "pages incomplete"),
        ([page(last=False)], "page empty before the last"),
        ([{"last": True}], "page without content"),
        ([page("nonsense")], "page without content"),
        ([page({"id": 1})], "person without RJI"),
        ([page(person("26000000104", numeroIndividuo="123"))], "person without RJI"),
    ],
)
async def test_pages_that_may_hide_a_person_say_nothing_about_who_is_there(
    pages: list[dict[str, Any]], detail: str, settings: BnmpSettings
) -> None:
    async with registry_saying(settings, {"duplicidades": pages}) as (registry, _):
        answer = await registry.step(Step.PERSON, order())
    assert (answer.answer, answer.detail, answer.rji, answer.candidates) == (A.FAULT, detail, None, ())


async def test_pages_that_never_end_are_given_up(settings: BnmpSettings) -> None:
    seen = 0

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        if b"/authenticate" in request.split(b"\r\n")[0]:
            writer.write(http(200, TOKENS))
            return
        seen += 1
        writer.write(http(200, page(person(f"26{seen:09d}"), last=False, total=10**6)))

    windows = replace(settings.windows, attempt=30)
    async with door(respond) as server, Registry(replace(settings, url=server.url, windows=windows)) as registry:
        answer = await registry.step(Step.PERSON, order())
    assert (answer.answer, answer.detail, seen) == (A.FAULT, "too many pages", 500)


async def test_a_merged_person_goes_by_the_rji_that_survived(settings: BnmpSettings) -> None:
    merged = person("26000000104", ativo=False)
    said = {"duplicidades": page(merged), "pessoas/rji": merged | {"rjiPrincipal": "26000000203"}}
    async with registry_saying(settings, said) as (registry, _):
        assert (await registry.step(Step.PERSON, order())).rji == "26000000203"


async def test_a_row_that_names_the_survivor_itself_needs_no_second_question(settings: BnmpSettings) -> None:
    merged = person("26000000104", ativo=False, rjiPrincipal="26000000203")
    async with registry_saying(settings, {"duplicidades": page(merged)}) as (registry, server):
        assert (await registry.step(Step.PERSON, order())).rji == "26000000203"
    assert len(server.lines) == 2


async def test_an_inactive_person_without_a_survivor_is_shown_apart_and_never_linked(settings: BnmpSettings) -> None:
    inactive = person("26000000104", ativo=False)
    async with registry_saying(settings, {"duplicidades": page(inactive), "pessoas/rji": inactive}) as (registry, _):
        answer = await registry.step(Step.PERSON, order())
    assert (answer.rji, answer.candidates, answer.inactive) == (None, (), ("26000000104",))


async def test_a_created_person_without_an_rji_is_in_doubt(settings: BnmpSettings) -> None:
    async with registry_saying(settings, {"/api/pessoas": http(201, {"id": 1})}) as (registry, _):
        answer = await registry.step(Step.PERSON_CREATE, order())
    assert (answer.answer, answer.rji) == (A.UNCERTAIN, None)


async def test_what_is_not_known_is_not_searched_for_but_a_parent_is_sent_as_not_informed(
    settings: BnmpSettings,
) -> None:
    bodies: list[bytes] = []

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        bodies.append(request.partition(b"\r\n\r\n")[2])
        login = b"/authenticate" in request.split(b"\r\n")[0]
        writer.write(http(200, TOKENS if login else page() | {"numeroIndividuo": "26000000104"}))

    party = order().document.party.model_dump(mode="json") | {"nome_mae": None, "cpf": None}
    nobody = order(data={"party": party})
    async with door(respond) as server, Registry(replace(settings, url=server.url)) as registry:
        await registry.step(Step.PERSON, nobody)
        await registry.step(Step.PERSON_CREATE, nobody)
    assert json.loads(bodies[1]) == {"nome": "Pessoa Inventada 17", "dataNascimento": "02/04/1990", "documentos": []}
    sent = json.loads(bodies[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0])
    assert sent["dadosGeraisPessoa"] == {
        "nome": "Pessoa Inventada 17",
        "nomePai": "Não informado",
        "nomeMae": "Não informado",
        "sexo": {"id": 1},
        "dataNascimento": "02/04/1990",
    }


@pytest.mark.parametrize(
    "person_now",
    [
        person("26000000104", ativo=False),
        http(404, {"status": 404, "exception": "PessoaNaoEncontradaException"}),
    ],
)
async def test_a_person_who_is_inactive_or_unknown_by_now_is_told_as_gone(
    person_now: Any, settings: BnmpSettings
) -> None:
    # given
    inactive = http(409, {"status": 409, "exception": "PessoaInativaException"})
    said = {"mandado-prisaos": inactive, "pessoas/rji": person_now}
    # when
    async with registry_saying(settings, said) as (registry, server):
        answer = await registry.step(Step.CREATE, order(rji="26000000104"))
    # then nobody else was created or asked for
    assert (answer.answer, answer.gone, answer.rji) == (A.CHAIN, True, None)
    assert len(server.lines) == 3
