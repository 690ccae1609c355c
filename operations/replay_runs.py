"""Runs of replays, as operators see them, and their signed words about one."""

from dataclasses import asdict
from datetime import datetime

from ledger import replays
from ledger.engine import Database
from ledger.replayed import Became
from ledger.replays import Run
from ledger.seen import Sight
from operations.answers import StrangeCursorError
from operations.replay_answers import PlaceDone, ReplayChanged, ReplayLine, ReplayStatus, SpanDone
from operations.slices import ReplayRefusedError

_ORDINARY = (Sight.DONE, Became.SENT)


def listed(database: Database, limit: int, cursor: str = "") -> ReplayStatus:
    """Runs, the latest first, after `cursor`; raises ValueError for one of another listing."""
    before = _named(cursor) if cursor else None
    with database.reading() as connection:
        found = replays.runs(connection, limit + 1, before=before)
    lines = tuple(line_of(run) for run in found[:limit])
    more = f"{lines[-1].started_at.isoformat()}/{lines[-1].replay_id}" if len(found) > limit else None
    return ReplayStatus(items=lines, next_cursor=more)


def shown(database: Database, replay_id: str, limit: int) -> ReplayStatus | None:
    """One run with its checkpoint and what was not ordinary; None where there is none of that id."""
    with database.reading() as connection:
        found = replays.runs(connection, 1, replay_id=replay_id)
        places = sorted(replays.checkpoint(connection, replay_id).items())
        spans = replays.spans(connection, replay_id, limit, without=_ORDINARY)
    if not found:
        return None
    return ReplayStatus(
        items=(line_of(found[0]),),
        next_cursor=None,
        places=tuple(PlaceDone(topic=place[0], partition=place[1], next_offset=at) for place, at in places),
        spans=tuple(SpanDone(**asdict(one)) for one in spans),
    )


def say(database: Database, replay_id: str, word: str, *, by: str, reason: str) -> ReplayChanged:
    """`pause`, `resume` or `cancel` a run; raises ReplayRefusedError where it is in no state for it, ValueError unsigned."""
    with database.transaction() as connection:
        state = replays.say(connection, replay_id, word, by=by, reason=reason)
        if state is None:
            found = replays.runs(connection, 1, replay_id=replay_id)
            stands = f"it is {found[0].state}" if found else "there is none of that id: saj-bnmp replay status"
            raise ReplayRefusedError(f"replay {replay_id} cannot {word}: {stands}")
    return ReplayChanged(replay_id=replay_id, state=state, by=by, reason=reason)


def line_of(run: Run) -> ReplayLine:
    """A run as it is shown."""
    return ReplayLine(**{name: getattr(run, name) for name in Run.__slots__}, done=sum(run.became.values()))


def _named(cursor: str) -> tuple[datetime, str]:
    at, _, replay_id = cursor.partition("/")
    try:
        return datetime.fromisoformat(at), replay_id
    except ValueError:
        raise StrangeCursorError(cursor) from None
