"""Contingency point by point: trying again, what SAJ issued so by itself, the closed list whole (docs/law.md contingency, safety-15)."""

from datetime import timedelta
from typing import Any

import pytest

from ledger import link_tests
from rules.contingency import dispensation_text
from rules.dossier import Court as Reading
from rules.words import LinkState, Reason, State
from tests.ledger.office import START
from tests.story.court import SERVIDOR, Court

REGISTERED = (State.REGISTERED, None)
AWAITING = (State.HELD, Reason.AWAITING_CONSENT)
OFFERED, OPENED = "bnmp.document.contingency-offered.v1", "bnmp.document.contingency-opened.v1"
RESOLVED, DIVERGENCE = "bnmp.contingency.resolved.v1", "bnmp.divergence.found.v1"
RETRY = "document.retry-requested"
FAILED_AT = START - timedelta(minutes=6)


def _issued_so(reading: Reading, seconds: int = 0) -> dict[str, Any]:
    """What SAJ says of a paper that it issued under contingency itself, whose text is so many seconds off."""
    text = dispensation_text(FAILED_AT + timedelta(seconds=seconds), reading)
    return {"origin": "CONTINGENCIA", "contingency": {"text": text, "failed_access_at": FAILED_AT.isoformat()}}


async def test_safety_15_a_retry_reaches_bnmp_although_the_breaker_is_open(court: Court) -> None:
    # given an offer, and a breaker that does not probe for a while
    await court.away()
    await court.issue("MANDADO", "M-1")
    assert (court.standing("M-1"), court.link()) == (AWAITING, LinkState.DOWN)
    attempts, asked = len(court.office.row("M-1")["attempts"]), len(court.order)
    # when the user tries again while BNMP is still away
    assert await court.command(RETRY, "SERVIDOR", document_id="M-1") == "APPLIED"
    # then one call was made, is kept as evidence, and the question is put again
    assert court.order[asked:] == ["M-1 PERSON"]
    assert len(court.office.row("M-1")["attempts"]) == attempts + 1
    assert court.standing("M-1") == AWAITING
    assert len(court.told(OFFERED, "M-1")) == 2
    # when BNMP is there, which nobody has seen yet, and the user tries again
    await court.there()
    await court.command(RETRY, "SERVIDOR", document_id="M-1")
    # then
    assert court.standing("M-1") == REGISTERED
    assert court.told(OPENED, "M-1") == []


async def test_a_retry_whose_sender_has_died_is_offered_again_by_itself(court: Court) -> None:
    # given a user who tries again, and no sender that takes it
    await court.away()
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    court.office.take(court.office.command(RETRY, "SERVIDOR", document_id="A-1"))
    assert court.standing("A-1") == (State.READY, None)
    # when BNMP stays away for two minutes, in which only the clock is there
    asked = len(court.order)
    for _ in range(24):
        court.later(5)
        await court.tick()
    # then its user is asked again, nobody having tried
    assert (court.standing("A-1"), court.order[asked:]) == (AWAITING, [])
    assert len(court.told(OFFERED, "A-1")) == 2
    # when the answer is SIM, and the link is back
    await court.says("A-1", "SIM")
    await court.back()
    # then
    assert court.standing("A-1") == REGISTERED
    assert len(court.told(OPENED, "A-1")) == 1


@pytest.mark.parametrize("seconds", [0, 1])
@pytest.mark.parametrize("kind", ["ALVARA_FLAGRANTE", "MANDADO"])
async def test_what_saj_issued_under_contingency_is_taken_as_it_is_and_its_text_is_compared(
    court: Court, kind: Any, seconds: int
) -> None:
    # given
    said = _issued_so(court.office.deployment.court, seconds)
    # when
    await court.issue(kind, "D-1", **said)
    # then nobody was asked, nothing was told as opened, and it was registered late with its own instant
    assert (court.told(OFFERED), court.told(OPENED)) == ([], [])
    assert court.standing("D-1") == REGISTERED
    assert court.office.row("D-1")["text"] == said["contingency"]["text"]
    made = court.told(RESOLVED, "D-1")[-1].data["certificate"]
    assert (FAILED_AT - timedelta(hours=4)).strftime("%d/%m/%y - %H:%M:%S") in made["text"]
    # and a text that is not the exact one was told, once
    assert [one.data["kind"] for one in court.told(DIVERGENCE, "D-1")] == ["TEXT"] * seconds


async def test_a_release_without_its_text_is_opened_all_the_same_and_a_mandado_waits_for_it(court: Court) -> None:
    # when
    await court.issue("ALVARA_FLAGRANTE", "A-1", origin="CONTINGENCIA")
    await court.issue("MANDADO", "M-1", person=1, origin="CONTINGENCIA")
    # then
    assert court.standing("A-1") == REGISTERED
    assert [one.data["kind"] for one in court.told(DIVERGENCE, "A-1")] == ["TEXT"]
    assert (court.standing("M-1"), court.missing("M-1")) == ((State.HELD, Reason.MISSING_DATA), ["contingency"])
    # when SAJ publishes the mandado with it
    await court.issue("MANDADO", "M-1", person=1, **_issued_so(court.office.deployment.court))
    # then
    assert court.standing("M-1") == REGISTERED
    assert court.told(RESOLVED, "M-1") != []


async def test_a_kind_that_is_not_on_the_list_is_no_contingency_whatever_its_origin(court: Court) -> None:
    # given
    await court.issue("MANDADO", "M-0")
    # when
    await court.issue("CERTIDAO", "C-1", "M-0", **_issued_so(court.office.deployment.court))
    # then it goes like any other, late
    assert court.standing("C-1") == REGISTERED
    row = court.office.row("C-1")
    assert (row["opened_at"], row["text"], row["retroactive"]) == (None, None, True)
    assert court.told(RESOLVED) == []


async def test_the_calls_that_did_not_reach_bnmp_are_kept_with_their_instants_whoever_made_them(court: Court) -> None:
    # when a document could not be sent, and the clock's probes fail
    await court.cut()
    await court.issue("MANDADO", "M-1")
    await court.away()
    # then
    with court.office.database.reading() as connection:
        kept = link_tests.failures(connection, 100)
    assert {one["class"] for one in kept} == {"CONNECTION"}
    assert all(one["detail"] and one["at"] for one in kept)
    attempts = court.office.row("M-1")["attempts"]
    assert {one["at"] for one in attempts} <= {one["at"].isoformat() for one in kept}
    assert len(kept) > sum(one["op"] != "link" for one in attempts)


@pytest.mark.parametrize("client", ["OK", "ERROR"])
async def test_safety_21_a_users_failed_test_opens_nothing_and_our_own_probe_says_what_is(
    court: Court, client: str
) -> None:
    # given BNMP there, and nobody who asks it anything
    asked = len(court.requests("/api/"))
    # when a user's test fails
    failed = {"user": SERVIDOR.user, "client": client, "app_server": "ERROR"}
    assert await court.command("link.tested", "SERVIDOR", **failed) == "TEST_FAILED"
    # then the probe has asked, and found the link up
    assert (len(court.requests("/api/")) > asked, court.link()) == (True, LinkState.UP)
    # and what is issued goes, and is not offered
    await court.issue("MANDADO", "M-1")
    assert (court.standing("M-1"), court.told(OFFERED)) == (REGISTERED, [])
