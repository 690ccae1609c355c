"""What is registered, what is held, and who is told (docs/law.md safety-1 to safety-7)."""

from rules.words import Reason, State
from tests.story.court import MAGISTRADO, SERVIDOR, Court

REGISTERED = (State.REGISTERED, None)
CLERK = {"role": "SERVIDOR", "user": SERVIDOR.user, "released_at": "2026-11-20T13:55:00+00:00"}
HELD = "bnmp.document.held.v1"


async def test_safety_1_success_is_told_only_when_the_piece_is_signed_by_all_and_read_back(court: Court) -> None:
    # when
    await court.issue("MANDADO", "M-1")
    # then
    assert court.order[-4:] == ["M-1 CREATE", "M-1 SIGN_SERVIDOR", "M-1 SIGN_MAGISTRADO", "M-1 READ_BACK"]
    told = court.told("bnmp.document.registered.v1", "M-1")
    assert [one.data["bnmp_status"] for one in told] == ["PENDENTE_CUMPRIMENTO"]


async def test_safety_2_a_registered_mandado_does_not_yet_carry_an_alvara(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("ALVARA", "A-1", "M-1")
    assert court.standing("A-1") == (State.HELD, Reason.MISSING_ANTECEDENT)
    # when what fulfils it is there
    await court.issue("CERTIDAO", "C-1", "M-1")
    # then
    assert court.standing("A-1") == REGISTERED


async def test_safety_3_what_bnmp_refuses_is_held_and_goes_with_new_data(court: Court) -> None:
    # given a place of custody that the form lacks
    await court.issue("FLAGRANTE", "M-1")
    await court.issue("ALVARA_FLAGRANTE", "A-1", fields={"motivo": "m", "sintese_decisao": "s"})
    # then nothing is rejected
    assert court.standing("A-1") == (State.HELD, Reason.MISSING_DATA)
    assert court.told("bnmp.document.rejected.v1") == []
    # when
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    # then
    assert court.standing("A-1") == REGISTERED


async def test_safety_4_a_release_that_is_held_is_told_to_the_unit_then_the_chefe_then_the_judge(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("ALVARA", "A-1", "M-1")
    assert court.told(HELD, "A-1")[-1].data["who"]["role"] == "SERVIDOR"
    # when half an hour goes by
    await court.wait(1801)
    # then
    assert court.told(HELD, "A-1")[-1].data["who"]["role"] == "CHEFE_DE_CARTORIO"
    assert [one.data["kind"] for one in court.told("bnmp.incident.v1")] == ["LIBERTY_HELD"]
    # when two hours have gone by
    await court.wait(5400)
    # then
    assert court.told(HELD, "A-1")[-1].data["who"]["role"] == "MAGISTRADO"
    assert "não solte" not in str([one.data for one in court.told(HELD, "A-1")]).lower()


async def test_safety_5_annex_b_10_the_judge_signs_and_the_clerk_releases_and_no_success_is_shown(court: Court) -> None:
    # when
    await court.issue("MANDADO_CIVIL", "M-1", released_by=CLERK)
    # then
    assert court.standing("M-1") == (State.HELD, Reason.ACCESS)
    assert court.told(HELD, "M-1")[-1].data["who"]["role"] == "MAGISTRADO"
    assert (court.told("bnmp.document.registered.v1"), court.requests("mandado")) == ([], [])
    # when the judge releases it
    await court.issue("MANDADO_CIVIL", "M-1")
    # then
    assert court.standing("M-1") == REGISTERED


async def test_safety_5_another_hand_signs_where_the_first_may_not_and_the_link_stays_up(court: Court) -> None:
    # given a judge whom the registry does not let sign in this unit
    court.forbid(MAGISTRADO)
    # when
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    # then
    assert court.standing("A-1") == (State.HELD, Reason.ACCESS)
    assert (court.link(), court.told("bnmp.document.contingency-offered.v1")) == ("UP", [])
    # when the access is given
    court.allow(MAGISTRADO)
    await court.command("document.retry-requested", "SERVIDOR", document_id="A-1")
    # then
    assert court.standing("A-1") == REGISTERED


async def test_safety_6_a_wrong_field_holds_and_an_unreadable_record_stops_mandados_and_no_release(
    court: Court,
) -> None:
    # given
    court.office.take(court.office.junk())
    # when
    await court.issue("MANDADO", "M-1")
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    await court.issue("MANDADO", "M-2", fields={"sintese_decisao": "s"}, person=1)
    # then
    assert court.standing("M-1") == (State.HELD, Reason.DEAD_LETTER_AHEAD)
    assert court.standing("A-1") == REGISTERED
    assert court.standing("M-2") == (State.HELD, Reason.MISSING_DATA)
    assert court.missing("M-2") == ["fields.data_validade", "fields.especie_prisao"]


async def test_safety_7_a_model_that_does_not_communicate_is_told_with_what_to_do_instead(court: Court) -> None:
    # when
    await court.issue("ALVARA_FLAGRANTE", "A-1", model={"code": "9", "institutional": False})
    # then
    assert court.standing("A-1") == (State.EXCLUDED, Reason.NOT_COMMUNICATING)
    assert "modelo institucional" in court.told("bnmp.document.ignored.v1", "A-1")[0].data["remedy"]


async def test_a_case_of_another_system_is_not_ours(court: Court) -> None:
    # when
    case = {"number": court.case(), "medium": "DIGITAL", "owner_system": "SEEU", "status": "EM_ANDAMENTO"}
    await court.issue("MANDADO", "M-1", case=case)
    # then
    assert court.standing("M-1") == (State.REJECTED, Reason.OUT_OF_SCOPE)
