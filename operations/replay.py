"""Replay, applied: the records of a plan go into the ledger by the intake, or to a topic once more. No group is touched.

Whatever is handed on was read anew and is what was planned, to the byte. One process at a time goes on with a run, from its
checkpoint; pausing, resuming and cancelling are words in the ledger, heard between two batches.
"""

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from confluent_kafka.admin import AdminClient

from consumers.groups import PROCESSOR, TOPICS, topic_ids
from consumers.intake import Intake
from consumers.processor import BATCH
from ledger import replayed, replays
from ledger.batches import Arrival
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.patience import patiently
from ledger.replayed import NotAtWorkError, Offset
from ledger.replays import LEASE_SECONDS, LEDGER, Run, RunState
from ledger.seen import LEFT_ALONE, Sight, look
from operations.replay_file import Plan
from operations.slices import Reader as SliceReader
from operations.slices import ReplayRefusedError, Slice, SliceGoneError, merged, reaches, slices_reader
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from schemas.record import RawRecord

GROUP = "saj-bnmp.replay"
"""Has no cursor, and no group of this name is ever joined: the intake takes what it is handed."""

REPLAY_ID = "replay_id"
"""The header that a record sent once more carries beside its own."""

_FLUSH_SECONDS = 30.0
_LOOK_SECONDS = 0.5
_TELL_SECONDS = 2.0

Tell = Callable[[Run], object]
"""Is told every two seconds how a run stands."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`rate`: records a second at most; `in_flight`: in one transaction, or unanswered by the broker; `errors`: new dead letters."""

    rate: float | None = None
    in_flight: int = BATCH
    errors: int = 50

    @property
    def batch(self) -> int:
        """How many records are handed on at once: no more than those of a second, so that a word is soon heard."""
        most = self.in_flight if self.rate is None else min(self.in_flight, int(self.rate))
        return max(1, min(most, BATCH))


class _Target(Protocol):
    def put(self, records: Sequence[RawRecord], replay_id: str, owner: str) -> int:
        """Hand records on, and write what became of them; gives how many died."""


@dataclass(frozen=True, slots=True)
class _IntoLedger:
    intake: Intake

    def put(self, records: Sequence[RawRecord], replay_id: str, owner: str) -> int:
        arrivals, left = _looked(self.intake, records)
        if not arrivals:
            _mark(self.intake.database, replay_id, owner, left)
            return 0
        beside = replayed.beside(replay_id, owner, left, len(arrivals))
        taken = self.intake.take_read(arrivals, gaps=False, beside=beside)
        if left:
            # Where the batch was taken in parts, what was left alone after the last of them is not written yet.
            _mark(self.intake.database, replay_id, owner, left)
        return taken.counts.get("dead_letter", 0)


@dataclass(frozen=True, slots=True)
class _IntoTopic:
    intake: Intake
    kit: SajProducer
    topic: str

    def put(self, records: Sequence[RawRecord], replay_id: str, owner: str) -> int:
        left: Mapping[Offset, str] = {}
        if self.topic in TOPICS[PROCESSOR]:
            # What is dead goes its way by being redriven, and what the service has yet to read comes by itself.
            _, found = _looked(self.intake, records)
            left = {at: what for at, what in found.items() if what != Sight.DONE}
        with self.intake.database.transaction() as connection:
            # A word that was said meanwhile counts before anything is sent.
            goes = replayed.sending(connection, replay_id, owner, {_at(record) for record in records} - set(left))
        for record in records:
            if _at(record) in goes:
                own = tuple(header for header in record.headers if header[0] != REPLAY_ID)
                self.kit.publish_raw(self.topic, record.key, record.value, (*own, (REPLAY_ID, replay_id.encode())))
        self.kit.flush(_FLUSH_SECONDS)
        with self.intake.database.transaction() as connection:
            replayed.sent(connection, replay_id, owner, {**left, **goes})
        return 0


