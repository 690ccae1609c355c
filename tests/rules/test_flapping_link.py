"""A link that comes and goes: the mode does not go along, nor is a return kept waiting (docs/law.md flapping)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.breaker import CallWindow, Forced, LinkEvent, expire, force, is_probe_due, observe
from rules.dossier import Link
from rules.windows import Windows
from rules.words import LinkState
from tests.rules.desk import NOW

W = Windows()
TICK = 1.0
SETTLES = 5 * W.breaker_open_max
UP, AWAY = True, False
Phases = Sequence[tuple[bool, float]]
"""What BNMP does: whether it is there, for how many seconds."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The link as everybody sees it, `seconds` after the beginning."""

    seconds: float
    link: Link


def play(phases: Phases, chance: Callable[[], float] = lambda: 0.0) -> Iterator[Moment]:
    """A sender that calls once a second where it may, and a clock that probes: what becomes of the link."""
    link, calls, seconds = Link(), CallWindow(), 0.0
    for there, lasts in phases:
        ends = seconds + lasts
        while seconds < ends:
            now = NOW + timedelta(seconds=seconds)
            events: list[LinkEvent] = []
            if not link.blocked:
                calls = calls.add(now, connected=there, windows=W)
                events += [LinkEvent.CALL_FAILED] * (not there)
                events += [LinkEvent.TRIPPED] * (not there and calls.tripped(W))
            for event in events:
                link = observe(link, event, now, W, chance())
            if is_probe_due(link, now):
                link = observe(link, LinkEvent.PROBE_DUE, now, W, chance())
                event = LinkEvent.PROBE_OK if there else LinkEvent.PROBE_FAILED
                link = observe(link, event, now, W, chance())
            yield Moment(seconds, link)
            seconds += TICK


def changes(moments: Sequence[Moment]) -> int:
    """How often it changed whether BNMP is asked."""
    return sum(one.link.blocked != other.link.blocked for one, other in pairwise(moments))


def most_changes(seconds: float) -> float:
    """Two for each time that it may open: what flaps rests for three quarters of a pause at least, and the pauses double."""
    waits, times = 0.0, 1
    while waits <= seconds:
        waits += 0.75 * min(W.breaker_open * 2**times, W.breaker_open_max)
        times += 1
    return 2 * times


def test_a_link_that_comes_and_goes_every_three_seconds_is_down_once_and_then_on_trial() -> None:
    # when
    moments = list(play([(AWAY, 3), (UP, 3)] * 50))
    # then it was found down, let go too early once at most, and from then on not trusted
    assert changes(moments) <= 3
    assert moments[-1].link.blocked
    # when it stays
    after = list(play([*[(AWAY, 3.0), (UP, 3.0)] * 50, (UP, W.breaker_open_max + 1)]))[len(moments) :]
    # then
    assert changes(after) == 1
    assert after[-1].link.state is LinkState.UP


lasting = st.sampled_from((1.0, 2.0, 3.0, 7.0, 20.0, 40.0, 61.0, 290.0))


def coming_and_going(drawn: Sequence[tuple[float, float, int]]) -> Phases:
    """Away and there again for so long each, so many times, but for six minutes at most of each."""
    return [
        one
        for away, there, times in drawn
        for _ in range(min(times, int(360 / (away + there)) + 1))
        for one in ((AWAY, away), (UP, there))
    ]


phases = st.lists(st.tuples(lasting, lasting, st.sampled_from((1, 60))), max_size=4).map(coming_and_going)
chances = st.floats(0, 1, exclude_max=True)


@settings(deadline=None, max_examples=50)
@example(coming_and_going([(3.0, 3.0, 60)]), 1)
@given(phases, st.integers(0, 1000))
def test_however_bnmp_comes_and_goes_the_mode_changes_a_bounded_number_of_times(drawn: Phases, seed: int) -> None:
    # when
    moments = list(play(drawn, Random(seed).random))
    # then
    for from_ in range(0, len(moments), 60):
        five_minutes = moments[from_ : from_ + int(SETTLES / TICK)]
        assert changes(five_minutes) <= most_changes(SETTLES)


@settings(deadline=None, max_examples=50)
@given(phases, chances)
def test_whatever_was_before_a_link_that_is_back_is_seen_within_the_longest_pause(drawn: Phases, chance: float) -> None:
    # when it is back for good
    lasts = W.breaker_open_max + W.probe
    moments = list(play([*drawn, (UP, lasts)], lambda: chance))
    # then
    since = moments[-1].seconds + TICK - lasts
    late = [one for one in moments if one.seconds > since + W.breaker_open_max + 2 * TICK]
    assert {one.link.state for one in late} == {LinkState.UP}


