"""Contingency and its resolution, the manual's own sequence step by step (docs/law.md contingency, resolution)."""

import re

import pytest
import sqlalchemy as sa

from ledger.certificates import certificate
from ledger.tables import document
from rules.contingency import CONFIRMATION
from rules.words import LinkState, Reason, State
from sandbox.saj.documents import KindName
from tests.ledger.office import PEOPLE
from tests.story.court import Court

REGISTERED = (State.REGISTERED, None)
AWAITING = (State.HELD, Reason.AWAITING_CONSENT)
ASKED = (State.CONTINGENCY, Reason.MISSING_DATA)
OFFERED, OPENED = "bnmp.document.contingency-offered.v1", "bnmp.document.contingency-opened.v1"
RESOLVED, HELD = "bnmp.contingency.resolved.v1", "bnmp.document.held.v1"
RESOLVE, RELEASE = "contingency.resolution-requested", "certificate.released"
TEXT = (
    r"Expediente dispensado de numeração nacional em virtude da impossibilidade de acesso ao Banco Nacional de "
    r"Monitoramento de Prisões em \d\d/\d\d/\d\d - \d\d:\d\d:\d\d\."
)
default = pytest.mark.parametrize("court", ["default"], indirect=True)
confirmed = pytest.mark.parametrize("court", ["confirmed"], indirect=True)


async def _opened(court: Court, kind: KindName, document_id: str, *names: str, **changes: object) -> None:
    """A document that could not be sent, is offered and answered with SIM."""
    await court.issue(kind, document_id, *names, **changes)  # type: ignore[arg-type]  # as the paper's
    assert court.standing(document_id) == AWAITING
    await court.says(document_id, "SIM")
    assert court.office.row(document_id)["state"] == State.CONTINGENCY


@default
async def test_safety_17_the_manuals_sequence_from_the_warning_screen_to_the_certidao_in_the_folder(
    court: Court,
) -> None:
    # given BNMP away: after trying again SAJ shows the warning screen and asks
    await court.cut()
    await court.issue("MANDADO", "M-1")
    offer = court.told(OFFERED, "M-1")[-1].data
    # (before the fifth of its attempts the link may be down: nobody else reaches BNMP either)
    assert {one["class"] for one in offer["attempts"]} == {"CONNECTION"}
    assert court.link() is LinkState.DOWN
    # when nobody else reaches BNMP either and the user says SIM: the paper carries the text with the instant of the failed access, and nothing is sent
    await court.away()
    await court.says("M-1", "SIM")
    opened = court.told(OPENED, "M-1")[-1].data
    assert re.fullmatch(TEXT, opened["text"])
    assert opened["failed_access_at"] == offer["failed_access_at"]
    assert court.piece("M-1") is None
    # when BNMP is back: the mandado is listed, and nothing is sent without the unit's word
    await court.back()
    assert court.standing("M-1") == ASKED
    assert court.missing("M-1") == [CONFIRMATION]
    assert court.piece("M-1") is None
    # when the user resolves the category
    assert await court.command(RESOLVE, "SERVIDOR", category="MANDADOS") == "RESOLVING"
    # then it is registered with its own date and a justification, and the certidão goes to the case
    assert court.standing("M-1") == REGISTERED
    piece = court.piece("M-1")
    assert piece is not None
    assert piece["dataExpedicao"] == "20/11/2026"
    told = court.told(RESOLVED, "M-1")[-1].data
    assert (told["certificate"]["status"], told["certificate"]["medium"]) == ("PENDING_RELEASE", "DIGITAL")
    for part in (told["national_number"], told["rji"], "art. 8º, Res. CNJ 251/2018"):
        assert part in told["certificate"]["text"]
    # when SAJ has released it in the digital folder
    done = {"certificate_id": told["certificate"]["id"], "released_at": "2026-11-20T16:00:00-04:00"}
    assert await court.command(RELEASE, "SERVIDOR", **done) == "APPLIED"
    # then nothing is left
    assert [row["status"] for row in court.office.rows(certificate)] == ["RELEASED"]
    assert await court.command(RESOLVE, "SERVIDOR", category="MANDADOS") == "NOTHING_LEFT"


