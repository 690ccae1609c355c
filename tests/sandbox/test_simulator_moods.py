"""The moods that leave a caller in doubt, and those that show the registry otherwise than it is."""

import asyncio
from typing import Any

import aiohttp
import pytest

from sandbox.bnmp.moods import CALM, HOSTILE
from tests.sandbox.test_simulator_control import WatchedJournal, search
from tests.sandbox.test_simulator_sessions import CERTIDAO, CLERK, FIELDS, MANDADO, Office, office


async def raw(court: Office, method: str, path: str, **more: Any) -> tuple[int, str, bytes]:
    """Status, media type and bytes of an answer, whatever it is."""
    keys = await court.log_in(CLERK)
    async with court.http.request(method, f"{court.simulator.url}{path}", headers=keys, **more) as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_accept_late_takes_effect_after_the_client_has_given_up() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.control("moods", {"accept_late": 1.0, "accept_late_s": [0.4, 0.5]})
        court.simulator.world.journal = journal = WatchedJournal()
        # when
        court.http._timeout = aiohttp.ClientTimeout(total=0.2)
        with pytest.raises(TimeoutError):
            await court.draft(MANDADO, rji)
        # then nothing is there at first, and in the end the piece is, unanswered
        assert court.simulator.book["documents"] == []
        await asyncio.wait_for(journal.closed.wait(), 60)
        assert len(court.simulator.book["documents"]) == 1
        assert court.last_request()["status"] is None


async def test_garble_after_accept_writes_the_piece_and_says_nothing_that_can_be_read() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.control("moods", {"garble_after_accept": 1.0, "seed": 3})
        body = {"numeroProcesso": "00012340920208120001", "dataExpedicao": "20/11/2026", "tipoPeca": {"id": 1}}
        body |= {"pessoa": {"numeroIndividuo": rji}, "orgao": {"id": 10234}, **FIELDS[MANDADO]}
        # when
        answers = [await raw(court, "POST", "/api/mandado-prisaos", json=body) for _ in range(30)]
        # then each is a piece in the book, and no answer is whole JSON
        assert len(court.simulator.book["documents"]) == 30
        assert {status for status, _, _ in answers} == {201, 502, 503, 504}
        assert not any(said.endswith(b"}") for _, _, said in answers)
        assert any(said.startswith(b'{"id": ') for _, _, said in answers)
        assert court.last_request()["error"] == "garble_after_accept"


async def test_fault_after_accept_is_the_applications_500_over_a_piece_that_is_there() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.control("moods", {"fault_after_accept": 1.0})
        # when
        status, error = await court.draft(MANDADO, rji)
        # then
        assert (status, error["exception"]) == (500, "ErroInternoException")
        assert len(court.simulator.book["documents"]) == 1


async def test_duplicate_409_tells_a_creation_that_it_exists_and_leaves_signatures_alone() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.control("moods", {"duplicate_409": 1.0})
        # when
        status, error = await court.draft(MANDADO, rji)
        # then
        assert (status, error["exception"]) == (409, "RegistroDuplicadoException")
        [piece] = court.simulator.book["documents"]
        assert (await court.sign(MANDADO, piece["id"], CLERK, "servidor"))[0] == 200


async def test_a_proxys_page_may_come_instead_of_any_answer_and_before_any_effect() -> None:
    async with office() as court:
        await search(court)
        await court.control("moods", {"html": 1.0})
        # when
        async with court.http.post(f"{court.simulator.url}/api/mandado-prisaos", json={}) as answer:
            # then
            assert (answer.status, answer.content_type) == (200, "text/html")


async def test_pages_in_unstable_order_show_a_row_twice_and_hide_another() -> None:
    async with office() as court:
        rji = await court.new_person()
        ids = [(await court.draft(MANDADO, rji))[1]["id"] for _ in range(6)]
        await court.control("moods", {"unstable_pages": 1.0, "seed": 1})

        async def read_through() -> list[int]:
            rows: list[int] = []
            for page in range(3):
                _, told = await court.call("POST", f"/api/pecas/light-filter?page={page}&size=2", json={})
                assert told["totalElements"] == 6
                rows += [row["id"] for row in told["content"]]
            return rows

        # when
        readings = [await read_through() for _ in range(5)]
        # then
        assert all(set(reading) <= set(ids) for reading in readings)
        assert any(len(set(reading)) < 6 for reading in readings)


async def test_an_unknown_status_is_a_label_and_not_a_status() -> None:
    async with office() as court:
        rji = await court.new_person()
        warrant = (await court.registered(MANDADO, rji))["id"]
        await court.control("moods", {"unknown_status": 1.0})
        # when
        _, piece = await court.call("GET", f"/api/mandado-prisaos/{warrant}")
        _, page = await court.call("POST", "/api/pecas/light-filter", json={"numeroIndividuo": rji})
        # then
        assert piece["status"] == page["content"][0]["status"] == {"id": 77, "descricao": "Em Conferência"}
        assert court.status_of(warrant) == "Pendente de Cumprimento"


