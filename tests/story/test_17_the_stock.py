"""The stock from before BNMP 2.0: listed, looked at, registered after the fact, or taken off the list (docs/law.md legacy)."""

from datetime import date
from typing import Any

import pytest

from ledger.tables import payload
from rules.words import Reason, State
from tests.ledger.office import STAFF, paper
from tests.story.court import Court

REGISTERED = (State.REGISTERED, None)
CHANGED = "bnmp.legacy.item-changed.v1"
ARRESTED = date(2017, 3, 9)
ANALYSIS: dict[str, Any] = {
    "reu": "PRESO",
    "necessary": True,
    "by": STAFF[0].servidor.user,
    "at": "2026-11-20T10:00:00-04:00",
}
SENT: dict[str, Any] = {
    "analysis": ANALYSIS,
    "certificate_evidence": "Certificado A3 usado no envio",
    "new_person": True,
}
CLERK: dict[str, Any] = {"by_user": STAFF[0].servidor.user}


def item(kind: str, item_id: str = "I-1", **changes: Any) -> dict[str, Any]:
    """An item of the stock, with what SAJ knows of the old mandado M-1."""
    old = paper("MANDADO", "M-1")
    named = ("document_id", "kind", "signatures", "released_by", "secrecy")
    told = {
        "item_id": item_id,
        "kind": kind,
        "unit": STAFF[0].unit.code,
        "case": old["case"],
        "party": old["party"],
        "issued_on": "2017-03-01",
        "origin_data": {name: old[name] for name in named},
        "fields": {**old["fields"], "prazo_prisao_dias": None, "escrivao": "Escriba Inventado"},
    }
    return told | changes


async def listed(court: Court, kind: str, **changes: Any) -> None:
    """SAJ lists an item."""
    assert await court.command("legacy.item-listed", "SERVIDOR", **item(kind, **changes)) == "APPLIED"


async def sent(court: Court, item_id: str = "I-1", **changes: Any) -> str:
    """The clerk sends it."""
    asked = {**SENT, **CLERK, **changes}
    return await court.command("legacy.regularisation-requested", "SERVIDOR", item_id=item_id, **asked)


async def test_a_mandado_that_waits_is_registered_with_its_own_day_and_leaves_its_certidao(court: Court) -> None:
    # given
    await listed(court, "MANDADO_AG_CUMPRIMENTO")
    # when
    assert await sent(court) == "APPLIED"
    # then
    assert (court.standing("M-1"), court.status("M-1")) == (REGISTERED, "Pendente de Cumprimento")
    piece = court.piece("M-1")
    assert piece is not None
    assert (piece["dataExpedicao"], piece["justificativa"]) == ("01/03/2017", "Regularização do acervo")
    assert court.told("bnmp.document.registered.v1", "M-1")[0].data["retroactive"] is True
    # and its line is green, with the certidão that SAJ is to release
    (changed,) = court.told(CHANGED)
    assert (changed.data["item_id"], changed.data["colour"]) == ("I-1", "VERDE")
    certificate = changed.data["certificate"]
    assert (certificate["kind"], certificate["status"]) == ("CERTIDAO_MANDADO_RETROATIVO", "PENDING_RELEASE")
    assert certificate["signer"] == STAFF[0].servidor.user
    released: dict[str, Any] = {"certificate_id": certificate["id"], "released_at": ANALYSIS["at"]}
    assert await court.command("certificate.released", "SERVIDOR", **released) == "APPLIED"


async def test_the_longest_ids_leave_their_certidao_too(court: Court) -> None:
    # given
    long = "M" * 64
    old = item("MANDADO_AG_CUMPRIMENTO")["origin_data"] | {"document_id": long}
    await listed(court, "MANDADO_AG_CUMPRIMENTO", origin_data=old)
    # when
    assert await sent(court) == "APPLIED"
    # then
    assert court.standing(long) == REGISTERED
    certificate = court.told(CHANGED)[0].data["certificate"]["id"]
    released: dict[str, Any] = {"certificate_id": certificate, "released_at": ANALYSIS["at"]}
    assert await court.command("certificate.released", "SERVIDOR", **released) == "APPLIED"


