"""Persons: found, created, read, merged."""

from sandbox.bnmp.kinds import KINDS
from tests.sandbox.test_simulator_pieces import SENTENCE
from tests.sandbox.test_simulator_sessions import ALVARA, CERTIDAO, MANDADO, office


async def test_a_created_person_has_an_rji_of_the_year_and_is_found_again() -> None:
    async with office() as court:
        # given two persons, one of them looked for by a name written otherwise, or by CPF
        rji, other = await court.new_person(), await court.new_person()
        year = f"{court.simulator.world.clock.today().year % 100:02d}"
        assert (len(rji), rji[:2]) == (11, year)
        by_name = {"nome": "PESSOA  INVENTADA 1", "nomeMae": "", "dataNascimento": "", "documentos": []}
        by_cpf = {"nome": "Outro Nome", "documentos": [{"numero": "00000000002", "tipoDocumento": {"id": 6}}]}
        # when it is searched, then exactly that person comes
        for wanted, found in ((by_name, rji), (by_cpf, other)):
            _, page = await court.call("POST", "/api/pessoas/duplicidades?page=0&size=20", json=wanted)
            assert [row["numeroIndividuo"] for row in page["content"]] == [found]
        # and read by its RJI
        status, person = await court.call("GET", f"/api/pessoas/rji/{rji}")
        assert (status, person["ativo"], person["statusPessoa"]["descricao"]) == (200, True, "Em Liberdade")
        assert person["dadosGeraisPessoa"]["nomeMae"] == "Mae Inventada 1"
        assert (await court.call("GET", "/api/pessoas/rji/26999999999"))[0] == 404


async def test_the_book_shows_persons_by_their_identity() -> None:
    async with office() as court:
        await court.new_person()
        line = court.simulator.book["persons"][0]
        identity = {"id", "numeroIndividuo", "rjiPrincipal", "nome", "nomeMae", "dataNascimento", "cpf"}
        assert set(line) == {*identity, "ativo", "status"}
        assert (line["nome"], line["cpf"], line["dataNascimento"]) == (
            "Pessoa Inventada 1",
            "00000000001",
            "02/04/1990",
        )


async def test_a_person_without_the_part_or_a_field_is_refused() -> None:
    async with office() as court:
        await court.log_in("u123")
        # when the body is no multipart, then 400
        assert (await court.call("POST", "/api/pessoas", json={"nome": "Pessoa Inventada"}))[0] == 400


async def test_a_merged_rji_is_refused_and_names_the_main_one() -> None:
    async with office() as court:
        main, merged = await court.new_person(), await court.new_person()
        await court.registered(MANDADO, merged)
        # when one person is merged into the other
        await court.control("persons", [{"numeroIndividuo": merged, "rjiPrincipal": main}])
        # then a piece for it is 409 with the main RJI, and its pieces belong to the main one
        status, error = await court.draft(MANDADO, merged)
        assert (status, error["rjiPrincipal"], error["exception"]) == (409, main, "PessoaInativaException")
        assert court.person_status(main) == "Procurado"
        _, person = await court.call("GET", f"/api/pessoas/rji/{merged}")
        assert (person["ativo"], person["rjiPrincipal"]) == (False, main)


async def test_a_guia_ends_only_with_the_last_thing_that_holds_the_person() -> None:
    async with office() as court:
        rji = await court.new_person()
        # given a convict under two fulfilled warrants
        first, second = [(await court.registered(MANDADO, rji))["id"] for _ in range(2)]
        await court.registered(CERTIDAO, rji, first)
        await court.registered(CERTIDAO, rji, second)
        guia = SENTENCE | {"regimePrisional": "FECHADO", "tipoGuia": {"descricao": "DEFINITIVA"}}
        await court.registered(("guia-recolhimentos", 3), rji, **guia)
        # when one warrant is released, then the sentence is still executed
        await court.registered(ALVARA, rji, first)
        assert court.person_status(rji) == "Preso condenado em execução definitiva"
        # when the other is too, then a later arrest begins anew
        await court.registered(ALVARA, rji, second)
        third = (await court.registered(MANDADO, rji))["id"]
        await court.registered(CERTIDAO, rji, third)
        assert court.person_status(rji) == "Preso Provisório"


def test_the_table_knows_every_kind_and_type() -> None:
    # given the registry's type ids 1 to 14, then each has a row, and each row names a kind once per mark
    assert {kind.type_id for kind in KINDS} == set(range(1, 15))
    assert len({kind.name for kind in KINDS}) == 19
    assert len({(kind.path, kind.type_id, kind.told_by) for kind in KINDS}) == len(KINDS)
