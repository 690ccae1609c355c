"""Replayed: what became of each record of a replay.

What a run does to the domain and what is written here of it are one transaction: a run that was killed goes on from its
checkpoint, and says of no record twice what became of it. Only the holder of the run's lease writes.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.batches import Arrival, Batch, BesideError
from ledger.bulk import insert, upsert
from ledger.cursors import Place
from ledger.engine import now
from ledger.replays import RunState, checkpoint, replay_item, replay_place, replay_run, take_over
from ledger.seen import Sight
from schemas.reading import Unreadable

Offset = tuple[str, int, int]
"""Topic, partition and offset."""


class Became(StrEnum):
    """What became of a record; one that was left alone has its sight's word (ledger/seen.py).

    `SENDING` is written before a record is sent. Where it is met again the process was killed, or Kafka did not answer, and
    nobody can say whether the record was taken: it is sent, and is `SENT_AGAIN`, for it may be there twice.
    """

    TAKEN = "TAKEN"
    DIED = "DIED"
    SENDING = "SENDING"
    SENT = "SENT"
    SENT_AGAIN = "SENT_AGAIN"


class NotAtWorkError(BesideError):
    """The run is not this owner's to go on with: it was paused, ended or taken over."""


def mark(connection: Connection, replay_id: str, owner: str, became: Mapping[Offset, str]) -> None:
    """Write what became of records, and that the run is past them; raises NotAtWorkError where it is not this owner's.

    What the run is past already is not written again.
    """
    state = sa.select(replay_run.c.state, replay_run.c.became).where(replay_run.c.replay_id == replay_id)
    row = connection.execute(state.with_for_update()).one()
    if row.state != RunState.RUNNING or not take_over(connection, replay_id, owner):
        raise NotAtWorkError(f"replay {replay_id} is not at work here any more")
    passed = checkpoint(connection, replay_id)
    new = sorted((at, what) for at, what in became.items() if at[2] >= passed.get(at[:2], 0))
    if not new:
        return
    ends = {at[:2]: at[2] + 1 for at, _ in new}
    rows = [
        {"replay_id": replay_id, "topic": topic, "partition": partition, "next_offset": end}
        for (topic, partition), end in ends.items()
    ]
    upsert(connection, replay_place, ("replay_id", "topic", "partition"), rows)
    insert(connection, replay_item, _items(replay_id, dict(new)))
    counts = dict(Counter(row.became) + Counter(what for _, what in new))
    moved = replay_run.update().where(replay_run.c.replay_id == replay_id)
    connection.execute(moved.values(became=counts, changed_at=now(connection)))


def sending(connection: Connection, replay_id: str, owner: str, ats: Collection[Offset]) -> dict[Offset, Became]:
    """Write that records are about to be sent; gives those to send, which the run is not past, and what they become then.

    Raises NotAtWorkError where the run is not this owner's.
    """
    mark(connection, replay_id, owner, {})
    passed = checkpoint(connection, replay_id)
    before = _unsettled(connection, replay_id)
    new = {at for at in ats if at[2] >= passed.get(at[:2], 0)}
    insert(connection, replay_item, _items(replay_id, dict.fromkeys(before | new, Became.SENDING)))
    return {at: Became.SENT_AGAIN if at in before else Became.SENT for at in new}


def sent(connection: Connection, replay_id: str, owner: str, became: Mapping[Offset, str]) -> None:
    """Write what became of records that were sent, or left alone among them; raises as `mark`."""
    unsettled = _unsettled(connection, replay_id) - set(became)
    mark(connection, replay_id, owner, became)
    insert(connection, replay_item, _items(replay_id, dict.fromkeys(unsettled, Became.SENDING)))


def _unsettled(connection: Connection, replay_id: str) -> set[Offset]:
    """Take out what is written as about to be sent: of one batch, or of two where a process was followed by another."""
    item = replay_item.c
    here = (item.replay_id == replay_id) & (item.became == Became.SENDING)
    found = connection.execute(sa.select(item.topic, item.partition, item.first, item.last).where(here)).all()
    connection.execute(replay_item.delete().where(here))
    return {(row.topic, row.partition, at) for row in found for at in range(row.first, row.last + 1)}


def beside(
    replay_id: str, owner: str, left: Mapping[Offset, str], whole: int
) -> Callable[[Batch, Sequence[Arrival]], None]:
    """What is written beside a batch of the intake: what became of its arrivals, and of what was `left` alone among them.

    `whole` arrivals are all there are; a batch of fewer is a part of them, and says nothing of what comes after it.
    """

    def write(batch: Batch, arrivals: Sequence[Arrival]) -> None:
        became = _became(batch, arrivals)
        ends: dict[Place, int] = {}
        for topic, partition, offset in became:
            ends[topic, partition] = max(offset, ends.get((topic, partition), 0))
        passed = {at: what for at, what in left.items() if len(arrivals) == whole or at[2] < ends.get(at[:2], -1)}
        mark(batch.connection, replay_id, owner, passed | became)

    return write


def _became(batch: Batch, arrivals: Sequence[Arrival]) -> dict[Offset, str]:
    """What became of each arrival: the first with a claimed id was taken, unless it came to nothing."""
    found: dict[Offset, str] = {}
    seen: set[tuple[str, str]] = set()
    for arrival in arrivals:
        at = (arrival.record.topic, arrival.record.partition, arrival.record.offset)
        if isinstance(arrival.event, Unreadable):
            found[at] = Became.DIED
            continue
        key = (arrival.event.source, arrival.event.ce_id)
        if key in batch.claimed and key not in seen:
            found[at] = Became.DIED if key in batch.dead else Became.TAKEN
        else:
            # Another process, or a record before it, has taken the id.
            found[at] = Sight.DONE if batch.unclaimed.get(key) == arrival.event.digest else Became.DIED
        seen.add(key)
    return found


def _items(replay_id: str, became: Mapping[Offset, str]) -> list[dict[str, str | int]]:
    """Rows of what became of records, one for neighbours that became the same."""
    rows: list[dict[str, str | int]] = []
    for (topic, partition, offset), what in sorted(became.items()):
        follows: dict[str, str | int] = {"topic": topic, "partition": partition, "last": offset - 1, "became": what}
        if rows and all(rows[-1][name] == value for name, value in follows.items()):
            rows[-1]["last"] = offset
        else:
            rows.append(follows | {"replay_id": replay_id, "first": offset, "last": offset})
    return rows