async def test_annex_b_14_a_fulfilled_mandado_goes_with_its_certidao_prefilled_from_this_courts_arrest(
    court: Court,
) -> None:
    # given an arrest of this court and a later one of another's
    await court.recorded(
        144, ARRESTED, custody={"kind_code": 8, "place": {"code": "MS-014", "name": "Cadeia Inventada"}}
    )
    court.office.take(court.office.custody("e-other", 144, date(2018, 1, 5), other_court=True))
    await listed(court, "MANDADO_CUMPRIDO")
    # when
    assert await sent(court) == "APPLIED"
    # then both are in BNMP, one after the other
    assert (court.standing("M-1"), court.standing("M-1:CUM")) == (REGISTERED, REGISTERED)
    assert (court.status("M-1"), court.situation()) == ("Cumprido", "Preso Provisório")
    (certidao,) = [row["data"] for row in court.office.rows(payload) if row["document_id"] == "M-1:CUM"]
    assert certidao["fields"] == {
        "data_cumprimento": "2017-03-09",
        "local_prisao": "Cadeia Inventada",
        "responsavel_prisao": "Regularização do acervo",
    }
    # and the line is green once, without a certidão of its own
    assert [(one.data["colour"], one.data["certificate"]) for one in court.told(CHANGED)] == [("VERDE", None)]


async def test_annex_b_3_an_alvara_that_waits_for_the_stock_goes_when_its_item_is_regularised(court: Court) -> None:
    # given
    await court.issue("ALVARA", "A-1", "M-1")
    assert court.standing("A-1") == (State.HELD, Reason.MISSING_ANTECEDENT)
    await court.recorded(144, ARRESTED)
    await listed(court, "MANDADO_CUMPRIDO", fields=item("")["fields"] | {"local_prisao": "Cadeia Inventada"})
    # when
    assert await sent(court) == "APPLIED"
    # then
    assert [court.standing(one) for one in ("M-1", "M-1:CUM", "A-1")] == [REGISTERED] * 3
    assert court.situation() == "Em Liberdade"


async def test_safety_13_whom_the_analysis_finds_free_is_put_to_the_judge(court: Court) -> None:
    # given
    await listed(court, "MANDADO_AG_CUMPRIMENTO")
    # when
    await sent(court, analysis=ANALYSIS | {"reu": "SOLTO"})
    # then
    assert (court.standing("M-1"), court.missing("M-1")) == ((State.HELD, Reason.NEEDS_JUDGE), ["analysis.reu"])
    assert court.told(CHANGED) == []
    # when the judge says that it is to be sent
    said = await court.command("document.statement-given", document_id="M-1", statement="SEND", text="Vige o mandado")
    # then
    assert (said, court.standing("M-1")) == ("APPLIED", REGISTERED)


async def test_a_fulfilled_mandado_is_not_sent_while_its_certidao_lacks_something(court: Court) -> None:
    # given no arrest in the history
    await listed(court, "MANDADO_CUMPRIDO")
    # when
    assert await sent(court) == "APPLIED"
    # then nobody is sought who is in prison
    assert (court.standing("M-1"), court.missing("M-1")) == ((State.HELD, Reason.NEEDS_JUDGE), ["certidao"])
    assert court.missing("M-1:CUM") == ["fields.data_cumprimento", "fields.local_prisao"]
    # when the unit asks again with what lacked
    fields = {"data_cumprimento": "2017-03-09", "local_prisao": "Cadeia Inventada"}
    assert await sent(court, fields=fields) == "APPLIED"
    # then
    assert (court.standing("M-1"), court.standing("M-1:CUM")) == (REGISTERED, REGISTERED)


