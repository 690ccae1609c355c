"""What is in effect at BNMP is taken out of it again, if CNJ allows it; no draft is left (docs/law.md cancellation, safety-12, 29)."""

from dataclasses import replace

from rules import messages
from rules.words import Reason, State
from sandbox.bnmp.labels import ANNULLED
from tests.story.comparing import at_registry
from tests.story.court import MAGISTRADO, SERVIDOR, Court

REGISTERED = (State.REGISTERED, None)
CHANGED = "bnmp.document.status-changed.v1"
BY = {"role": "MAGISTRADO", "user": MAGISTRADO.user, "unit": "90101"}


async def test_safety_29_an_annulled_certidao_brings_its_mandado_back_and_leaves_a_certidao_in_the_case(
    court: Court,
) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    assert court.situation() == "Preso Provisório"
    # when the unit took the wrong mandado for the fulfilled one
    assert await court.withdraw("C-1", by=BY, justification="Mandado errado") == "ANNULLED"
    # then
    assert (court.status("C-1"), court.status("M-1")) == ("Anulado", "Pendente de Cumprimento")
    assert (court.standing("C-1"), court.office.row("C-1")["bnmp_status"]) == (REGISTERED, "ANULADO")
    assert court.office.row("M-1")["bnmp_status"] == "PENDENTE_CUMPRIMENTO"
    assert court.situation() == "Procurado"
    made = court.told(CHANGED, "C-1")[-1].data["certificate"]
    assert (made["kind"], made["signer"], made["status"]) == ("CERTIDAO_ANULACAO", MAGISTRADO.user, "PENDING_RELEASE")
    assert court.told(CHANGED, "M-1")[-1].data["bnmp_status"] == "PENDENTE_CUMPRIMENTO"
    assert [one[1] for one in court.office.answers()][-2:] == ["ANNULMENT_ASKED", "ANNULLED"]
    # when the arrest is told again, the mandado is fulfilled again
    await court.issue("CERTIDAO", "C-2", "M-1")
    assert (court.status("M-1"), court.situation()) == ("Cumprido", "Preso Provisório")


