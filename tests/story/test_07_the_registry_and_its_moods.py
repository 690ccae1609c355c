"""What the registry does that is neither yes nor no, and what becomes of the orders meanwhile."""

from rules.words import Reason, State
from sandbox.bnmp.sessions import read_user
from sandbox.saj.documents import Case, case_number, document
from tests.ledger.office import PEOPLE, STAFF, START
from tests.story.comparing import twin
from tests.story.court import Court

HELD, REGISTERED = State.HELD, (State.REGISTERED, None)
CHANGED = "bnmp.document.status-changed.v1"


async def test_safety_20_everybody_refused_is_an_incident_and_no_contingency(court: Court) -> None:
    # given no password is good any more
    for staff in STAFF:
        for user in (staff.servidor, staff.magistrado):
            court.simulator.world.sessions.put(read_user(user.as_registry_user() | {"password": "another"}))
    # when three people's orders are sent
    for number in range(3):
        case = Case(case_number(200 + number, 2026), PEOPLE[number], STAFF[number])
        court.office.issue(
            document("ALVARA_FLAGRANTE", case, document_id=f"A-{number}", antecedents=(), issued_at=START)
        )
    await court.work()
    # then
    assert {court.standing(f"A-{number}") for number in range(3)} == {(HELD, Reason.ACCESS)}
    incidents = [said.data for said in court.told("bnmp.incident.v1") if said.data["kind"] == "REGISTRY_UNFIT"]
    assert [one["who"]["role"] for one in incidents] == ["OPERADOR"]
    assert (court.link(), court.told("bnmp.document.contingency-offered.v1")) == ("UP", [])
    # when the passwords are good again
    for staff in STAFF:
        for user in (staff.servidor, staff.magistrado):
            court.simulator.world.sessions.put(read_user(user.as_registry_user()))


async def test_annex_b_18_a_mandado_unsigned_for_31_days_is_told_as_missing_and_goes_anew_on_its_units_word(
    court: Court,
) -> None:
    # given a person whom BNMP keeps for another piece, a judge who may not sign, and CNJ, which deletes what nobody signed
    await court.issue("MANDADO_CIVIL", "M-0")
    court.forbid(STAFF[0].magistrado)
    await court.issue("MANDADO", "M-1")
    assert court.standing("M-1") == (HELD, Reason.ACCESS)
    assert court.simulator.book["documents"][-1]["status"] == "Aguardando Assinatura"
    await court.wait(31 * 86400)
    # when the access is given, and the unit asks for another try
    court.allow(STAFF[0].magistrado)
    await court.command("document.retry-requested", "SERVIDOR", document_id="M-1")
    # then
    assert court.standing("M-1") == (HELD, Reason.DIVERGENCE)
    (missing,) = court.told("bnmp.divergence.found.v1", "M-1")
    assert missing.data["kind"] == "MISSING_AT_REGISTRY"
    # when the unit says that it is to go again
    await court.command("document.retry-requested", "SERVIDOR", document_id="M-1")
    # then
    assert court.standing("M-1") == REGISTERED
    assert [row["status"] for row in court.simulator.book["documents"]][-1] == "Pendente de Cumprimento"


async def test_annex_b_18_of_a_person_whom_bnmp_has_deactivated_the_unit_is_asked_and_nobody_is_created(
    court: Court,
) -> None:
    # given a person who has no other piece
    court.forbid(STAFF[0].magistrado)
    await court.issue("MANDADO", "M-1")
    await court.wait(31 * 86400)
    court.allow(STAFF[0].magistrado)
    # when
    for _ in range(2):
        await court.command("document.retry-requested", "SERVIDOR", document_id="M-1")
    # then
    assert (court.standing("M-1"), court.missing("M-1")) == ((HELD, Reason.MISSING_DATA), ["rji"])
    assert len(court.simulator.book["persons"]) == 1


async def test_annex_b_18_a_release_that_was_deleted_unsigned_is_made_anew_by_itself(court: Court) -> None:
    # given
    await court.issue("MANDADO_CIVIL", "M-0")
    court.forbid(STAFF[0].magistrado)
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    await court.wait(31 * 86400)
    # when
    court.allow(STAFF[0].magistrado)
    await court.command("document.retry-requested", "SERVIDOR", document_id="A-1")
    # then
    assert court.standing("A-1") == REGISTERED
    assert len(court.told("bnmp.divergence.found.v1", "A-1")) == 1


async def test_annex_b_6_a_unit_without_access_holds_its_document_and_never_opens_contingency(court: Court) -> None:
    # given
    court.forbid(STAFF[0].servidor)
    # when
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    await court.issue("MANDADO", "M-1", person=1)
    # then
    assert {court.standing("A-1"), court.standing("M-1")} == {(HELD, Reason.ACCESS)}
    assert (court.link(), court.told("bnmp.document.contingency-offered.v1")) == ("UP", [])
    assert court.told("bnmp.document.held.v1", "A-1")[-1].data["who"]["unit"] == STAFF[0].unit.code