async def test_a_persons_status_changes_late() -> None:
    async with office() as court:
        rji = await court.new_person()
        await court.control("moods", {"late_status_s": 600})
        await court.registered(MANDADO, rji)

        async def shown() -> str:
            return str((await court.call("GET", f"/api/pessoas/rji/{rji}"))[1]["statusPessoa"]["descricao"])

        # when / then
        assert (await shown(), court.person_status(rji)) == ("Em Liberdade", "Procurado")
        await court.control("clock", {"advance_seconds": 601})
        assert await shown() == "Procurado"


async def test_a_merge_is_found_out_at_a_creation_and_leads_to_the_older_rji() -> None:
    async with office() as court:
        rji = await court.new_person()
        warrant = (await court.registered(MANDADO, rji))["id"]
        await court.control("moods", {"merge": 1.0})
        # when
        status, error = await court.draft(CERTIDAO, rji, warrant)
        # then
        survivor = error["rjiPrincipal"]
        assert (status, error["exception"]) == (409, "PessoaInativaException")
        assert survivor[:2] < rji[:2]
        await court.control("moods", {"merge": 0.0})
        assert (await court.draft(CERTIDAO, survivor, warrant))[0] == 201
        assert court.person_status(survivor) == "Procurado"


async def test_a_person_without_pieces_may_be_removed_and_one_with_pieces_never_is() -> None:
    async with office() as court:
        held, loose = await court.new_person(), await court.new_person()
        await court.draft(MANDADO, held)
        await court.control("moods", {"deactivate": 1.0})
        # when / then
        assert (await court.draft(MANDADO, held))[0] == 201
        status, error = await court.draft(MANDADO, loose)
        assert (status, error["exception"]) == (409, "PessoaInativaException")
        assert "rjiPrincipal" not in error


async def test_who_has_no_pieces_is_removed_after_thirty_days() -> None:
    async with office(token_ttl_s=10**9) as court:
        kept, gone = await court.new_person(), await court.new_person()
        await court.registered(MANDADO, kept)
        await court.draft(MANDADO, gone)
        # when
        await court.control("clock", {"advance_seconds": 31 * 86400})
        # then the draft was purged first, so that nothing is left of whom it was about
        active = {line["numeroIndividuo"]: line["ativo"] for line in court.simulator.book["persons"]}
        assert active == {kept: True, gone: False}


async def test_a_civil_prison_ends_with_its_term() -> None:
    async with office(token_ttl_s=10**9) as court:
        rji = await court.new_person()
        taken = court.simulator.world.clock.today()
        warrant = (await court.registered(MANDADO, rji, prazoPrisao=30))["id"]
        await court.registered(CERTIDAO, rji, warrant, dataCumprimento=f"{taken:%d/%m/%Y}")
        # when / then
        await court.control("clock", {"advance_seconds": 30 * 86400})
        assert court.person_status(rji) == "Preso Provisório"
        await court.control("clock", {"advance_seconds": 86400})
        assert (court.person_status(rji), court.status_of(warrant)) == ("Em Liberdade", "Cumprido")


async def test_a_fulfilment_that_is_told_after_the_term_holds_nobody() -> None:
    async with office() as court:
        rji = await court.new_person()
        warrant = (await court.registered(MANDADO, rji, prazoPrisao="30"))["id"]
        # when
        certidao = await court.registered(CERTIDAO, rji, warrant, dataCumprimento="01/02/2020")
        # then, and an annulment brings the warrant back
        assert court.person_status(rji) == "Em Liberdade"
        path = f"/api/{CERTIDAO[0]}/{certidao['id']}/anular"
        assert (await court.call("POST", path, json={"justificativaCancelamento": "Engano inventado"}))[0] == 200
        assert court.person_status(rji) == "Procurado"


async def test_the_control_port_knows_the_calm_registry_and_the_hostile_one() -> None:
    async with office() as court:
        # when / then
        assert (await court.control("moods", {"base": "hostile"}))["merge"] == HOSTILE.merge
        assert (await court.control("moods", {"base": "calm", "html": 0.5}))["html"] == 0.5
        assert court.simulator.world.moods == CALM.changed({"html": 0.5})


def test_the_hostile_registry_has_every_mood() -> None:
    # then
    calm, hostile = CALM.as_json(), HOSTILE.as_json()
    only_how = {"handshake", "accept_late_s", "retry_after_s"}
    assert {name for name in calm if hostile[name] == calm[name]} == only_how
