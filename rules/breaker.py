"""The machine of the link to BNMP: a breaker whose state all processes share.

Theory of operation. The first call that cannot connect makes the link SUSPECT and starts the probe: that
instant is the beginning of the present unavailability. When enough calls of a window failed the breaker
trips to DOWN, and so it does when only failures came for as long as a window: where little is sent, or each call takes its
time to fail, a window never holds enough of them. After a pause, doubled and jittered up to a cap, one probe is let through (PROBING): it
closes the breaker or sends it back. Forced states are left only by whoever forced them; while an unavailability is
declared BNMP is asked all the same, for the evidence that an offer needs (docs/law.md safety-15). Only failures to connect count, never a refusal (docs/law.md I8).

A link that comes and goes does not take the mode along (docs/law.md flapping). What goes again before it has stayed UP for
five of the longest pauses flaps: its pauses go on doubling where they were, and only the first half of each is silence. Through
the second half it is on trial: PROBING, asked again and again, and each answer must come, or the next pause begins. A link
that is back is so seen within the longest pause, whatever was before, and what is on the list of contingency is offered
meanwhile as in any outage.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import auto

from rules.acts import By
from rules.authority import FORCED as FORCED_BY
from rules.authority import ruling
from rules.dossier import Link
from rules.windows import Windows
from rules.words import LinkState, _Name


class LinkEvent(_Name):
    """What a process saw of the link."""

    CALL_FAILED = auto()
    TRIPPED = auto()
    PROBE_DUE = auto()
    PROBE_OK = auto()
    PROBE_FAILED = auto()


_L, _E = LinkState, LinkEvent

TRANSITIONS: dict[LinkState, dict[LinkEvent, LinkState]] = {
    _L.UP: {_E.CALL_FAILED: _L.SUSPECT, _E.TRIPPED: _L.DOWN, _E.PROBE_FAILED: _L.SUSPECT},
    _L.SUSPECT: {
        _E.CALL_FAILED: _L.SUSPECT,
        _E.PROBE_FAILED: _L.SUSPECT,
        _E.TRIPPED: _L.DOWN,
        _E.PROBE_OK: _L.UP,
    },
    _L.DOWN: {_E.CALL_FAILED: _L.DOWN, _E.TRIPPED: _L.DOWN, _E.PROBE_DUE: _L.PROBING},
    _L.PROBING: {
        _E.CALL_FAILED: _L.PROBING,
        _E.TRIPPED: _L.PROBING,
        _E.PROBE_OK: _L.UP,
        _E.PROBE_FAILED: _L.DOWN,
    },
    _L.FORCED_DOWN: {},
    _L.FORCED_UP: {},
}
_FAILURES = frozenset({_E.CALL_FAILED, _E.TRIPPED, _E.PROBE_FAILED})
_PROBES = frozenset({_E.PROBE_OK, _E.PROBE_FAILED})


def observe(link: Link, event: LinkEvent, now: datetime, windows: Windows, chance: float) -> Link:
    """The link after `event`; one that the table does not know changes nothing. `chance` is in [0, 1)."""
    if event is LinkEvent.PROBE_FAILED and link.state is LinkState.SUSPECT and _failed_for_a_window(link, now, windows):
        event = LinkEvent.TRIPPED
    if event is LinkEvent.PROBE_OK and (again := _still_on_trial(link, now, windows)):
        return replace(link, probe_at=again)
    state = TRANSITIONS[link.state].get(event, link.state)
    if state is LinkState.UP:
        return _returned(link, event, now, windows)
    after = _gone(link, now, windows) if link.state is LinkState.UP else link
    if event in _FAILURES:
        after = replace(after, last_failed_at=now, unavailable_since=link.unavailable_since or now)
    if state is not link.state:
        after = replace(after, state=state, since=now, cause=event)
    if state is LinkState.DOWN and link.state is not LinkState.DOWN:
        after = replace(after, opened_times=after.opened_times + 1)
        return replace(after, probe_at=now + _silence(after, windows, chance))
    if state is LinkState.SUSPECT and (link.probe_at is None or event is LinkEvent.PROBE_FAILED):
        return replace(after, probe_at=now + timedelta(seconds=windows.probe))
    if state is LinkState.FORCED_DOWN and event in _PROBES:
        return replace(after, probe_at=now + timedelta(seconds=windows.evidence / 2))
    return after


def is_probe_due(link: Link, now: datetime) -> bool:
    """Whether BNMP is to be asked now whether it is there; never in our own maintenance (docs/law.md safety-19)."""
    if link.state in FORCED and (link.state is LinkState.FORCED_UP or not link.permits_contingency):
        return False
    return link.state is not LinkState.UP if link.probe_at is None else link.probe_at <= now


def _failed_for_a_window(link: Link, now: datetime, windows: Windows) -> bool:
    """Whether this is not only the second failure: a moment in which everything stood still is no outage."""
    since, last = link.unavailable_since, link.last_failed_at
    if since is None or last is None or last == since:
        return False
    return now - since >= timedelta(seconds=windows.breaker_window)


FORCED = frozenset({LinkState.FORCED_DOWN, LinkState.FORCED_UP})
_CAUSES = frozenset({"UNAVAILABILITY_DECLARED", "OUR_MAINTENANCE"})


@dataclass(frozen=True, slots=True)
class Forced:
    """A person's word about the link: FORCED_DOWN, FORCED_UP, or AUTO again; `notice` is the declaration's number."""

    state: str
    cause: str | None = None
    notice: str | None = None
    until: datetime | None = None


def why_not(forced: Forced, by: By, now: datetime, windows: Windows) -> str | None:
    """Why a person's word about the link is refused (docs/law.md safety-19, 20, 28); None where it is done."""
    refusal = ruling(FORCED_BY, by).refusal
    if refusal is not None:
        return refusal
    if forced.state == LinkState.FORCED_DOWN:
        declared = forced.cause != "UNAVAILABILITY_DECLARED" or forced.notice
        if forced.cause not in _CAUSES or not declared:
            return "NO_CAUSE"
    latest = now + timedelta(seconds=windows.forced_up_max) if forced.state == LinkState.FORCED_UP else None
    until = forced.until
    return "TOO_LONG" if until is not None and (until <= now or (latest is not None and until > latest)) else None


