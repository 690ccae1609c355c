"""Replay, planned: a slice of SAJ's topics is read, held against the ledger, and written down exactly. Nothing is changed.

The plan file names every record that is meant by its offset, with a digest over all bytes, and a digest over itself:
what is applied later is what was planned, or nothing.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient

from consumers.groups import PROCESSOR, topic_ids
from ledger import replays
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.replays import LEDGER, Run
from ledger.seen import Sight, look
from operations.choosing import Selection, kind_of
from operations.replay_answers import From, ReplayPlanned, SlicePlanned
from operations.replay_file import Plan, written
from operations.slices import (
    MOST_SPANS,
    Builder,
    Place,
    Reader,
    ReplayRefusedError,
    Slice,
    SliceGoneError,
    reaches,
    slices_reader,
)
from producers.settings import KafkaSettings
from schemas.reading import read, readers_for
from schemas.record import RawRecord

_MOST_KINDS = 200
# Records a second while no run tells: those that a ledger lacks, and those that it has, on SQLite (docs/benchmarks.md).
_TAKEN_PER_SECOND, _LEFT_PER_SECOND = 800.0, 8_000.0
_LEFT_ALONE = (Sight.DONE, Sight.LETTER, Sight.AHEAD)
# A run of fewer records tells little of how fast the next will be.
TELLING, _LAST_RUNS = 1000, 5
_TELL_SECONDS = 2.0

Tell = Callable[[int, int], object]
"""Is told every two seconds how many offsets were read, and of how many."""


@dataclass(slots=True)
class _Found:
    """What was found so far, and who is told how far the reading is."""

    tell: Tell
    total: int
    passed: int = 0
    tell_at: float = field(default_factory=lambda: time.monotonic() + _TELL_SECONDS)
    read: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    places: dict[Place, Counter[str]] = field(default_factory=dict)
    oldest: int | None = None
    newest: int | None = None

    def add(self, record: RawRecord, kind: str, sight: Sight) -> None:
        kind = kind if kind in self.kinds or len(self.kinds) < _MOST_KINDS else "others"
        self.kinds.setdefault(kind, Counter())[sight] += 1
        self.places.setdefault((record.topic, record.partition), Counter())[sight] += 1
        self.oldest = min(record.timestamp_ms, record.timestamp_ms if self.oldest is None else self.oldest)
        self.newest = max(record.timestamp_ms, self.newest or 0)

    def go(self, offsets: int) -> None:
        self.passed += offsets
        if time.monotonic() >= self.tell_at:
            self.tell_at = time.monotonic() + _TELL_SECONDS
            self.tell(self.passed, self.total)


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans replays of what one deployment's SAJ published."""

    kafka: KafkaSettings
    database: Database
    deployment: Deployment

    def plan(
        self,
        selection: Selection,
        selectors: Mapping[str, Any],
        file: Path,
        *,
        what_is_left: bool = False,
        rate: float | None = None,
        tell: Tell = lambda _, __: None,
    ) -> ReplayPlanned:
        """Read what is selected, hold it against the ledger, and write `file`; `selectors` is what it says of the selection.

        `rate` (records a second) is what the expected time goes by. Raises SliceGoneError where offsets that were asked for
        are gone, unless `what_is_left` is meant, ReplayRefusedError for what has too many holes, StartRefusedError and KafkaUnreachableError.
        """
        described = topic_ids(AdminClient(self.kafka.admin_config()), selection.topics)
        places = [
            (topic, number)
            for topic, (_, count) in described.items()
            for number in range(count)
            if selection.partitions is None or number in selection.partitions
        ]
        if not places:
            raise ReplayRefusedError("none of these topics has such a partition")
        bounds, lost = _bounds(selection, reaches(self.kafka, places))
        if lost and not what_is_left:
            raise SliceGoneError(lost, "; --what-is-left plans the rest")
        found, slices = _Found(tell, sum(max(0, end - first) for first, end in bounds.values())), list[Slice]()
        with slices_reader(self.kafka) as reader:
            if selection.since is not None and selection.first is None and not what_is_left:
                lost = _begun_after(reader, bounds, selection.since)
                if lost:
                    since = selection.since.isoformat()
                    raise SliceGoneError(
                        lost, f", and some of it may be of {since} or later; --what-is-left plans the rest"
                    )
            if selection.since is not None:
                begins = reader.first_since(bounds, selection.since)
                bounds = {place: (max(first, begins[place]), end) for place, (first, end) in bounds.items()}
            for place in sorted(bounds):
                builder = Builder(place[0], described[place[0]][0], place[1])
                self._read(reader, selection, builder, bounds[place], found)
                made = builder.made()
                slices += [made] if made.count else []
                if sum(len(each.firsts) for each in slices) > MOST_SPANS:
                    raise ReplayRefusedError(
                        f"this selects more than {MOST_SPANS} stretches of offsets: plan by time or partition, in parts"
                    )
        made_plan = written(self.deployment.court.tribunal, selectors, slices, file)
        with self.database.reading() as connection:
            runs = replays.finished(connection, LEDGER, TELLING, _LAST_RUNS)
        return _told(made_plan, found, file, expected(sum(found.kinds.values(), Counter()), runs, rate))

    def _read(
        self, reader: Reader, selection: Selection, builder: Builder, bounds: tuple[int, int], found: _Found
    ) -> None:
        place, (at, end) = (builder.topic, builder.partition), bounds
        tribunal = self.deployment.court.tribunal
        readers = readers_for(self.deployment.custody_events, self.deployment.civil_custody_kind)
        while at < end and builder.spans <= MOST_SPANS:
            records = reader.pull(place, at, end)
            reads = [(record, read(record, tribunal=tribunal, readers=readers)) for record in records]
            with self.database.reading() as connection:
                sights = look(connection, PROCESSOR, reads)
            for (record, event), seen in zip(reads, sights, strict=True):
                if selection.is_meant(record, event, seen, tribunal):
                    builder.add(record)
                    found.add(record, kind_of(event), seen.sight)
            found.read += len(records)
            following = records[-1].offset + 1 if records else end
            found.go(following - at)
            at = following


