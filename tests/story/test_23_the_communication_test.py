"""The communication test, and one link for all: what a user sees, what is opened by it, and who hears of it (safety-21, I8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from consumers.delivery import LINK_SECONDS
from ledger import links
from ledger.engine import Database
from ledger.tables import person
from rules.breaker import TRANSITIONS
from rules.words import LinkState, Reason, State
from tests.flow.alone import Alone
from tests.story.court import SERVIDOR, Court

REGISTERED, AWAITING = (State.REGISTERED, None), (State.HELD, Reason.AWAITING_CONSENT)
OFFERED, CHANGED, TESTED = "bnmp.document.contingency-offered.v1", "bnmp.link.changed.v1", "link.tested"


async def _tests(court: Court, client: str, app_server: str) -> str:
    """A user tests in SAJ before drafting; the sentence that they read."""
    answered = await court.command(TESTED, "SERVIDOR", user=SERVIDOR.user, client=client, app_server=app_server)
    told = [one for one in court.office.said() if one.type == "bnmp.command.applied.v1"][-1]
    assert answered == ("TEST_OK" if "ERROR" not in (client, app_server) else "TEST_FAILED")
    return str(told.data["message"])


@pytest.mark.parametrize(("client", "app_server"), [("ERROR", "OK"), ("OK", "ERROR"), ("ERROR", "ERROR")])
async def test_an_error_in_either_result_is_that_users_unavailability_and_nobody_elses(
    court: Court, client: str, app_server: str
) -> None:
    # given BNMP, which is there
    probes = len(court.requests(""))
    # when a user's test fails
    told = await _tests(court, client, app_server)
    # then they are told what to do, our own probe has asked BNMP, and the link is what it was
    assert "indisponível para este usuário" in told
    assert "tente novamente" in told
    assert len(court.requests("")) > probes
    assert (court.link(), court.told(CHANGED)) == (LinkState.UP, [])
    # and whoever looks sees both results: unavailable for that user, available for the others
    theirs, ours = await court.test(SERVIDOR.user), await court.test()
    (seen,) = theirs.users
    assert (seen.client, seen.app_server, theirs.app_server) == (client, app_server, "OK")
    assert (theirs.available, ours.available) == (False, True)
    # when that user issues an order all the same
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    # then it goes like any other, and nobody is asked about contingency
    assert (court.standing("A-1"), court.told(OFFERED)) == (REGISTERED, [])
    # when they test again
    assert "anotado" in await _tests(court, "OK", "OK")
    # then
    assert (await court.test(SERVIDOR.user)).available


async def test_in_an_outage_a_failed_test_opens_nothing_the_failed_sending_does_and_both_are_shown(
    court: Court,
) -> None:
    # given an outage that nobody has met yet
    await court.cut()
    # when a user tests
    await _tests(court, "OK", "ERROR")
    # then our own probe has met it, and no document is in contingency by that
    assert court.link() is not LinkState.UP
    assert court.told(OFFERED) == []
    # when they issue an order, and it cannot be sent
    await court.issue("ALVARA_FLAGRANTE", "A-1")
    assert (court.standing("A-1"), len(court.told(OFFERED, "A-1"))) == (AWAITING, 1)
    # then the test shows what is unavailable, since when, and the calls that failed, the offer's own among them
    shown = await court.test(SERVIDOR.user)
    assert (shown.available, shown.app_server, shown.state) == (False, "ERROR", court.link())
    assert shown.unavailable_since is not None
    assert shown.unavailable_since == min(one.at for one in shown.failures)
    offered = court.told(OFFERED, "A-1")[0].data
    assert datetime.fromisoformat(offered["failed_access_at"]) in {one.at for one in shown.failures}
    assert "repita o teste" in shown.what
    # when BNMP is back
    await court.back()
    # then the offer has lapsed, and the user's next test is good
    assert court.standing("A-1") == REGISTERED
    await _tests(court, "OK", "OK")
    shown = await court.test(SERVIDOR.user)
    assert (shown.available, shown.unavailable_since) == (True, None)


@dataclass(frozen=True, slots=True)
class _Process:
    """Another process at the same ledger."""

    database: Database
    bench: Alone

    def link(self) -> LinkState:
        """What it knows of the link, as it looks before it sends."""
        with self.database.reading() as connection:
            return links.load_link(connection).state


def _another(court: Court, life: str, *, contingency: bool) -> _Process:
    database = Database(str(court.office.database.url), court.office.hand)
    return _Process(database, Alone(database, court.office.deployment, life, lambda *_: True, contingency=contingency))


async def test_what_one_process_finds_of_the_link_is_every_processs_at_its_next_look(either: Court) -> None:
    # given two more processes, which ask the ledger for the link at least once a second
    court = either
    others = [_another(court, f"other-{opened}", contingency=opened) for opened in (False, True)]
    assert LINK_SECONDS <= 1
    try:
        # when one sender's calls and the clock's probes fail
        await court.cut()
        await court.issue("MANDADO", "M-1")
        await court.away()
        # then everybody sees it, and the next document is offered without a call of its own
        assert [one.link() for one in others] == [LinkState.DOWN] * 2
        calls = len(court.order)
        court.publish("ALVARA_FLAGRANTE", "A-1", person=1)
        for number in [row["person"] for row in court.office.rows(person)]:
            lane = others[0].bench.open(number)
            assert lane is None or others[0].bench.advance(lane, None, None) is None
            if lane is not None:
                others[0].bench.close(lane)
        assert (court.standing("A-1"), len(court.order)) == (AWAITING, calls)
        # when the clock finds it back
        await court.back()
        # then
        assert [one.link() for one in others] == [LinkState.UP] * 2
        assert [court.standing(one) for one in ("M-1", "A-1")] == [REGISTERED] * 2
    finally:
        for one in others:
            one.database.close()


async def test_every_transition_is_on_record_with_its_evidence_and_follows_from_the_one_before(court: Court) -> None:
    # given
    began = court.office.hand()
    # when a link goes and comes back
    await court.away()
    await court.back()
    # then each change is told once, in Portuguese, with its instant and what was seen
    told = [one.data for one in court.told(CHANGED)]
    states = [LinkState(one["state"]) for one in told]
    assert states[0] is LinkState.SUSPECT
    assert (states[-1], told[-1]["cause"]) == (LinkState.UP, "PROBE_OK")
    assert LinkState.DOWN in states
    before = LinkState.UP
    for one, state in zip(told, states, strict=True):
        assert (one["cause"], state) in {(str(event), to) for event, to in TRANSITIONS[before].items()} | {
            ("TRIPPED", LinkState.DOWN)
        }
        assert "comunicação com o BNMP" in one["message"]
        assert one["by"] is None
        before = state
    instants = [one["since"] for one in told]
    assert instants == sorted(instants)
    assert instants[0] >= began.isoformat()
    assert court.office.hand() - began < timedelta(minutes=5)
