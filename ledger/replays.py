"""Replays: runs of plans, who is at work on one, how far each is; ledger/replayed.py writes what became of records."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import acts
from ledger.cursors import Place
from ledger.engine import now
from ledger.leases import release_singleton, take_singleton
from ledger.tables import Instant, deployment, lease, metadata

LEDGER = "ledger"
LEASE_SECONDS = 10.0
KEPT_RUNS = 50
"""Of so many ended runs it is kept what became of each record; of those before them their counts, and the signed acts."""
FORGOTTEN_AT_ONCE = 10_000
_LONGEST_WHY = 500

replay_run = sa.Table(
    "replay_run",
    metadata,
    sa.Column("replay_id", sa.Text, primary_key=True),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("planned", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("why", sa.Text),
    sa.Column("became", sa.JSON, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
)
sa.Index("replay_run_plan", replay_run.c.plan)

replay_place = sa.Table(
    "replay_place",
    metadata,
    sa.Column("replay_id", sa.Text, sa.ForeignKey("replay_run.replay_id"), primary_key=True),
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
)

# Offsets next to each other that became the same are one row: every record is here, and a million of them are few rows.
replay_item = sa.Table(
    "replay_item",
    metadata,
    sa.Column("replay_id", sa.Text, sa.ForeignKey("replay_run.replay_id"), primary_key=True),
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("first", sa.BigInteger, primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("became", sa.Text, nullable=False),
)


class RunState(StrEnum):
    """Where a run stands; the last two are ends."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    FINISHED = "FINISHED"


# Signed words about a run: from which states, into which.
WORDS: Mapping[str, tuple[frozenset[RunState], RunState]] = {
    "pause": (frozenset({RunState.RUNNING}), RunState.PAUSED),
    "resume": (frozenset({RunState.PAUSED, RunState.FAILED}), RunState.RUNNING),
    "cancel": (frozenset({RunState.RUNNING, RunState.PAUSED, RunState.FAILED}), RunState.CANCELLED),
}
ACTS: Mapping[str, str] = {"pause": "REPLAY_PAUSED", "resume": "REPLAY_RESUMED", "cancel": "REPLAY_CANCELLED"}
STARTED, CONTINUED = "REPLAY_STARTED", "REPLAY_CONTINUED"
_ENDED = (RunState.CANCELLED, RunState.FINISHED)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a plan; `became` counts its records, `at_work`: somebody holds its lease."""

    replay_id: str
    plan: str
    target: str
    planned: int
    state: RunState
    why: str | None
    became: Mapping[str, int]
    started_at: datetime
    changed_at: datetime
    at_work: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Records next to each other that became the same."""

    topic: str
    partition: int
    first: int
    last: int
    became: str


def begin(connection: Connection, plan: str, target: str, planned: int, *, by: str, reason: str) -> Run:
    """The run of a plan into a target that has not ended, or a new one; signed, and on record either way."""
    # Whoever begins the same run meanwhile is waited for.
    connection.execute(sa.select(deployment).with_for_update())
    found = unended(connection, plan, target)
    replay_id = found.replay_id if found else uuid.uuid4().hex[:12]
    detail = {"plan": plan, "target": target, "planned": planned}
    act = CONTINUED if found else STARTED
    made = acts.write(connection, act, f"replay {replay_id}", by=by, reason=reason, detail=detail)
    if not found:
        row = {"replay_id": replay_id, "plan": plan, "target": target, "planned": planned, "state": RunState.RUNNING}
        at = {"became": {}, "started_at": made.at, "changed_at": made.at}
        connection.execute(replay_run.insert().values(row | at))
    return run_of(connection, replay_id)


def unended(connection: Connection, plan: str, target: str) -> Run | None:
    """The run of a plan into a target that has not ended."""
    open_ = (replay_run.c.plan == plan) & (replay_run.c.target == target) & replay_run.c.state.not_in(_ENDED)
    found = connection.scalar(sa.select(replay_run.c.replay_id).where(open_))
    return None if found is None else run_of(connection, found)


def run_of(connection: Connection, replay_id: str) -> Run:
    """A run that is there."""
    return runs(connection, 1, replay_id=replay_id)[0]


def runs(
    connection: Connection, limit: int, *, replay_id: str | None = None, before: tuple[datetime, str] | None = None
) -> list[Run]:
    """Runs, the latest first, before the one that began at an instant under an id."""
    at_work = sa.func.coalesce(lease.c.until > now(connection), sa.false()).label("at_work")
    named = lease.c.name == sa.literal(_lease("")) + replay_run.c.replay_id
    columns = [replay_run.c[name] for name in Run.__slots__ if name != "at_work"]
    chosen = sa.select(*columns, at_work).select_from(replay_run.outerjoin(lease, named))
    if replay_id is not None:
        chosen = chosen.where(replay_run.c.replay_id == replay_id)
    key = (replay_run.c.started_at, replay_run.c.replay_id)
    if before is not None:
        chosen = chosen.where((key[0] < before[0]) | ((key[0] == before[0]) & (key[1] < before[1])))
    rows = connection.execute(chosen.order_by(*(column.desc() for column in key)).limit(limit))
    return [Run(**{**row, "state": RunState(row["state"]), "at_work": bool(row["at_work"])}) for row in rows.mappings()]


