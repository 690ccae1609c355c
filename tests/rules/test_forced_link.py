"""A person's word about the link has a cause and an end, and a user's test opens nothing (safety-19, 20, 21)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.acts import By
from rules.breaker import Forced, LinkEvent, asked, expire, force, observe, why_not
from rules.dossier import Link
from rules.windows import Windows
from rules.words import LinkState, Role
from tests.rules.desk import NOW

W = Windows()
DECLARED = Forced(LinkState.FORCED_DOWN, "UNAVAILABILITY_DECLARED", "12/2026")
UP = Forced(LinkState.FORCED_UP)
AUTO = Forced("AUTO")


def by(role: Role = Role.OPERADOR) -> By:
    return By(role, "op-1", "1", acts_in_unit=True)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("forced", "refusal"),
    [
        (DECLARED, None),
        (AUTO, None),
        (UP, None),
        (replace(DECLARED, notice=None), "NO_CAUSE"),
        (replace(DECLARED, cause="OUR_MAINTENANCE", notice=None), None),
        (replace(DECLARED, cause=None), "NO_CAUSE"),
        (replace(DECLARED, until=NOW + hours(48)), None),
        (replace(DECLARED, until=NOW), "TOO_LONG"),
        (replace(UP, until=NOW + hours(1)), None),
        (replace(UP, until=NOW + hours(1.01)), "TOO_LONG"),
    ],
)
def test_a_word_about_the_link_has_a_cause_and_a_lawful_end(forced: Forced, refusal: str | None) -> None:
    assert why_not(forced, by(), NOW, W) == refusal


@pytest.mark.parametrize("role", [Role.SERVIDOR, Role.CHEFE_DE_CARTORIO])
def test_safety_28_only_operators_and_authorities_force_the_link(role: Role) -> None:
    assert why_not(AUTO, by(role), NOW, W) == "NOT_COMPETENT"


def test_a_link_forced_down_begins_an_unavailability_or_goes_on_with_one() -> None:
    # given
    earlier = Link(LinkState.SUSPECT, unavailable_since=NOW - hours(1), probe_at=NOW)
    # when / then
    down = force(Link(), DECLARED, NOW, W)
    assert (down.state, down.cause, down.unavailable_since) == (LinkState.FORCED_DOWN, DECLARED.cause, NOW)
    assert force(earlier, DECLARED, NOW, W).unavailable_since == NOW - hours(1)
    assert force(earlier, DECLARED, NOW, W).probe_at is None


def test_a_link_forced_up_ends_by_itself_within_the_hour_and_a_probe_says_what_is() -> None:
    # given
    forced = force(Link(LinkState.DOWN, unavailable_since=NOW), UP, NOW, W)
    assert (forced.state, forced.until) == (LinkState.FORCED_UP, NOW + hours(1))
    assert force(Link(), replace(UP, until=NOW + hours(0.5)), NOW, W).until == NOW + hours(0.5)
    # when / then
    assert expire(forced, NOW + hours(0.9)) == forced
    after = expire(forced, NOW + hours(1))
    assert (after.state, after.probe_at, after.until) == (LinkState.SUSPECT, NOW + hours(1), None)
    assert after.unavailable_since == NOW
    assert observe(after, LinkEvent.PROBE_OK, NOW + hours(1), W, 0).state is LinkState.UP


@pytest.mark.parametrize("link", [Link(), Link(LinkState.DOWN), force(Link(), DECLARED, NOW, W)])
def test_nothing_expires_that_has_no_end(link: Link) -> None:
    assert expire(link, NOW + hours(100)) == link


def test_auto_leaves_a_link_alone_that_nobody_forced() -> None:
    assert force(Link(LinkState.DOWN), AUTO, NOW, W) == Link(LinkState.DOWN)
    assert force(force(Link(), DECLARED, NOW, W), AUTO, NOW, W).state is LinkState.SUSPECT


def test_safety_21_a_users_failed_test_asks_for_one_probe_and_changes_nothing_else() -> None:
    # given
    link = asked(Link(), NOW)
    assert link == Link(probe_at=NOW)
    # when / then
    assert asked(link, NOW + hours(1)) == link
    assert observe(link, LinkEvent.PROBE_OK, NOW, W, 0) == Link()
    assert observe(link, LinkEvent.PROBE_FAILED, NOW, W, 0).state is LinkState.SUSPECT
    forced = force(Link(), DECLARED, NOW, W)
    assert asked(forced, NOW) == forced
