"""What contingency does not cover waits for the link, and says since when (docs/law.md ROUTE-12)."""

from datetime import timedelta

from rules.words import AnswerClass, Kind, LinkState, Reason, State
from tests.rules.desk import CERTIDAO, NOW, Desk, document

GUIA = Kind.GUIA_RECOLHIMENTO_PROVISORIA
WAITING = (State.HELD, Reason.WAITING_LINK)


def _registered() -> Desk:
    """A mandado in effect, whose certidão comes in an outage."""
    desk = Desk(document("m"))
    desk.register("m")
    return desk


def test_route_12_a_certidao_waits_for_a_link_that_is_down_however_old_its_last_failure() -> None:
    # given
    desk, failed = _registered(), NOW - timedelta(seconds=3600)
    desk.link(LinkState.DOWN, last_failed_at=failed, unavailable_since=failed)
    # when
    desk.tell_issued(document("c", CERTIDAO, "m"))
    # then
    assert (desk.standing("c"), desk["c"].failed_access_at) == (WAITING, failed)


def test_route_12_a_certidao_whose_own_attempts_are_spent_waits_although_the_link_is_not_down_yet() -> None:
    # given
    desk = _registered()
    desk.tell_issued(document("c", CERTIDAO, "m"))
    desk.link(LinkState.SUSPECT)
    # when
    while desk.standing("c") == (State.READY, None):
        desk.begin("c")
        desk.answered("c", AnswerClass.CONNECTION)
        desk.later(1)
    # then
    assert (desk.standing("c"), desk["c"].failed_access_at) == (WAITING, desk["c"].attempts[-1].at)


def test_whoever_came_in_an_outage_has_been_in_a_queue_before_and_whoever_comes_after_it_has_not() -> None:
    # given what waits for the link, and what waits for that
    desk = _registered()
    desk.link(LinkState.DOWN)
    desk.tell_issued(document("c", CERTIDAO, "m"))
    desk.tell_issued(document("g", GUIA, "m"))
    # when
    desk.link(LinkState.UP)
    desk.tell_issued(document("n"))
    desk.register("c", "g", "n")
    # then
    assert (desk["c"].turn, desk["g"].turn, desk["n"].turn) == (2, 2, 1)