async def test_safety_22_in_work_on_the_stock_nobody_is_linked_or_created_without_a_persons_word(court: Court) -> None:
    # given
    await listed(court, "MANDADO_AG_CUMPRIMENTO")
    # when nobody said who it is
    assert await sent(court, new_person=False) == "APPLIED"
    # then
    assert (court.standing("M-1"), court.missing("M-1")) == ((State.HELD, Reason.MISSING_DATA), ["rji"])
    # when somebody said that there is nobody, and BNMP has one with the very same traits
    await court.issue("MANDADO", "M-9", party=paper("MANDADO", "M-9")["party"] | {"party_id": "another"})
    assert await sent(court) == "APPLIED"
    # then the unit is asked all the same
    assert (court.standing("M-1"), court.missing("M-1")) == ((State.HELD, Reason.MISSING_DATA), ["rji"])
    rji = court.simulator.book["persons"][0]["numeroIndividuo"]
    party_id = paper("MANDADO", "M-1")["party"]["party_id"]
    assert await court.command("person.rji-linked", "SERVIDOR", party_id=party_id, rji=rji) == "APPLIED"
    assert court.standing("M-1") == REGISTERED


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"analysis": None}, "NO_ANALYSIS"),
        ({"certificate_evidence": None}, "NO_EVIDENCE"),
        ({"analysis": ANALYSIS | {"necessary": False}}, "NOT_NECESSARY"),
        ({"by_unit": STAFF[1].unit.code}, "NOT_COMPETENT"),
        ({"item_id": "I-9"}, "UNKNOWN_ITEM"),
    ],
)
async def test_a_regularisation_is_refused_with_its_reason(court: Court, changes: dict[str, Any], answer: str) -> None:
    # given
    await listed(court, "MANDADO_AG_CUMPRIMENTO")
    # when
    said = await sent(court, **changes)
    # then nothing is sent
    assert said == answer
    assert court.simulator.book["documents"] == []


async def test_a_custody_without_a_mandado_asks_for_a_decision_and_sends_nothing(court: Court) -> None:
    await listed(court, "PRISAO_SEM_MANDADO")
    assert await sent(court) == "DECIDE_ONLY"


async def test_annex_b_16_a_guia_goes_from_the_summing_case_and_while_the_history_shows_custody(court: Court) -> None:
    # given
    guia = paper("GUIA_ACERVO", "G-1")
    named = ("document_id", "kind", "signatures", "released_by", "secrecy")
    told: dict[str, Any] = {"origin_data": {name: guia[name] for name in named}}
    told |= {"fields": guia["fields"] | {"escrivao": "Escriba Inventado"}}
    await listed(court, "GUIA_EXECUCAO", **told, sum={"summing_case": court.case(1), "summed": [court.case()]})
    # then
    assert await sent(court) == "NOT_SUMMING_CASE"
    # when it is listed from the summing case
    await listed(court, "GUIA_EXECUCAO", **told, sum={"summing_case": court.case(), "summed": [court.case(1)]})
    # then the history must know them in prison
    assert await sent(court) == "NOT_IN_CUSTODY"
    await court.recorded(144, ARRESTED)
    assert await sent(court) == "APPLIED"
    assert (court.standing("G-1"), court.situation()) == (REGISTERED, "Preso condenado em execução definitiva")


async def test_annex_b_15_the_chefe_de_cartorio_alone_takes_an_item_off_and_nothing_is_sent(court: Court) -> None:
    # given
    await listed(court, "MANDADO_AG_CUMPRIMENTO")
    off: dict[str, Any] = {"item_id": "I-1", "hypothesis": "PEC_EM_ANDAMENTO", "text": "Regulariza-se no PEC"}
    # when
    said = await court.command("legacy.item-excluded", "SERVIDOR", **off)
    # then
    assert (said, court.told(CHANGED)) == ("NOT_COMPETENT", [])
    # when
    said = await court.command("legacy.item-excluded", "CHEFE_DE_CARTORIO", **off)
    # then it is red, and stays so
    assert (said, [one.data["colour"] for one in court.told(CHANGED)]) == ("APPLIED", ["VERMELHO"])
    assert await sent(court) == "ITEM_ENDED"
    assert court.simulator.book["documents"] == []


async def test_what_is_on_its_way_or_registered_is_not_taken_off(court: Court) -> None:
    # given
    await listed(court, "MANDADO_AG_CUMPRIMENTO")
    off: dict[str, Any] = {"item_id": "I-1", "hypothesis": "OUTRA", "text": "Engano"}
    await sent(court, new_person=False)
    # then
    assert await court.command("legacy.item-excluded", "CHEFE_DE_CARTORIO", **off) == "ON_ITS_WAY"
    # when
    await sent(court)
    # then
    assert await court.command("legacy.item-excluded", "CHEFE_DE_CARTORIO", **off) == "ITEM_ENDED"
