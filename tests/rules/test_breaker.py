"""The link: what trips it, what closes it, and what it remembers."""

from datetime import timedelta

import pytest

from rules.breaker import CallWindow, Forced, LinkEvent, force, is_probe_due, observe
from rules.dossier import Link
from rules.windows import Windows
from rules.words import LinkState
from tests.rules.desk import NOW

W = Windows()


def _after(link: Link, *events: LinkEvent, seconds: float = 1, chance: float = 0.0) -> Link:
    for n, event in enumerate(events):
        link = observe(link, event, NOW + timedelta(seconds=n * seconds), W, chance)
    return link


def test_the_first_failure_begins_the_unavailability_and_later_ones_keep_its_beginning() -> None:
    link = _after(Link(), LinkEvent.CALL_FAILED, LinkEvent.CALL_FAILED, LinkEvent.TRIPPED)
    assert link.state is LinkState.DOWN
    assert link.unavailable_since == NOW
    assert link.last_failed_at == NOW + timedelta(seconds=2)
    assert link.cause == LinkEvent.TRIPPED


def test_a_suspect_link_is_probed_and_a_probe_that_fails_is_repeated() -> None:
    link = _after(Link(), LinkEvent.CALL_FAILED)
    assert link.probe_at == NOW + timedelta(seconds=W.probe)
    assert observe(link, LinkEvent.CALL_FAILED, NOW + timedelta(seconds=2), W, 0).probe_at == link.probe_at
    later = observe(link, LinkEvent.PROBE_FAILED, NOW + timedelta(seconds=5), W, 0)
    assert later.probe_at == NOW + timedelta(seconds=5 + W.probe)


def test_a_link_that_only_fails_for_a_window_is_down_though_too_few_calls_say_so() -> None:
    # given a probe now and then, each of which takes its time to fail: a window never holds enough of them
    link = _after(Link(), LinkEvent.CALL_FAILED)
    # when
    for seconds in (8, 16, W.breaker_window - 0.1):
        link = observe(link, LinkEvent.PROBE_FAILED, NOW + timedelta(seconds=seconds), W, 0)
        assert link.state is LinkState.SUSPECT
    link = observe(link, LinkEvent.PROBE_FAILED, NOW + timedelta(seconds=W.breaker_window), W, 0)
    # then
    assert (link.state, link.unavailable_since) == (LinkState.DOWN, NOW)


def test_a_moment_in_which_everything_stood_still_is_no_outage() -> None:
    # given one call that failed, and nothing else for longer than the window
    link, late = _after(Link(), LinkEvent.CALL_FAILED), NOW + timedelta(seconds=W.breaker_window + 1)
    # when the first probe fails as well
    link = observe(link, LinkEvent.PROBE_FAILED, late, W, 0)
    # then it takes one more
    assert link.state is LinkState.SUSPECT
    assert observe(link, LinkEvent.PROBE_FAILED, late + timedelta(seconds=1), W, 0).state is LinkState.DOWN


@pytest.mark.parametrize(
    ("link", "due"),
    [
        (Link(), False),
        (Link(probe_at=NOW), True),
        (Link(probe_at=NOW + timedelta(seconds=1)), False),
        (Link(LinkState.SUSPECT), True),
        (Link(LinkState.DOWN), True),
        (Link(LinkState.PROBING, probe_at=NOW + timedelta(seconds=1)), False),
        (Link(LinkState.FORCED_UP), False),
        (Link(LinkState.FORCED_DOWN, cause="OUR_MAINTENANCE"), False),
        (Link(LinkState.FORCED_DOWN, cause="UNAVAILABILITY_DECLARED"), True),
    ],
)
def test_bnmp_is_asked_whether_it_is_there_in_every_outage_but_our_own(link: Link, *, due: bool) -> None:
    assert is_probe_due(link, NOW) is due


@pytest.mark.parametrize("event", [LinkEvent.PROBE_OK, LinkEvent.PROBE_FAILED])
def test_safety_15_a_declared_unavailability_has_evidence_that_is_never_stale(event: LinkEvent) -> None:
    # given
    link = Link(LinkState.FORCED_DOWN, cause="UNAVAILABILITY_DECLARED")
    # when
    link = observe(link, event, NOW, W, 0.0)
    # then
    assert (link.state, link.probe_at) == (LinkState.FORCED_DOWN, NOW + timedelta(seconds=W.evidence / 2))
    assert (link.last_failed_at == NOW) == (event is LinkEvent.PROBE_FAILED)


def test_a_probe_that_connects_forgets_the_whole_unavailability_and_not_yet_that_it_was_opened() -> None:
    link, back = _after(Link(), LinkEvent.TRIPPED, LinkEvent.PROBE_DUE, LinkEvent.PROBE_OK), NOW + timedelta(seconds=2)
    assert link == Link(LinkState.UP, back, LinkEvent.PROBE_OK, opened_times=1, back_at=back)


def test_the_pause_doubles_up_to_its_cap_and_chance_shortens_it_by_half_at_most() -> None:
    link, pauses = observe(Link(), LinkEvent.TRIPPED, NOW, W, 0.0), []
    for _ in range(6):
        pauses.append((link.probe_at - NOW).total_seconds() if link.probe_at else None)
        link = observe(observe(link, LinkEvent.PROBE_DUE, NOW, W, 0.0), LinkEvent.PROBE_FAILED, NOW, W, 0.0)
    assert pauses == [5, 10, 20, 40, 60, 60]
    half = observe(Link(), LinkEvent.TRIPPED, NOW, W, 0.999)
    assert half.probe_at is not None
    assert 2.5 <= (half.probe_at - NOW).total_seconds() < 2.6


def test_a_forced_link_stays_where_it_was_forced_and_yet_notes_the_failure() -> None:
    link = _after(Link(LinkState.FORCED_UP), LinkEvent.TRIPPED)
    assert (link.state, link.last_failed_at) == (LinkState.FORCED_UP, NOW)


def test_the_window_trips_when_half_of_enough_calls_failed_and_forgets_old_ones() -> None:
    window = CallWindow()
    for n in range(4):
        window = window.add(NOW, connected=n % 2 == 0, windows=W)
    assert not window.tripped(W), "four calls are not enough"
    window = window.add(NOW, connected=False, windows=W)
    assert window.tripped(W)
    window = window.add(NOW + timedelta(seconds=31), connected=False, windows=W)
    assert len(window.calls) == 1


def test_a_lease_lasts_an_attempt_and_a_margin() -> None:
    assert Windows(attempt=35, lease_margin=15).lease() == 50


def test_after_a_forced_pause_one_failed_probe_is_not_a_window_of_failures() -> None:
    # given our own maintenance, which lasted for longer than the window, and in which nobody asked BNMP anything
    forced = force(Link(), Forced("FORCED_DOWN", "OUR_MAINTENANCE"), NOW, W)
    late = NOW + timedelta(seconds=W.breaker_window + 1)
    link = force(forced, Forced("AUTO"), late, W)
    # when
    link = observe(link, LinkEvent.PROBE_FAILED, late, W, 0)
    # then
    assert link.state is LinkState.SUSPECT