def force(link: Link, forced: Forced, now: datetime, windows: Windows) -> Link:
    """The link after a person's word. FORCED_UP ends by itself; after AUTO a probe says what is (docs/law.md safety-19)."""
    if forced.state not in FORCED:
        return _released(link, now)
    state, until = LinkState(forced.state), forced.until
    if state is LinkState.FORCED_UP:
        until = until or now + timedelta(seconds=windows.forced_up_max)
    since = link.unavailable_since
    if state is LinkState.FORCED_DOWN and since is None:
        since = now
    cause = forced.cause or state
    # What a person rules is no flap: whatever waits has its clock from the return that follows.
    ruled = replace(link, state=state, since=now, cause=cause, unavailable_since=since, probe_at=None, until=until)
    return replace(ruled, back_at=None)


def expire(link: Link, now: datetime) -> Link:
    """A forced state whose time is over ends by itself."""
    return _released(link, now) if link.state in FORCED and link.until is not None and link.until <= now else link


def asked(link: Link, now: datetime) -> Link:
    """A user's failed test triggers our own probe and opens nothing (docs/law.md safety-21)."""
    return link if link.state in FORCED or link.probe_at is not None else replace(link, probe_at=now)


def tried(link: Link, now: datetime) -> Link:
    """Somebody asks for another try: the pause until the next probe is over (docs/law.md safety-15)."""
    return replace(link, probe_at=now) if link.state in (LinkState.SUSPECT, LinkState.DOWN) else link


def _released(link: Link, now: datetime) -> Link:
    if link.state not in FORCED:
        return link
    return replace(link, state=LinkState.SUSPECT, since=now, cause="AUTO", probe_at=now, until=None)


# A link has settled when it stayed UP, and was away for more than a moment when it was away, for so many longest pauses.
_SETTLED_PAUSES = 5
# How often at least a trial asks.
_TRIAL_PROBES = 4


def _settles_in(windows: Windows) -> timedelta:
    return timedelta(seconds=_SETTLED_PAUSES * windows.breaker_open_max)


def _returned(link: Link, event: LinkEvent, now: datetime, windows: Windows) -> Link:
    """UP: the unavailability is forgotten, the openings are not yet; whatever waits has its clock from here or goes on with it."""
    if link.state is LinkState.UP:
        return replace(link, probe_at=None) if event is LinkEvent.PROBE_OK else link
    since = link.unavailable_since
    for_a_moment = link.back_at is not None and since is not None and now - since < _settles_in(windows)
    back_at = link.back_at if for_a_moment else now
    return Link(LinkState.UP, now, event, opened_times=link.opened_times, flaps=link.flaps, back_at=back_at)


def _gone(link: Link, now: datetime, windows: Windows) -> Link:
    """No longer UP: it flaps where it had not settled since it was opened, and else its openings are forgotten."""
    settled = link.since is None or now - link.since >= _settles_in(windows)
    if settled or not link.opened_times:
        return replace(link, opened_times=0, flaps=0)
    return replace(link, flaps=link.flaps + 1)


def _wait(link: Link, windows: Windows) -> float:
    """How long one that has been opened so often is not trusted, in seconds: doubled each time, and capped."""
    seconds: float = min(windows.breaker_open * 2 ** min(link.opened_times - 1, 16), windows.breaker_open_max)
    return seconds


def _silence(link: Link, windows: Windows, chance: float) -> timedelta:
    """The pause before the next probe, up to half shorter by chance; of one that flaps half is left to its trial."""
    seconds = _wait(link, windows) / (2 if link.flaps else 1)
    return timedelta(seconds=seconds * (1 - chance / 2))


def _still_on_trial(link: Link, now: datetime, windows: Windows) -> datetime | None:
    """When a link that flaps is asked again although it answered; None once it has answered for long enough.

    A call of somebody's that did not reach it begins the trial anew.
    """
    if link.state is not LinkState.PROBING or not link.flaps or link.since is None:
        return None
    lasts = _wait(link, windows) / 2
    ends = max(link.since, link.last_failed_at or link.since) + timedelta(seconds=lasts)
    again = now + timedelta(seconds=min(windows.probe, lasts / _TRIAL_PROBES))
    return min(again, ends) if now < ends else None


_MOST_CALLS = 999


@dataclass(frozen=True, slots=True)
class CallWindow:
    """The calls of the last seconds, as (instant, connected)."""

    calls: tuple[tuple[datetime, bool], ...] = ()

    def add(self, at: datetime, *, connected: bool, windows: Windows) -> "CallWindow":
        """Note a call and forget what is older than the window."""
        since = at - timedelta(seconds=windows.breaker_window)
        # Answers come nearly in their order: what is old is at the front, and the rest need not be looked at one by one.
        calls, old = (*self.calls[-_MOST_CALLS:], (at, connected)), 0
        while calls[old][0] < since:
            old += 1
        return CallWindow(calls[old:])

    def tripped(self, windows: Windows) -> bool:
        """Whether enough of enough calls failed to connect."""
        failed = sum(not connected for _, connected in self.calls)
        return len(self.calls) >= windows.breaker_min_calls and failed >= windows.breaker_rate * len(self.calls)
