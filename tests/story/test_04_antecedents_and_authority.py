"""Which antecedent is meant, who may decide, and what is taken back (docs/law.md safety-24, 25, 28 to 30)."""

import pytest

from rules.words import Reason, State
from sandbox.saj.documents import KindName
from tests.story.court import MAGISTRADO, SERVIDOR, Court

REGISTERED = (State.REGISTERED, None)


async def test_safety_24_the_only_mandado_of_the_case_is_meant_and_among_two_the_unit_chooses(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    # when
    await court.issue("CONTRAMANDADO", "K-1")
    # then
    assert court.status("M-1") == "Revogado"
    # given two more
    await court.issue("MANDADO", "M-2")
    await court.issue("MANDADO", "M-3")
    # when
    await court.issue("CONTRAMANDADO", "K-2")
    # then
    assert court.standing("K-2") == (State.HELD, Reason.MISSING_DATA)
    assert court.missing("K-2") == ["antecedents", "M-2", "M-3"]
    # when the unit names one
    await court.issue("CONTRAMANDADO", "K-2", "M-3")
    # then
    assert (court.status("M-2"), court.status("M-3")) == ("Pendente de Cumprimento", "Revogado")


async def test_safety_25_an_alvara_without_variant_is_of_the_fulfilled_mandado_or_the_unit_is_asked(
    court: Court,
) -> None:
    # when nothing is fulfilled
    await court.issue("ALVARA", "A-1", variant=None)
    # then it waits for no mandado: the unit is asked at once
    assert (court.standing("A-1"), court.missing("A-1")) == ((State.HELD, Reason.MISSING_DATA), ["variant"])
    assert court.office.row("A-1")["priority"] == 0
    # when
    await court.issue("FLAGRANTE", "M-1", person=1)
    await court.issue("ALVARA", "A-2", "M-1", variant=None, person=1)
    # then
    assert court.standing("A-2") == REGISTERED


async def test_safety_28_only_the_competent_unit_decides_and_a_release_is_its_judges(court: Court) -> None:
    # given
    await court.issue("ALVARA", "A-1", "M-1")
    # when, then
    assert await court.command("document.excluded", "SERVIDOR", document_id="A-1") == "JUDGE_ONLY"
    assert await court.command("document.excluded", "MAGISTRADO", by_unit="90103", document_id="A-1") == "NOT_COMPETENT"
    assert await court.command("document.excluded", "OPERADOR", document_id="A-1") == "NOT_COMPETENT"
    assert await court.command("document.retry-requested", "OPERADOR", document_id="A-1") == "APPLIED"
    assert court.office.row("A-1")["state"] == State.HELD
    assert await court.command("document.excluded", "MAGISTRADO", document_id="A-1") == "APPLIED"
    assert court.standing("A-1") == (State.EXCLUDED, Reason.EXCLUDED_BY_UNIT)


async def test_safety_29_what_was_not_sent_is_excluded_and_what_is_registered_is_not_undone_by_a_word(
    court: Court,
) -> None:
    # given
    await court.issue("CERTIDAO", "C-1", "M-9")
    # when, then
    assert await court.withdraw("C-1") == "APPLIED"
    assert court.standing("C-1") == (State.EXCLUDED, Reason.WITHDRAWN)
    # given
    await court.issue("MANDADO", "M-1")
    # when, then
    assert await court.withdraw("M-1") == "ONLY_BY_CONTRAMANDADO"
    assert await court.withdraw("M-1", reason="SEM_EFEITO") == "ONLY_BY_CONTRAMANDADO"
    assert court.status("M-1") == "Pendente de Cumprimento"
    # when somebody was arrested by it
    await court.issue("CERTIDAO", "C-2", "M-1")
    # then
    assert await court.withdraw("M-1") == "ONLY_BY_RELEASE"
    # and who may do nothing at BNMP undoes nothing there
    assert await court.withdraw("C-2") == "ANNULMENT_ACCESS"
    assert court.status("M-1") == "Cumprido"


async def test_safety_29_a_mandado_released_in_the_case_is_not_sent_either_until_its_contramandado_comes(
    court: Court,
) -> None:
    # given
    court.publish("MANDADO", "M-1")
    # when
    assert await court.withdraw("M-1") == "ONLY_BY_CONTRAMANDADO"
    # then
    assert (court.standing("M-1"), court.situation()) == ((State.HELD, Reason.NEEDS_JUDGE), None)
    # when
    await court.issue("CONTRAMANDADO", "K-1", "M-1")
    # then
    assert (court.status("M-1"), court.situation()) == ("Revogado", "Em Liberdade")


@pytest.mark.parametrize(("medium", "says"), [("DIGITAL", "pasta digital"), ("FISICO", "autos físicos")])
async def test_safety_30_a_certidao_names_who_said_sim_and_waits_for_sajs_release(
    court: Court, medium: str, says: str
) -> None:
    # given
    await court.cut()
    case = {"number": court.case(), "medium": medium, "owner_system": "SAJ", "status": "EM_ANDAMENTO"}
    await court.issue("ALVARA_FLAGRANTE", "A-1", case=case)
    await court.says("A-1", "SIM")
    opened = court.told("bnmp.document.contingency-opened.v1", "A-1")[0].data
    assert opened["text"].startswith("Expediente dispensado de numeração nacional")
    # when
    await court.back()
    # then
    assert court.standing("A-1") == REGISTERED
    certificate = court.told("bnmp.contingency.resolved.v1", "A-1")[0].data["certificate"]
    assert (certificate["signer"], certificate["status"]) == (SERVIDOR.user, "PENDING_RELEASE")
    assert says in certificate["instruction"]
    assert court.piece("A-1") is not None
    assert not any(MAGISTRADO.senha in str(one.data) for one in court.office.said()), "we hold no key of theirs to show"


ELIGIBLE: tuple[KindName, ...] = (
    "MANDADO",
    "MANDADO_CIVIL",
    "INTERNACAO",
    "CONTRAMANDADO",
    "CONTRAMANDADO_INTERNACAO",
    "ALVARA_FLAGRANTE",
    "LIBERACAO",
    "DESINTERNACAO",
)


async def test_safety_18_the_lawful_seven_may_be_opened_with_the_link_down_whatever_they_lack_and_no_other(
    court: Court,
) -> None:
    # given
    await court.cut()
    # when
    for kind in ELIGIBLE:
        await court.issue(kind, f"X-{kind}", *(["unknown"] if kind not in ELIGIBLE[:3] else []))
    for other in ("GUIA_ACERVO", "MORTE"):
        await court.issue(other, f"X-{other}")
    # then
    for kind in ELIGIBLE:
        assert court.standing(f"X-{kind}") == (State.HELD, Reason.AWAITING_CONSENT), kind
        await court.says(f"X-{kind}", "SIM")
        assert court.office.row(f"X-{kind}")["state"] == State.CONTINGENCY, kind
    assert court.standing("X-MORTE") == court.standing("X-GUIA_ACERVO") == (State.HELD, Reason.WAITING_LINK)