def finished(connection: Connection, target: str, at_least: int, limit: int) -> list[Run]:
    """The latest runs into a target that have finished, of so many records at least."""
    here = (replay_run.c.target == target) & (replay_run.c.state == RunState.FINISHED)
    chosen = sa.select(replay_run.c.replay_id).where(here, replay_run.c.planned >= at_least)
    names = connection.scalars(chosen.order_by(replay_run.c.started_at.desc()).limit(limit)).all()
    return [run_of(connection, name) for name in names]


def forget(connection: Connection) -> int:
    """Take out what became of the records of runs that ended before the last `KEPT_RUNS`, and how far they were.

    So many rows at most as `FORGOTTEN_AT_ONCE`; gives how many there were, so that who gets that many asks again.
    """
    ended = sa.select(replay_run.c.replay_id).where(replay_run.c.state.in_(_ENDED))
    latest = ended.order_by(replay_run.c.started_at.desc(), replay_run.c.replay_id.desc()).limit(KEPT_RUNS)
    old = ended.where(replay_run.c.replay_id.not_in(latest.subquery().select()))
    key = sa.tuple_(*replay_item.primary_key)
    some = sa.select(*replay_item.primary_key).where(replay_item.c.replay_id.in_(old)).limit(FORGOTTEN_AT_ONCE)
    gone = connection.execute(replay_item.delete().where(key.in_(some))).rowcount
    connection.execute(replay_place.delete().where(replay_place.c.replay_id.in_(old)))
    named = old.with_only_columns(sa.literal(_lease("")) + replay_run.c.replay_id)
    connection.execute(lease.delete().where(lease.c.name.in_(named)))
    return gone


def say(connection: Connection, replay_id: str, word: str, *, by: str, reason: str) -> RunState | None:
    """Pause, resume or cancel a run: its new state, or None where it is in none from which that goes. Signed."""
    allowed, state = WORDS[word]
    if not _move(connection, replay_id, state, allowed):
        return None
    acts.write(connection, ACTS[word], f"replay {replay_id}", by=by, reason=reason)
    return state


def end(connection: Connection, replay_id: str, owner: str, state: RunState, why: str | None = None) -> bool:
    """End a run of this owner's, or fail it; False where it is not running any more."""
    moved = _move(connection, replay_id, state, {RunState.RUNNING}, why)
    release_singleton(connection, _lease(replay_id), owner)
    return moved


def take_over(connection: Connection, replay_id: str, owner: str) -> bool:
    """Take or renew the lease of a run; False while somebody else holds it."""
    return take_singleton(connection, _lease(replay_id), owner, seconds=LEASE_SECONDS)


def leave(connection: Connection, replay_id: str, owner: str) -> None:
    """Let the lease end now."""
    release_singleton(connection, _lease(replay_id), owner)


def checkpoint(connection: Connection, replay_id: str) -> dict[Place, int]:
    """The next offset to look at of every partition that was begun."""
    chosen = sa.select(replay_place.c.topic, replay_place.c.partition, replay_place.c.next_offset)
    rows = connection.execute(chosen.where(replay_place.c.replay_id == replay_id))
    return {(row.topic, row.partition): row.next_offset for row in rows}


def spans(connection: Connection, replay_id: str, limit: int, *, without: Sequence[str] = ()) -> list[Span]:
    """The first of what became of a run's records, in the order of topics, partitions and offsets."""
    table = replay_item.c
    columns = (table.topic, table.partition, table.first, table.last, table.became)
    chosen = sa.select(*columns).where(table.replay_id == replay_id, table.became.not_in(list(without)))
    return [Span(*row) for row in connection.execute(chosen.order_by(*columns[:3]).limit(limit))]


def _move(
    connection: Connection,
    replay_id: str,
    state: RunState,
    allowed: frozenset[RunState] | set[RunState],
    why: str | None = None,
) -> bool:
    here = (replay_run.c.replay_id == replay_id) & replay_run.c.state.in_(sorted(allowed))
    values = {"state": state, "why": why and why[:_LONGEST_WHY], "changed_at": now(connection)}
    return connection.execute(replay_run.update().where(here).values(values)).rowcount == 1


def _lease(name: str) -> str:
    return f"replay {name}"