@dataclass(frozen=True, slots=True)
class Applier:
    """Applies plans to the ledger of one deployment, or to topics."""

    kafka: KafkaSettings
    database: Database
    deployment: Deployment

    def apply(
        self, plan: Plan, target: str, limits: Limits, *, by: str, reason: str, tell: Tell = lambda _: None
    ) -> Run:
        """Begin a plan's run, or go on with the one that has not ended, to its end; gives it as it then stands.

        Raises ReplayRefusedError where the plan does not match what Kafka has, where the run was stopped or failed, or
        somebody else is at work on it; ValueError where nobody signs.
        """
        self._check(plan, target)
        with self.database.reading() as connection:
            before = replays.unended(connection, plan.sha256, target)
        if before is not None and before.state is not RunState.RUNNING:
            why = f" ({before.why})" if before.why else ""
            raise ReplayRefusedError(
                f"replay {before.replay_id} of this plan is {before.state}{why}: saj-bnmp replay resume, or cancel, first"
            )
        if before is None:
            self._verify(plan)
        with self.database.transaction() as connection:
            run = replays.begin(connection, plan.sha256, target, plan.count, by=by, reason=reason)
        with self._lease(run.replay_id) as owner:
            try:
                self._work(plan, target, limits, run.replay_id, owner, tell)
            except ReplayRefusedError as error:
                self._end(run.replay_id, owner, RunState.FAILED, str(error))
                raise
        self._forget()
        with self.database.reading() as connection:
            return replays.run_of(connection, run.replay_id)

    def _check(self, plan: Plan, target: str) -> None:
        """Refuse topics that are others by now, offsets that are gone, and targets that nobody may write to."""
        if not plan.slices:
            raise ReplayRefusedError("the plan selects nothing")
        admin = AdminClient(self.kafka.admin_config())
        topics = tuple(sorted({each.topic for each in plan.slices}))
        described = topic_ids(admin, topics)
        for each in plan.slices:
            if described[each.topic][0] != each.topic_id:
                raise ReplayRefusedError(
                    f"{each.topic} is another topic than the one planned: it was deleted and made again"
                )
        if target == LEDGER:
            return
        if target.startswith(("bnmp.", "__")) or (target.startswith("saj.") and topics != (target,)):
            raise ReplayRefusedError(f"{target} does not take records of {', '.join(topics)}")
        topic_ids(admin, (target,))

    def _verify(self, plan: Plan) -> None:
        """Read all that was planned once, before anything is done: every byte is what it was."""
        held = reaches(self.kafka, [each.place for each in plan.slices])
        lost = [
            (*each.place, each.firsts[0], min(held[each.place][0], each.firsts[-1] + each.lengths[-1]) - 1)
            for each in plan.slices
            if each.firsts[0] < held[each.place][0]
        ]
        if lost:
            raise SliceGoneError(lost, "; plan anew with what is left")
        with slices_reader(self.kafka) as reader:
            for each in plan.slices:
                for _ in _chunks(reader, each, 0):
                    pass

    @contextmanager
    def _lease(self, replay_id: str) -> Iterator[str]:
        """The run's lease, waited for as long as one whose owner was killed may last."""
        owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        deadline = time.monotonic() + LEASE_SECONDS + _LOOK_SECONDS
        while not self._held(replay_id, owner):
            if time.monotonic() > deadline:
                raise ReplayRefusedError(f"somebody else is at work on replay {replay_id}: saj-bnmp replay status")
            time.sleep(_LOOK_SECONDS)
        try:
            yield owner
        finally:
            with self.database.transaction() as connection:
                replays.leave(connection, replay_id, owner)

    def _held(self, replay_id: str, owner: str) -> bool:
        with self.database.transaction() as connection:
            return replays.take_over(connection, replay_id, owner)

    def _work(  # noqa: PLR0917 (one caller)
        self, plan: Plan, target: str, limits: Limits, replay_id: str, owner: str, tell: Tell
    ) -> None:
        with self.database.reading() as connection:
            passed = replays.checkpoint(connection, replay_id)
        intake = Intake(self.database, self.deployment, GROUP)
        into: _Target = _IntoLedger(intake) if target == LEDGER else _IntoTopic(intake, SajProducer(self.kafka), target)
        died, tell_at, pace = 0, time.monotonic() + _TELL_SECONDS, _Pace(limits.rate)
        with slices_reader(self.kafka) as reader:
            sources = {each.place: _chunks(reader, each, passed.get(each.place, 0)) for each in plan.slices}
            for records in merged(sources, limits.batch):
                pace.wait(len(records))
                while True:
                    try:
                        died += patiently(partial(into.put, records, replay_id, owner))
                    except NotAtWorkError:
                        if not self._goes_on(replay_id, owner, tell):
                            return
                    else:
                        break
                if died > limits.errors:
                    raise ReplayRefusedError(
                        f"{died} records died, more than {limits.errors}: saj-bnmp dead-letters list"
                    )
                if time.monotonic() > tell_at:
                    tell_at = time.monotonic() + _TELL_SECONDS
                    tell(self._run(replay_id))
        self._end(replay_id, owner, RunState.FINISHED)

    def _goes_on(self, replay_id: str, owner: str, tell: Tell) -> bool:
        """Wait while the run is paused; False where it was cancelled. Raises where it is somebody else's by now."""
        tell(self._run(replay_id))
        while (run := self._run(replay_id)).state is RunState.PAUSED and self._held(replay_id, owner):
            time.sleep(_LOOK_SECONDS)
        if run.state is RunState.CANCELLED:
            return False
        if run.state is not RunState.RUNNING or not self._held(replay_id, owner):
            raise ReplayRefusedError(f"replay {replay_id} is {run.state}, and not at work here any more")
        return True

    def _run(self, replay_id: str) -> Run:
        with self.database.reading() as connection:
            return replays.run_of(connection, replay_id)

    def _forget(self) -> None:
        while True:
            with self.database.transaction() as connection:
                if replays.forget(connection) < replays.FORGOTTEN_AT_ONCE:
                    return

    def _end(self, replay_id: str, owner: str, state: RunState, why: str | None = None) -> None:
        with self.database.transaction() as connection:
            replays.end(connection, replay_id, owner, state, why)