def _bounds(
    selection: Selection, held: Mapping[Place, tuple[int, int]]
) -> tuple[dict[Place, tuple[int, int]], list[tuple[str, int, int, int]]]:
    """From which offset to before which each partition is read, and the offsets that were asked for and are gone."""
    bounds, lost = {}, []
    for place, (low, high) in held.items():
        end = high if selection.last is None else min(high, selection.last + 1)
        if selection.first is not None and selection.first < min(low, end):
            lost.append((*place, selection.first, min(low, end) - 1))
        bounds[place] = max(low, selection.first or 0), end
    return bounds, lost


def _begun_after(
    reader: Reader, bounds: Mapping[Place, tuple[int, int]], since: datetime
) -> list[tuple[str, int, int, int]]:
    """What is gone and may be of that instant or later: all before a partition's first record that is younger, or its only one."""
    lost = []
    for place, (first, end) in bounds.items():
        oldest = next(iter(reader.pull(place, first, end)), None) if 0 < first < end else None
        if first > 0 and (oldest is None or oldest.timestamp_ms / 1000 > since.timestamp()):
            lost.append((*place, 0, first - 1))
    return lost


def expected(sights: Mapping[str, int], runs: Sequence[Run], rate: float | None) -> tuple[float, From]:
    """How many seconds records take into a ledger, and by what that is told: the last runs into it, constants without any.

    The quickest of the runs counts: a pause, a rate or a kill makes one slower, and nothing makes it quicker. `rate`
    (records a second) is the most that will be asked for.
    """
    paces = [(run.changed_at - run.started_at).total_seconds() / _by_constants(run.became) for run in runs]
    seconds = _by_constants(sights) * min(paces, default=1.0)
    return round(max(seconds, sum(sights.values()) / rate if rate else 0.0), 1), "RUNS" if paces else "CONSTANTS"


def _by_constants(counts: Mapping[str, int]) -> float:
    left = sum(counts.get(name, 0) for name in _LEFT_ALONE)
    return left / _LEFT_PER_SECOND + (sum(counts.values()) - left) / _TAKEN_PER_SECOND


def _told(plan: Plan, found: _Found, file: Path, expects: tuple[float, From]) -> ReplayPlanned:
    sights = sum(found.kinds.values(), Counter())
    lines = [
        SlicePlanned(
            topic=each.topic,
            partition=each.partition,
            first=each.firsts[0],
            last=each.firsts[-1] + each.lengths[-1] - 1,
            selected=each.count,
            sights=dict(found.places[each.place]),
        )
        for each in plan.slices
    ]
    return ReplayPlanned(
        file=str(file),
        sha256=plan.sha256,
        read=found.read,
        selected=plan.count,
        sights=dict(sights),
        kinds={kind: dict(counts) for kind, counts in sorted(found.kinds.items())},
        slices=tuple(lines),
        oldest=_instant(found.oldest),
        newest=_instant(found.newest),
        expected_seconds=expects[0],
        expected_from=expects[1],
    )


def _instant(stamp: int | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp / 1000, UTC)