async def test_annex_b_7_the_greeting_that_hands_out_a_cookie_is_no_outage(court: Court) -> None:
    # when each hand logs in for the first time
    await court.issue("MANDADO", "M-1")
    # then its first call was an error with a cookie, and the second was heard
    logins = [row["status"] for row in court.requests("authenticate")]
    assert len(logins) == 4
    assert logins.count(200) >= 2
    assert (court.standing("M-1"), court.link()) == (REGISTERED, "UP")
    assert court.told("bnmp.document.uncertain.v1") == []


async def test_annex_b_8_what_was_accepted_without_an_answer_is_found_and_not_sent_twice(court: Court) -> None:
    # given a person whom BNMP knows, and an answer that never comes
    await court.issue("MANDADO_CIVIL", "M-0")
    court.moods(drop_after_accept=1.0)
    # when
    court.publish("MANDADO", "M-1")
    await court.work()
    court.moods(drop_after_accept=0.0)
    await court.back()
    await court.wait(700)
    # then
    assert court.standing("M-1") == REGISTERED
    assert len(court.told("bnmp.document.uncertain.v1", "M-1")) >= 1
    assert [row["status"] for row in court.simulator.book["documents"]] == ["Pendente de Cumprimento"] * 2


async def test_annex_b_17_what_was_opened_before_a_merge_is_resolved_under_the_rji_that_survived(court: Court) -> None:
    # given a person whom BNMP knows twice, and a mandado issued under contingency
    await court.issue("MANDADO_CIVIL", "M-0")
    await court.issue("MANDADO_CIVIL", "N-0", person=1)
    mine, older = (row["numeroIndividuo"] for row in court.simulator.book["persons"])
    await court.cut()
    await court.issue("ALVARA_FLAGRANTE", "A-9", person=2)
    await court.issue("MANDADO", "M-1")
    await court.says("M-1", "SIM")
    assert court.standing("M-1") == (State.CONTINGENCY, None)
    # when BNMP merges the two, and is back
    book = court.simulator.world.book
    book.merge(mine, older)
    await court.back()
    # then
    assert court.standing("M-1") == REGISTERED
    piece = court.piece("M-1")
    assert piece is not None
    assert piece["numeroIndividuo"] == older
    assert court.told("bnmp.contingency.resolved.v1", "M-1")[0].data["rji"] == older


async def test_a_persons_status_is_read_back_and_told_and_asked_for_again_where_it_comes_late(court: Court) -> None:
    # given a registry that follows after five minutes
    court.moods(late_status_s=300)
    # when
    await court.issue("MANDADO", "M-1")
    # then
    assert (court.standing("M-1"), court.told(CHANGED)) == (REGISTERED, [])
    # when
    await court.wait(600)
    # then
    assert [one.data["person_status"] for one in court.told(CHANGED, "M-1")] == ["PROCURADO"]
    # when it is fulfilled, and BNMP follows at once
    court.moods(late_status_s=0)
    await court.issue("CERTIDAO", "C-1", "M-1")
    # then
    assert [one.data["person_status"] for one in court.told(CHANGED, "C-1")] == ["PRESO_PROVISORIO"]


async def test_a_persons_status_that_does_not_come_is_a_divergence_within_the_hour(court: Court) -> None:
    # given
    court.moods(late_status_s=86400)
    # when
    await court.issue("MANDADO", "M-1")
    for _ in range(3):
        await court.wait(1300)
    # then
    (found,) = court.told("bnmp.divergence.found.v1", "M-1")
    assert (found.data["kind"], found.data["ours"], found.data["registry"]) == (
        "PERSON_STATUS",
        "PROCURADO",
        "EM_LIBERDADE",
    )
    assert [one.data["person_status"] for one in court.told(CHANGED, "M-1")] == ["EM_LIBERDADE"]


async def test_who_is_let_go_here_and_sought_by_another_court_is_told_as_sought_and_no_divergence(court: Court) -> None:
    # given somebody who is held here, and whom another court seeks
    await court.issue("MANDADO", "M-1")
    twin(court, "M-1", numeroProcesso="00012340920208120001", orgao={"id": "55555"})
    await court.issue("CERTIDAO", "C-1", "M-1")
    # when they are let go
    await court.issue("ALVARA", "A-1", "M-1")
    for _ in range(3):
        await court.wait(1300)
    # then
    assert (court.standing("A-1"), court.situation()) == (REGISTERED, "Procurado")
    assert [one.data["person_status"] for one in court.told(CHANGED, "A-1")] == ["PROCURADO"]
    assert court.told("bnmp.divergence.found.v1", "A-1") == []