@settings(deadline=None, max_examples=50)
@given(phases, chances)
def test_safety_15_what_is_not_sent_meanwhile_has_evidence_as_fresh_as_in_a_steady_outage(
    drawn: Phases, chance: float
) -> None:
    for one in play(drawn, lambda: chance):
        if one.link.blocked:
            failed = one.link.last_failed_at
            assert failed is not None
            assert NOW + timedelta(seconds=one.seconds) - failed <= timedelta(seconds=W.evidence + TICK)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def seen(link: Link, event: LinkEvent, seconds: float) -> Link:
    return observe(link, event, at(seconds), W, 0.0)


def returned(seconds: float = 0.0) -> Link:
    """A link that was away for a minute, and has been back since then."""
    away = Link(LinkState.PROBING, at(seconds), unavailable_since=at(seconds - 60), opened_times=1)
    return seen(away, LinkEvent.PROBE_OK, seconds)


def test_one_that_goes_again_soon_goes_on_doubling_and_leaves_half_of_its_pause_to_a_trial() -> None:
    # when
    link = seen(returned(), LinkEvent.TRIPPED, SETTLES - 1)
    # then the second pause is ten seconds: five of silence
    assert (link.opened_times, link.flaps, link.probe_at) == (2, 1, at(SETTLES + 4))
    # when it answers
    link = seen(seen(link, LinkEvent.PROBE_DUE, 400), LinkEvent.PROBE_OK, 400)
    # then it must go on answering for the other five
    assert (link.state, link.probe_at) == (LinkState.PROBING, at(401.25))
    link = seen(link, LinkEvent.PROBE_OK, 404.5)
    assert (link.state, link.probe_at) == (LinkState.PROBING, at(405))
    assert seen(link, LinkEvent.PROBE_OK, 405).state is LinkState.UP
    # and a probe that fails begins the next pause
    link = seen(link, LinkEvent.PROBE_FAILED, 405)
    assert (link.state, link.opened_times, link.probe_at) == (LinkState.DOWN, 3, at(415))


def test_a_call_that_does_not_reach_it_begins_its_trial_anew() -> None:
    # given
    link = seen(seen(returned(), LinkEvent.TRIPPED, 10), LinkEvent.PROBE_DUE, 20)
    # when somebody's own attempt fails in the middle of it
    link = seen(seen(link, LinkEvent.PROBE_OK, 20), LinkEvent.CALL_FAILED, 23)
    # then
    assert seen(link, LinkEvent.PROBE_OK, 25).state is LinkState.PROBING
    assert seen(link, LinkEvent.PROBE_OK, 28).state is LinkState.UP


def test_one_that_has_settled_is_trusted_as_on_the_first_day() -> None:
    # when
    link = seen(returned(), LinkEvent.TRIPPED, SETTLES)
    # then
    assert (link.opened_times, link.flaps, link.probe_at) == (1, 0, at(SETTLES + W.breaker_open))
    assert seen(seen(link, LinkEvent.PROBE_DUE, 400), LinkEvent.PROBE_OK, 400).state is LinkState.UP


def test_calls_that_fail_now_and_then_are_no_flap_while_the_link_is_never_down() -> None:
    # given
    link = Link()
    # when
    for n in range(10):
        link = seen(seen(link, LinkEvent.CALL_FAILED, n * 10), LinkEvent.PROBE_OK, n * 10 + 5)
    # then
    assert (link.state, link.opened_times, link.flaps) == (LinkState.UP, 0, 0)


def test_what_waits_keeps_its_clock_through_a_flap_and_gets_a_new_one_after_an_outage() -> None:
    # given
    link = returned()
    assert link.back_at == NOW
    # when it goes for a moment, and comes back
    flapped = seen(seen(seen(link, LinkEvent.TRIPPED, 400), LinkEvent.PROBE_DUE, 420), LinkEvent.PROBE_OK, 420)
    # then
    assert (flapped.state, flapped.since, flapped.back_at) == (LinkState.UP, at(420), NOW)
    # when it is away for longer than that
    away = seen(link, LinkEvent.TRIPPED, 400)
    back = seen(seen(away, LinkEvent.PROBE_DUE, 400 + SETTLES), LinkEvent.PROBE_OK, 400 + SETTLES)
    # then
    assert back.back_at == at(400 + SETTLES)


def test_what_a_person_ruled_is_no_flap() -> None:
    # given a link forced down for a moment
    forced = force(returned(), Forced(LinkState.FORCED_DOWN, "OUR_MAINTENANCE", until=at(20)), at(10), W)
    # when
    released = expire(forced, at(20))
    # then
    assert (forced.back_at, released.back_at) == (None, None)
    assert seen(released, LinkEvent.PROBE_OK, 21).back_at == at(21)