async def test_safety_29_a_contramandado_is_annulled_by_its_judge_alone(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CONTRAMANDADO", "K-1", "M-1")
    by = {"role": "SERVIDOR", "user": SERVIDOR.user, "unit": "90101"}
    # when, then
    assert await court.withdraw("K-1", by=by) == "JUDGE_ONLY"
    assert court.status("M-1") == "Revogado"
    # when
    assert await court.withdraw("K-1", by=BY) == "ANNULLED"
    # then
    assert (court.status("K-1"), court.status("M-1")) == ("Anulado", "Pendente de Cumprimento")
    assert court.situation() == "Procurado"


async def test_cnj_alone_decides_what_is_annulled_and_the_unit_is_told_where_the_reason_stands(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    await court.issue("ALVARA", "A-1", "M-1")
    # when
    assert await court.withdraw("A-1", by=BY) == "CNJ_REFUSED"
    # then
    assert (court.status("A-1"), court.standing("A-1")) == ("Ativo", REGISTERED)
    assert court.office.row("A-1")["withdrawal"] is None
    assert len(court.requests("anular")) == 1


async def test_safety_12_what_is_annulled_has_nobody_arrested_whom_the_history_shows_free(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    await court.recorded(62, court.office.hand().date())
    # when
    assert await court.withdraw("C-1", by=BY) == "FREED_SINCE"
    # then
    assert court.requests("anular") == []
    assert court.status("M-1") == "Cumprido"


async def test_an_annulment_waits_for_the_link_and_a_lost_answer_is_read_before_it_is_asked_again(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-1")
    await court.issue("CERTIDAO", "C-1", "M-1")
    await court.cut()
    # when
    assert await court.withdraw("C-1", by=BY) == "ANNULMENT_ASKED"
    await court.back()
    # then
    assert court.status("C-1") == "Anulado"
    # given another whose answer is lost
    await court.issue("CERTIDAO", "C-2", "M-1")
    world, before = court.simulator.world, len(court.requests("anular"))
    world.moods = replace(world.moods, drop_after_accept=1.0)
    # when
    await court.withdraw("C-2", by=BY)
    await court.wait(3600)
    # For the second time in an hour BNMP did not answer: the link may still be on trial, and what is read waits for it.
    await court.back()
    await court.wait(3600)
    # then
    assert court.office.answers()[-1][1] == "ANNULLED"
    assert len(court.requests("anular")) == before + 1, "what is annulled is not annulled again"


async def test_safety_12_the_draft_of_what_is_stopped_is_cancelled_and_not_left(court: Court) -> None:
    # given a mandado that the judge could not sign at BNMP
    court.forbid(MAGISTRADO)
    await court.issue("MANDADO", "M-1")
    assert (court.standing("M-1"), court.status("M-1")) == ((State.HELD, Reason.ACCESS), "Aguardando Assinatura")
    # when its unit takes it back
    assert await court.withdraw("M-1") == "ONLY_BY_CONTRAMANDADO"
    # then nothing of it is left, and its judge is asked
    assert [one["status"] for one in court.simulator.book["documents"]] == ["Anulado"]
    assert court.standing("M-1") == (State.HELD, Reason.NEEDS_JUDGE)
    assert court.office.row("M-1")["bnmp_id"] is None
    # when the judge wants it sent
    court.allow(MAGISTRADO)
    statement = {"document_id": "M-1", "statement": "SEND", "text": "Mantenho."}
    await court.command("document.statement-given", **statement)
    # then it is made anew
    assert (court.standing("M-1"), court.status("M-1")) == (REGISTERED, "Pendente de Cumprimento")


async def test_safety_29_a_draft_that_is_taken_back_is_cancelled_and_then_excluded(court: Court) -> None:
    # given
    court.forbid(MAGISTRADO)
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    # when
    await court.withdraw("A-1")
    # then
    assert court.standing("A-1") == (State.EXCLUDED, Reason.WITHDRAWN)
    assert [one["status"] for one in court.simulator.book["documents"]] == ["Anulado"]


async def test_what_somebody_annulled_in_bnmp_is_made_anew_at_its_units_word_and_at_no_operators(court: Court) -> None:
    # given a draft that somebody has annulled in BNMP itself
    court.forbid(MAGISTRADO)
    await court.issue("MANDADO", "M-1")
    court.allow(MAGISTRADO)
    at_registry(court, "M-1").status = ANNULLED
    # when
    await court.command("document.retry-requested", "SERVIDOR", document_id="M-1")
    # then
    assert court.standing("M-1") == (State.HELD, Reason.DIVERGENCE)
    assert court.told("bnmp.document.held.v1", "M-1")[-1].data["remedy"] == messages.PIECE_ANNULLED
    # when an operator tries everything again
    await court.command("document.retry-requested", "OPERADOR", document_id="M-1")
    assert court.standing("M-1") == (State.HELD, Reason.DIVERGENCE)
    # and then its unit
    await court.command("document.retry-requested", "SERVIDOR", document_id="M-1")
    # then
    assert court.standing("M-1") == REGISTERED
    assert [one["status"] for one in court.simulator.book["documents"]] == ["Anulado", "Pendente de Cumprimento"]


async def test_a_mandado_that_is_opened_after_its_draft_was_cancelled_is_registered_all_the_same(court: Court) -> None:
    # given
    court.forbid(MAGISTRADO)
    await court.issue("MANDADO", "M-1")
    await court.withdraw("M-1")
    court.allow(MAGISTRADO)
    # when the judge wants it sent, and BNMP is away
    await court.cut()
    statement = {"document_id": "M-1", "statement": "SEND", "text": "Mantenho."}
    await court.command("document.statement-given", **statement)
    await court.says("M-1", "SIM")
    assert court.standing("M-1")[0] == State.CONTINGENCY
    await court.back()
    # then the resolver finds the draft that is gone, and does not stand still before it
    assert court.standing("M-1") == REGISTERED
    assert [one["status"] for one in court.simulator.book["documents"]] == ["Anulado", "Pendente de Cumprimento"]
