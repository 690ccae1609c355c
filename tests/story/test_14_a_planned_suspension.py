"""The integration is off for days by an operator's word: all is kept in order, and goes as things stand then (docs/law.md FAIL-3, safety-19)."""

from datetime import timedelta

import pytest

from rules.words import LinkState, Reason, State
from sandbox.saj.documents import KindName
from tests.ledger.office import START
from tests.story.court import Court

REGISTERED = (State.REGISTERED, None)
WAITING = (State.HELD, Reason.WAITING_LINK)
TO_JUDGE = {State.HELD: (State.HELD, Reason.NEEDS_JUDGE), State.CONTINGENCY: (State.CONTINGENCY, Reason.NEEDS_JUDGE)}
OFFERED = "bnmp.document.contingency-offered.v1"
DAY = 86_400.0
ARREST = 144
EXPIRES = {
    "data_validade": f"{START + timedelta(days=1):%Y-%m-%d}",
    "especie_prisao": "PREVENTIVA",
    "sintese_decisao": "s",
}
# Who is issued what on the first day, and what comes of them while the integration is off.
WARRANTS = {"M-STILL": 0, "M-FULFILLED": 1, "M-REVOKED": 2, "M-EXPIRED": 3, "M-ARRESTED": 4}


async def _off(court: Court, cause: str, **said: str) -> None:
    assert await court.command("link.forced", "OPERADOR", state="FORCED_DOWN", cause=cause, **said) == "APPLIED"


async def _on(court: Court) -> None:
    """The operator lets the link go by itself again, and the probe finds BNMP there."""
    assert await court.command("link.forced", "OPERADOR", state="AUTO") == "APPLIED"
    await court.back()


async def _issue(court: Court, kind: KindName, document_id: str, *names: str, person: int) -> None:
    changes = {"fields": EXPIRES} if document_id == "M-EXPIRED" else {}
    await court.issue(kind, document_id, *names, person=person, **changes)


async def _days_pass(court: Court) -> None:
    """Three days: one is arrested and it is certified, one is revoked, one expires, one is arrested and nobody wrote it down."""
    await court.wait(DAY)
    await court.recorded(ARREST, court.office.hand().date(), person=1)
    await _issue(court, "CERTIDAO", "C-FULFILLED", "M-FULFILLED", person=1)
    await court.wait(DAY)
    await _issue(court, "CONTRAMANDADO", "K-REVOKED", "M-REVOKED", person=2)
    await court.recorded(ARREST, court.office.hand().date(), person=4)
    await court.wait(DAY)


def _as_things_stand(court: Court, held: State) -> None:
    """What became of each: the two that are not what they were are the judge's, and BNMP has the others as they stand."""
    standing = {name: court.standing(name) for name in WARRANTS}
    stale = TO_JUDGE[held]
    assert standing == dict.fromkeys(WARRANTS, REGISTERED) | {"M-EXPIRED": stale, "M-ARRESTED": stale}
    assert [court.status(name) for name in ("M-STILL", "M-FULFILLED", "M-REVOKED")] == [
        "Pendente de Cumprimento",
        "Cumprido",
        "Revogado",
    ]
    assert [court.piece(name) for name in ("M-EXPIRED", "M-ARRESTED")] == [None, None]


async def test_fail_3_in_our_maintenance_nothing_is_offered_and_all_is_kept_for_days(court: Court) -> None:
    # given
    await _off(court, "OUR_MAINTENANCE")
    for name, person in WARRANTS.items():
        await _issue(court, "MANDADO", name, person=person)
    # when
    await _days_pass(court)
    # then
    kept = (*WARRANTS, "C-FULFILLED", "K-REVOKED")
    assert {court.standing(name) for name in kept} == {WAITING}
    assert (court.told(OFFERED), court.requests("api/"), court.link()) == ([], [], LinkState.FORCED_DOWN)
    # when
    await _on(court)
    # then
    _as_things_stand(court, State.HELD)
    # and each pair went in one run
    created = [step.split()[0] for step in court.order if step.endswith(" CREATE")]
    assert created.index("M-REVOKED") + 1 == created.index("K-REVOKED")
    assert created.index("M-FULFILLED") + 1 == created.index("C-FULFILLED")


async def test_fail_3_in_a_declared_unavailability_what_was_opened_goes_as_things_stand_then(court: Court) -> None:
    # given BNMP away for days, as its notice said whose number the operator gives
    await court.cut()
    await _off(court, "UNAVAILABILITY_DECLARED", notice="12/2026")
    for name, person in WARRANTS.items():
        await _issue(court, "MANDADO", name, person=person)
        await court.says(name, "SIM")
    # when
    await _days_pass(court)
    await court.says("K-REVOKED", "SIM")
    # then
    assert {court.standing(name)[0] for name in (*WARRANTS, "K-REVOKED")} == {State.CONTINGENCY}
    assert (court.standing("C-FULFILLED"), court.link()) == (WAITING, LinkState.FORCED_DOWN)
    # when
    await _on(court)
    # then
    _as_things_stand(court, State.CONTINGENCY)
    # and each has its own day of issue and says why it comes so late
    for name in ("M-STILL", "M-FULFILLED", "M-REVOKED"):
        piece = court.piece(name)
        assert piece is not None
        assert piece["dataExpedicao"] == "20/11/2026"
        assert "12/2026" in piece["justificativa"] or "art. 8" in piece["justificativa"]


@pytest.mark.parametrize(("word", "state"), [("SEND", State.REGISTERED), ("DO_NOT_SEND", State.EXCLUDED)])
async def test_fail_3_of_whom_was_arrested_meanwhile_the_judge_decides(court: Court, word: str, state: State) -> None:
    # given
    await _off(court, "OUR_MAINTENANCE")
    await court.issue("MANDADO", "M-1")
    await court.wait(DAY)
    await court.recorded(ARREST, court.office.hand().date())
    await _on(court)
    # when nobody says anything for a day
    await court.wait(DAY)
    # then
    assert (court.standing("M-1"), court.piece("M-1")) == (TO_JUDGE[State.HELD], None)
    # when
    told = {"document_id": "M-1", "statement": word, "text": "À vista da suspensão"}
    assert await court.command("document.statement-given", **told) == "APPLIED"
    # then
    assert court.standing("M-1")[0] == state
    assert (court.piece("M-1") is None) == (state is State.EXCLUDED)


async def test_safety_15_a_release_behind_a_mandado_that_was_opened_is_offered_on_any_day(court: Court) -> None:
    # given a mandado that was opened on the first day of the outage
    await court.cut()
    await _off(court, "UNAVAILABILITY_DECLARED", notice="12/2026")
    await court.issue("MANDADO", "M-1")
    await court.says("M-1", "SIM")
    # when
    await court.wait(DAY)
    await court.issue("CONTRAMANDADO", "K-1", "M-1")
    await court.wait(60)
    # then
    assert court.standing("K-1") == (State.HELD, Reason.AWAITING_CONSENT)
    offered = court.told(OFFERED, "K-1")[-1].data["failed_access_at"]
    assert offered >= "2026-11-21"