@pytest.mark.parametrize(("medium", "word"), [("DIGITAL", "sem nova ação"), ("FISICO", "junte-a aos autos físicos")])
async def test_annex_b_20_a_case_on_paper_is_told_to_print_and_attach(court: Court, medium: str, word: str) -> None:
    # given
    await court.away()
    case = {"number": court.case(), "medium": medium, "owner_system": "SAJ", "status": "EM_ANDAMENTO"}
    await _opened(court, "MANDADO", "M-1", case=case)
    # when
    await court.back()
    # then
    made = court.told(RESOLVED, "M-1")[-1].data["certificate"]
    assert (made["medium"], made["status"]) == (medium, "PENDING_RELEASE")
    assert word in made["instruction"]


async def test_annex_b_5_the_closed_list_goes_under_contingency_and_the_rest_waits_for_the_link(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-0", person=4)
    await court.away()
    kinds: tuple[tuple[KindName, str], ...] = (
        ("MANDADO", "M-1"),
        ("ALVARA_FLAGRANTE", "A-1"),
        ("CONTRAMANDADO", "K-1"),
    )
    # when
    for person, (kind, name) in enumerate(kinds):
        await court.issue(kind, name, *(["M-1"] if kind == "CONTRAMANDADO" else []), person=person if person < 2 else 0)
        await court.says(name, "SIM")
    await court.issue("CERTIDAO", "C-1", "M-0", person=4)
    # then
    texts = [court.told(OPENED, name)[-1].data["text"] for _, name in kinds]
    assert all(re.fullmatch(TEXT, text) for text in texts)
    assert court.standing("C-1") == (State.HELD, Reason.WAITING_LINK)
    assert court.told(OFFERED, "C-1") == []
    # when the link is back, then all leave by themselves
    await court.back()
    assert [court.standing(name) for name in ("M-1", "A-1", "K-1", "C-1")] == [REGISTERED] * 4


@default
async def test_annex_b_9_a_mandado_and_its_contramandado_are_sent_in_one_run_without_a_click(court: Court) -> None:
    # given
    await court.away()
    await _opened(court, "MANDADO", "M-1")
    await _opened(court, "CONTRAMANDADO", "K-1", "M-1")
    # when
    await court.back()
    # then nobody else was worked on between the two
    steps = [step for step in court.order if step.split()[1] in ("CREATE", "READ_BACK")]
    assert [step.split()[0] for step in steps[-4:]] == ["M-1", "M-1", "K-1", "K-1"]
    assert court.status("M-1") == "Revogado"
    assert court.situation() != "Procurado"


async def test_annex_b_9_a_failure_between_the_two_is_an_incident(court: Court) -> None:
    # given
    await court.away()
    await _opened(court, "MANDADO", "M-1")
    await _opened(court, "CONTRAMANDADO", "K-1", "M-1")
    court.refuses.add("K-1 CREATE")
    # when
    await court.back()
    # then
    assert [one.data["kind"] for one in court.told("bnmp.incident.v1")] == ["CHAIN_BROKEN"]
    assert court.status("M-1") == "Pendente de Cumprimento"
    assert court.standing("K-1") == (State.CONTINGENCY, Reason.REFUSED_BY_BNMP)
    # when the unit resolves it again
    court.refuses.clear()
    assert await court.command(RESOLVE, "MAGISTRADO", document_ids=["K-1"]) == "RESOLVING"
    # then
    assert court.status("M-1") == "Revogado"


@default
async def test_what_is_missing_is_named_and_filled_in_with_the_resolution(court: Court) -> None:
    # given an order that was opened with a gap: an outage does not stop it
    await court.away()
    await _opened(court, "ALVARA_FLAGRANTE", "A-1", fields={"motivo": "m", "sintese_decisao": "s"})
    # when
    await court.back()
    # then
    assert court.standing("A-1") == ASKED
    assert court.missing("A-1") == ["fields.local_prisao"]
    # when
    data = {"A-1": {"fields": {"local_prisao": "Delegacia de Campo Grande"}}}
    assert await court.command(RESOLVE, "SERVIDOR", document_ids=["A-1"], data=data) == "RESOLVING"
    # then
    assert court.standing("A-1") == REGISTERED
    assert court.told(RESOLVED, "A-1") != []


@confirmed
async def test_where_everything_is_confirmed_a_release_awaits_its_unit_too(court: Court) -> None:
    # given
    await court.away()
    await _opened(court, "ALVARA_FLAGRANTE", "A-1")
    # when
    await court.back()
    # then
    assert (court.standing("A-1"), court.missing("A-1")) == (ASKED, [CONFIRMATION])
    # when nobody does anything for an hour and a half
    await court.wait(1801)
    # then the chefe is told, as of every release that is held
    assert court.told(HELD, "A-1")[-1].data["who"]["role"] == "CHEFE_DE_CARTORIO"
    # when
    assert await court.command(RESOLVE, "SERVIDOR", category="ALVARAS_ORDENS") == "RESOLVING"
    # then
    assert court.standing("A-1") == REGISTERED


@default
async def test_a_mandado_that_nobody_confirms_is_told_to_the_chefe_after_an_hour(court: Court) -> None:
    # given
    await court.away()
    await _opened(court, "MANDADO", "M-1")
    await court.back()
    assert court.told(HELD, "M-1")[-1].data["who"]["role"] == "SERVIDOR"
    # when
    await court.wait(3601)
    # then
    assert court.told(HELD, "M-1")[-1].data["who"]["role"] == "CHEFE_DE_CARTORIO"


async def test_safety_26_what_somebody_registered_by_hand_is_found_and_not_made_again(court: Court) -> None:
    # given a mandado opened in an outage, and its like in BNMP that is no document's of ours
    await court.issue("MANDADO", "BY-HAND")
    with court.office.database.transaction() as connection:
        connection.execute(sa.update(document).where(document.c.document_id == "BY-HAND").values(bnmp_id=None))
    await court.away()
    await _opened(court, "MANDADO", "M-1")
    # when
    await court.back()
    # then
    assert court.standing("M-1") == REGISTERED
    assert len([one for one in court.simulator.book["documents"] if one["tipoPeca"] == 1]) == 1
    assert "M-1 CREATE" not in court.order
    assert court.told(RESOLVED, "M-1") != []


async def test_safety_13_what_was_fulfilled_in_the_outage_goes_with_its_certidao(court: Court) -> None:
    # given
    await court.away()
    await _opened(court, "MANDADO", "M-1")
    await court.recorded(144, court.office.hand().date())
    # when
    await court.back()
    # then
    assert court.standing("M-1") == (State.CONTINGENCY, Reason.NEEDS_JUDGE)
    # when
    await court.issue("CERTIDAO", "C-1", "M-1")
    # then
    assert [court.standing(one) for one in ("M-1", "C-1")] == [REGISTERED] * 2
    assert court.status("M-1") == "Cumprido"


async def test_a_request_that_is_not_the_units_is_refused_whole(court: Court) -> None:
    # given
    await court.away()
    await _opened(court, "MANDADO", "M-1")
    await court.issue("MANDADO", "M-2", person=1)
    # when
    asked = [
        await court.command(RESOLVE, "SERVIDOR", document_ids=["M-1"], by_unit="99999"),
        await court.command(RESOLVE, "SERVIDOR", document_ids=["M-1", "NONE"]),
        await court.command(RESOLVE, "SERVIDOR", document_ids=["M-1", "M-2"]),
        await court.command(RESOLVE, "SERVIDOR", category="ALVARAS_ORDENS"),
    ]
    # then
    assert asked == ["NOT_COMPETENT", "UNKNOWN_DOCUMENT", "NOT_OPENED", "NOTHING_LEFT"]
    assert court.link() is LinkState.DOWN
    assert court.office.row("M-1")["confirmed"] is None


async def test_no_certidao_is_released_that_is_not_there(court: Court) -> None:
    # when
    released = {"certificate_id": f"{PEOPLE[0].party_id}:NONE", "released_at": "2026-11-20T16:00:00-04:00"}
    # then
    assert await court.command(RELEASE, "SERVIDOR", **released) == "UNKNOWN_CERTIFICATE"
