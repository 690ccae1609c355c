"""Another try while BNMP counts as away: one real attempt, or the offer again (docs/law.md safety-15, safety-16)."""

import pytest

from rules.acts import RetryAsked
from rules.breaker import tried
from rules.dossier import Link
from rules.words import AnswerClass, Consent, LinkState, Reason, Role, State
from tests.rules.desk import CERTIDAO, CONTRAMANDADO, MANDADO, NOW, Desk, document

READY = (State.READY, None)
OFFERED = "bnmp.document.contingency-offered.v1"


@pytest.mark.parametrize("answered", [None, Consent.NAO])
def test_safety_15_a_retry_makes_one_real_attempt_although_the_breaker_is_open(answered: Consent | None) -> None:
    # given
    desk = Desk(document("m"))
    desk.link(LinkState.DOWN)
    if answered:
        desk.consent("m", answered)
    before, offers = desk.standing("m"), len(desk.said(OFFERED, "m"))
    # when
    assert desk.ask(RetryAsked, "m", Role.SERVIDOR) == "APPLIED"
    # then it is tried although everything else waits
    assert (desk.standing("m"), desk.takes()) == (READY, "m")
    # when it fails as well, a little later
    desk.later(2)
    desk.begin("m")
    desk.answered("m", AnswerClass.CONNECTION)
    # then it stands as before with one attempt more, and whoever was to answer is asked again
    assert desk.standing("m") == before
    assert desk["m"].attempts[-1].at == desk.dossier.now
    assert len(desk.said(OFFERED, "m")) == offers + (answered is None)
    # when it is asked for again, and BNMP answers
    desk.ask(RetryAsked, "m", Role.SERVIDOR)
    desk.register("m")
    # then
    assert desk["m"].state is State.REGISTERED


@pytest.mark.parametrize("kind", [MANDADO, CERTIDAO])
def test_what_was_forced_down_or_cannot_go_alone_is_not_tried(kind: str) -> None:
    # given
    desk = Desk(document("w"))
    desk.register("w")
    desk.tell_issued(document("d", kind, *(("w",) if kind == CERTIDAO else ())))
    desk.link(LinkState.FORCED_DOWN, cause="UNAVAILABILITY_DECLARED")
    before, offers = desk.standing("d"), len(desk.said(OFFERED, "d"))
    # when
    assert desk.ask(RetryAsked, "d", Role.SERVIDOR) == "APPLIED"
    # then the offer, where there is one, is repeated
    assert (desk.standing("d"), desk.takes(), desk["d"].cleared) == (before, None, ())
    assert len(desk.said(OFFERED, "d")) == (offers + 1 if kind == MANDADO else 0)


def test_safety_16_the_offer_of_what_cannot_go_alone_is_repeated_on_request() -> None:
    # given
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    desk.link(LinkState.DOWN)
    # when
    desk.ask(RetryAsked, "k", Role.SERVIDOR)
    # then
    assert desk.standing("k") == (State.HELD, Reason.AWAITING_CONSENT)
    assert len(desk.said(OFFERED, "k")) == 2


def test_safety_10_a_mandado_that_a_release_reaches_is_not_tried_while_the_release_waits_for_the_link() -> None:
    # given a release that its user does not want issued now
    desk = Desk(document("m"), document("k", CONTRAMANDADO, "m"))
    desk.link(LinkState.DOWN)
    desk.consent("k", Consent.NAO)
    # when
    assert desk.ask(RetryAsked, "m", Role.SERVIDOR) == "APPLIED"
    # then the mandado does not go before it
    assert (desk.standing("m"), desk.takes()) == ((State.HELD, Reason.AWAITING_CONSENT), None)


def test_safety_10_a_release_that_comes_while_its_mandado_is_tried_stops_it() -> None:
    # given
    desk = Desk(document("m"))
    desk.link(LinkState.DOWN)
    desk.ask(RetryAsked, "m", Role.SERVIDOR)
    assert desk.takes() == "m"
    # when
    desk.tell_issued(document("k", CONTRAMANDADO, "m"))
    # then
    assert desk.takes() is None


@pytest.mark.parametrize("state", LinkState)
def test_another_try_ends_the_pause_before_the_next_probe_and_moves_nothing_else(state: LinkState) -> None:
    # given
    link = Link(state)
    # when
    after = tried(link, NOW)
    # then
    probed = state in (LinkState.SUSPECT, LinkState.DOWN)
    assert (after.state, after.probe_at) == (state, NOW if probed else None)


def test_a_sim_that_comes_while_it_is_tried_opens_it_when_the_attempt_fails() -> None:
    # given
    desk = Desk(document("m"))
    desk.link(LinkState.DOWN)
    desk.ask(RetryAsked, "m", Role.SERVIDOR)
    desk.begin("m")
    # when
    desk.consent("m")
    assert not desk["m"].opened
    desk.answered("m", AnswerClass.CONNECTION)
    # then
    assert (desk["m"].state, desk["m"].opened_at) == (State.CONTINGENCY, NOW)


@pytest.mark.parametrize("state", [LinkState.DOWN, LinkState.PROBING])
def test_what_nobody_takes_although_it_was_to_be_tried_is_offered_again_at_the_next_failed_probe(
    state: LinkState,
) -> None:
    # given a try that was asked for, and a sender that has died
    desk = Desk(document("m"))
    desk.link(LinkState.DOWN)
    desk.ask(RetryAsked, "m", Role.SERVIDOR)
    offers, lasts = len(desk.said(OFFERED, "m")), desk.dossier.windows.lease()
    # when probes fail
    desk.later(lasts - 1)
    desk.link(state)
    assert desk.standing("m") == READY
    desk.later(1)
    desk.link(state)
    # then its user is asked again
    assert desk.standing("m") == (State.HELD, Reason.AWAITING_CONSENT)
    assert len(desk.said(OFFERED, "m")) == offers + 1
    assert desk["m"].cleared == ()
    # when they say SIM
    desk.consent("m")
    # then
    assert desk["m"].state is State.CONTINGENCY
