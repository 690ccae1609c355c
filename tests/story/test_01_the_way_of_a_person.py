"""The way of a person through the registry, from the first mandado to freedom (docs/law.md antecedents, effects)."""

from rules.words import Reason, State
from tests.story.court import Court

MISSING = (State.HELD, Reason.MISSING_ANTECEDENT)
REGISTERED = (State.REGISTERED, None)


async def test_annex_b_1_a_person_is_wanted_arrested_and_set_free(court: Court) -> None:
    # when a mandado is issued
    await court.issue("MANDADO", "M-1")
    # then
    assert (court.status("M-1"), court.situation()) == ("Pendente de Cumprimento", "Procurado")
    # when the police arrest the person
    await court.issue("CERTIDAO", "C-1", "M-1")
    # then
    assert (court.status("M-1"), court.situation()) == ("Cumprido", "Preso Provisório")
    # when the judge frees them
    await court.issue("ALVARA", "A-1", "M-1")
    # then
    assert (court.standing("A-1"), court.situation()) == (REGISTERED, "Em Liberdade")


async def test_annex_b_2_a_person_held_by_two_mandados_is_free_after_the_alvara_of_the_second(court: Court) -> None:
    # given
    for n in (1, 2):
        await court.issue("MANDADO", f"M-{n}")
        await court.issue("CERTIDAO", f"C-{n}", f"M-{n}")
    # when
    await court.issue("ALVARA", "A-1", "M-1")
    # then
    assert (court.standing("A-1"), court.situation()) == (REGISTERED, "Preso Provisório")
    # when
    await court.issue("ALVARA", "A-2", "M-2")
    # then
    assert court.situation() == "Em Liberdade"


async def test_one_alvara_reaches_both_mandados_that_hold_a_person(court: Court) -> None:
    # given
    for n in (1, 2):
        await court.issue("MANDADO", f"M-{n}")
        await court.issue("CERTIDAO", f"C-{n}", f"M-{n}")
    # when
    await court.issue("ALVARA", "A-1", "M-1", "M-2")
    # then
    assert (court.standing("A-1"), court.situation()) == (REGISTERED, "Em Liberdade")
    piece = court.piece("A-1")
    assert piece is not None
    assert len(piece["outrasPecas"]) == 2


async def test_annex_b_3_an_alvara_that_finds_no_mandado_waits_for_the_stock_and_passes_when_it_is_registered(
    court: Court,
) -> None:
    # when
    await court.issue("ALVARA", "A-1", "M-1")
    # then the order stands, and the unit is told what to register
    assert court.standing("A-1") == MISSING
    held = court.told("bnmp.document.held.v1", "A-1")[-1].data
    assert "regularização do acervo" in held["remedy"]
    assert held["message"].startswith("A ordem de liberdade produz efeito")
    # when the stock is regularised
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    # then
    assert (court.standing("A-1"), court.situation()) == (REGISTERED, "Em Liberdade")


async def test_annex_b_4_a_contramandado_of_a_fulfilled_mandado_is_told_that_an_alvara_is_the_right_document(
    court: Court,
) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    # when
    await court.issue("CONTRAMANDADO", "K-1", "M-1")
    # then
    assert (court.standing("K-1"), court.missing("K-1")) == (MISSING, ["ALVARA_SOLTURA:M-1"])
    assert "alvará" in court.told("bnmp.document.held.v1", "K-1")[-1].data["remedy"]
    assert court.requests("contramandados") == [], "nothing was tried at the registry"


async def test_annex_b_4_an_alvara_of_a_pending_mandado_is_told_that_its_certidao_lacks(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    # when
    await court.issue("ALVARA", "A-1", "M-1")
    # then
    assert (court.standing("A-1"), court.missing("A-1")) == (MISSING, ["CERTIDAO_CUMPRIMENTO_PRISAO:M-1"])


async def test_annex_b_11_an_arrest_in_the_act_is_converted_and_needs_no_certidao(court: Court) -> None:
    # when
    await court.issue("FLAGRANTE", "M-1")
    # then
    assert (court.status("M-1"), court.situation()) == ("Cumprido", "Preso Provisório")
    # when
    await court.issue("ALVARA", "A-1", "M-1")
    # then
    assert court.situation() == "Em Liberdade"


async def test_a_debtor_is_arrested_by_the_certidao_and_leaves_by_an_alvara(court: Court) -> None:
    # given
    await court.issue("MANDADO_CIVIL", "M-1")
    assert court.situation() == "Procurado"
    # when
    await court.issue("CERTIDAO", "C-1", "M-1")
    # then
    assert court.situation() == "Preso Provisório"
    # when
    await court.issue("ALVARA", "A-1", "M-1")
    # then
    assert court.situation() == "Em Liberdade"


async def test_a_person_is_interned_and_discharged(court: Court) -> None:
    # given
    await court.issue("INTERNACAO", "M-1")
    await court.issue("CERTIDAO_INTERNACAO", "C-1", "M-1")
    assert court.situation() == "Internado Provisório"
    # when
    await court.issue("DESINTERNACAO", "D-1", "M-1")
    # then
    assert court.situation() == "Em Liberdade"


async def test_a_mandado_is_revoked_before_anybody_is_arrested(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    # when
    await court.issue("CONTRAMANDADO", "K-1", "M-1")
    # then
    assert (court.status("M-1"), court.situation()) == ("Revogado", "Em Liberdade")
