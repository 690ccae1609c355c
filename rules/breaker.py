"""The machine of the link to BNMP: a breaker whose state all processes share.

Theory of operation. The first call that cannot connect makes the link SUSPECT and starts the probe: that
instant is the beginning of the present unavailability. When enough calls of a window failed the breaker
trips to DOWN. After a pause, doubled and jittered up to a cap, one probe is let through (PROBING): it
closes the breaker or sends it back. Forced states are left only by whoever forced them. Only failures to
connect count, never a refusal (docs/law.md I8).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import auto

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


def observe(link: Link, event: LinkEvent, now: datetime, windows: Windows, chance: float) -> Link:
    """The link after `event`; one that the table does not know changes nothing. `chance` is in [0, 1)."""
    state = TRANSITIONS[link.state].get(event, link.state)
    after = replace(link, state=state)
    if event in _FAILURES:
        after = replace(after, last_failed_at=now, unavailable_since=link.unavailable_since or now)
    if state is LinkState.UP and link.state is not LinkState.UP:
        return Link(state=LinkState.UP, since=now, cause=event)
    if state is not link.state:
        after = replace(after, since=now, cause=event)
    if state is LinkState.DOWN and link.state is not LinkState.DOWN:
        after = replace(
            after, opened_times=link.opened_times + 1, probe_at=now + _pause(link.opened_times, windows, chance)
        )
    elif state is LinkState.SUSPECT and (link.probe_at is None or event is LinkEvent.PROBE_FAILED):
        after = replace(after, probe_at=now + timedelta(seconds=windows.probe))
    return after


def _pause(times: int, windows: Windows, chance: float) -> timedelta:
    """The pause before the next probe: doubled each time, capped, and up to half shorter by chance."""
    seconds = min(windows.breaker_open * 2 ** min(times, 16), windows.breaker_open_max)
    return timedelta(seconds=seconds * (1 - chance / 2))


@dataclass(frozen=True, slots=True)
class CallWindow:
    """The calls of the last seconds, as (instant, connected)."""

    calls: tuple[tuple[datetime, bool], ...] = ()

    def add(self, at: datetime, *, connected: bool, windows: Windows) -> "CallWindow":
        """Note a call and forget what is older than the window."""
        since = at - timedelta(seconds=windows.breaker_window)
        kept = tuple(call for call in self.calls[-999:] if call[0] >= since)
        return CallWindow((*kept, (at, connected)))

    def tripped(self, windows: Windows) -> bool:
        """Whether enough of enough calls failed to connect."""
        failed = sum(not connected for _, connected in self.calls)
        return len(self.calls) >= windows.breaker_min_calls and failed >= windows.breaker_rate * len(self.calls)
