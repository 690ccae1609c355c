"""The monitor: looks at every group's lag again and again, keeps the window of commits, and tells it as figures.

After each look it checks a piece of the history (operations/patrol.py).

It belongs to no group and touches nobody's offsets. Any number of them may run: each tells the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from ledger import differences, limits
from ledger.engine import Database, LedgerTroubleError, now
from ledger.limits import Stopped
from operations.lag import WINDOW_SECONDS, Watch, watching
from operations.lag_answers import LagShown
from operations.patrol import Patrol
from operations.verdicts import Verdict
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError
from rules.reconciling import TABLE
from schemas.figures import Figure, Tell, untold

LOOK_SECONDS = 15.0
_ALL = 1_000_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look; `compared_at`: when everybody was last compared with BNMP, or before the first time when that was begun."""

    lag: LagShown
    stopped: tuple[Stopped, ...]
    compared_at: datetime
    differing: Mapping[str, int]


class Monitor:
    """What was seen last. `run` looks in one thread; `samples` may be asked from any."""

    def __init__(
        self,
        kafka: KafkaSettings,
        database: Database,
        tell: Tell = untold,
        every: float = LOOK_SECONDS,
        patrol: Patrol | None = None,
        *,
        compares: bool = False,
    ) -> None:
        """Look `every` so many seconds; with a `patrol` a piece of the history is checked at each look.

        `compares`: everybody is to be compared with BNMP, so that it is told when that was last done.
        """
        self._kafka = kafka
        self._database = database
        self._tell = tell
        self._every = every
        self._patrol = patrol
        self._compares = compares
        self._began: datetime | None = None
        self._seen: _Seen | None = None

    def run(self, stopped: Callable[[], bool], pause: Callable[[float], object]) -> None:
        """Look until `stopped`; `pause` waits so many seconds, or until it is told to stop.

        While Kafka or the ledger is away nothing is told but that: a lag that is not known is none that was measured.
        """
        while not stopped():
            try:
                with watching(self._kafka, WINDOW_SECONDS) as watch:
                    while not stopped():
                        self._look(watch)
                        pause(self._every)
            except (KafkaUnreachableError, LedgerTroubleError) as error:
                self._seen = None
                log.warning("monitor.blind", why=error)
                self._tell("progress_timestamp_seconds", ("monitor",), 0)
                pause(self._every)

    def _look(self, watch: Watch) -> None:
        shown = watch.look(self._database, limit=_ALL)
        with self._database.reading() as connection:
            stopped = tuple(limits.stopped(connection))
            compared_at, differing = differences.compared(connection)
            self._began = self._began or now(connection)
        self._seen = _Seen(shown, stopped, compared_at or self._began, differing)
        if self._patrol is not None:
            self._patrol.step()
        self._tell("progress_timestamp_seconds", ("monitor",), 0)

    def samples(self) -> Iterator[tuple[Figure, tuple[str, ...], float]]:
        """The figures of the last look, for whoever asks."""
        if self._patrol is not None:
            yield from self._patrol.samples()
        seen = self._seen
        yield "monitor_sees", (), seen is not None
        if seen is None:
            return
        yield from _of_lag(seen.lag)
        for halted in seen.stopped:
            yield "partition_stopped", (halted.topic, str(halted.partition)), 1
        for kind in TABLE:
            yield "divergences", (kind,), seen.differing.get(kind, 0)
        if self._compares:
            yield "comparison_finished_timestamp_seconds", (), seen.compared_at.timestamp()


def _of_lag(shown: LagShown) -> Iterator[tuple[Figure, tuple[str, ...], float]]:
    for line in shown.items:
        at = (line.group, line.topic, str(line.partition))
        yield "group_lag_records", at, line.lag
        if line.seconds is not None:
            yield "group_lag_seconds", at, line.seconds
        if line.commit_age_seconds is not None:
            yield "group_commit_age_seconds", at, line.commit_age_seconds
    for place, held in {(each.topic, str(each.partition)): each.held_back for each in shown.items}.items():
        yield "open_transaction_records", place, held
    for group in shown.groups:
        for verdict in Verdict:
            yield "group_verdict", (group.group, verdict), verdict is group.verdict
    yield "look_seconds", (), shown.look.seconds
    yield "look_requests", (), shown.look.requests
    yield "look_records", (), shown.look.commits + shown.look.records