class _Pace:
    """Not more records a second than the rate, counted from the first."""

    def __init__(self, rate: float | None) -> None:
        self._rate, self._due = rate, time.monotonic()

    def wait(self, count: int) -> None:
        if self._rate is not None:
            time.sleep(max(0.0, self._due - time.monotonic()))
            self._due = max(self._due, time.monotonic()) + count / self._rate


def _chunks(reader: SliceReader, slice_: Slice, start: int) -> Iterator[list[RawRecord]]:
    """A slice's records from an offset on, chunk by chunk, each as it was planned."""
    for chunk, following in zip(slice_.chunks, [*(each.first for each in slice_.chunks[1:]), None], strict=True):
        if following is None or following > start:
            found = [record for record in reader.chunk(slice_, chunk) if record.offset >= start]
            if found:
                yield found


def _looked(intake: Intake, records: Sequence[RawRecord]) -> tuple[list[Arrival], Mapping[Offset, str]]:
    """What is for the intake, and of the rest why it is left alone."""
    arrivals = intake.read(records)
    with intake.database.reading() as connection:
        seen = look(connection, PROCESSOR, [(arrival.record, arrival.event) for arrival in arrivals])
    sights = list(zip(arrivals, seen, strict=True))
    left = {_at(arrival.record): str(found.sight) for arrival, found in sights if found.sight in LEFT_ALONE}
    return [arrival for arrival, found in sights if found.sight not in LEFT_ALONE], left


def _mark(database: Database, replay_id: str, owner: str, became: Mapping[Offset, str]) -> None:
    with database.transaction() as connection:
        replayed.mark(connection, replay_id, owner, became)


def _at(record: RawRecord) -> Offset:
    return record.topic, record.partition, record.offset
