"""The intake: records in, one transaction out. It knows no carrier.

Faust drives it live, a plain loop drives it in replay and catch-up, lists drive it in tests.
"""

import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from ledger.arrivals import Arrival, Beside, BesideError, GapError, Taken, in_order, take
from ledger.cursors import NoCursorError
from ledger.deployment import Deployment
from ledger.engine import Database, LedgerTroubleError
from ledger.papers import names_of, paper
from ledger.persons import Names
from ledger.trouble import place
from schemas.codes import Code
from schemas.custody_recorded import CustodyRecorded
from schemas.document_issued import DocumentIssued
from schemas.figures import Tell, untold
from schemas.legacy import ItemListed
from schemas.reading import Event, Reader, Unreadable, read, readers_for
from schemas.record import RawRecord

GROUP = "saj-bnmp.processor"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes batches of raw records into the ledger on behalf of one consumer group."""

    database: Database
    deployment: Deployment
    group: str = GROUP
    tell: Tell = untold

    def take(self, records: Sequence[RawRecord], *, gaps: bool = True, beside: Beside | None = None) -> Taken:
        """Read, decide and record a batch in one transaction; `beside` writes in the same one.

        A record on which our own code or the database fails alone is found by halving the batch; it becomes a dead
        letter `UNPROCESSABLE` and stops nothing else. Raises, having written nothing, when `gaps` is set,
        `ledger.arrivals.GapError` for records before the batch that were not handed over and
        `ledger.cursors.NoCursorError` for a partition without cursor; and `LedgerTroubleError` when the database as a
        whole is in trouble: what was written before that is dropped when it comes again.
        """
        return self.take_read(self.read(records), gaps=gaps, beside=beside)

    def read(self, records: Sequence[RawRecord]) -> list[Arrival]:
        """Read a batch; nothing is written."""
        readers = readers_for(self.deployment.custody_events, self.deployment.civil_custody_kind)
        with _no_collecting():
            return [self._arrival(record, readers) for record in records]

    def take_read(self, read_: Sequence[Arrival], *, gaps: bool, beside: Beside | None = None) -> Taken:
        """As `take`, of records that were read already."""
        begun = time.monotonic()
        with _no_collecting():
            arrivals = in_order(read_)
            taken = self._take(arrivals, gaps=gaps, beside=beside)
        self._told(arrivals, taken, time.monotonic() - begun)
        return taken

    def _told(self, arrivals: Sequence[Arrival], taken: Taken, seconds: float) -> None:
        """Tell the figures of a batch that is committed."""
        self.tell("batch_seconds", (), seconds)
        for became, amount in taken.counts.items():
            self.tell("events", (became,), amount)
        for topic, code in ((a.record.topic, a.event) for a in arrivals):
            self.tell("records", (topic, code.code if isinstance(code, Unreadable) else "OK"), 1)
        for arrival in arrivals:
            if isinstance(arrival.event, Event) and arrival.event.unknown_fields:
                self.tell("unknown_fields", (arrival.record.topic,), arrival.event.unknown_fields)
            if arrival.names is not None and not _is_keyed(arrival.record, arrival.names):
                self.tell("key_mismatches", (arrival.record.topic,), 1)

    def _take(self, arrivals: Sequence[Arrival], *, gaps: bool, beside: Beside | None, again: bool = False) -> Taken:
        try:
            now = self.database.clock()
            return take(self.database, self.deployment, self.group, arrivals, now, gaps=gaps, beside=beside)
        except (GapError, NoCursorError, LedgerTroubleError, BesideError):
            raise
        except Exception as error:
            if len(arrivals) > 1:
                middle = len(arrivals) // 2
                first = self._take(arrivals[:middle], gaps=gaps, beside=beside)
                return first.then(self._take(arrivals[middle:], gaps=gaps, beside=beside))
            if not again:
                # Two processes that wrote the same thing at once: what the other wrote is seen now.
                return self._take(arrivals, gaps=gaps, beside=beside, again=True)
            if not arrivals or isinstance(arrivals[0].event, Unreadable):
                raise
            return self._take([_unprocessable(arrivals[0], error)], gaps=gaps, beside=beside)

    def _arrival(self, record: RawRecord, readers: Mapping[str, Reader]) -> Arrival:
        event = read(record, tribunal=self.deployment.court.tribunal, readers=readers)
        if isinstance(event, Unreadable):
            return Arrival(record, event)
        body = event.body
        if isinstance(body, DocumentIssued):
            return Arrival(record, event, document=paper(body, event.gaps, self.deployment.court), names=names_of(body))
        if isinstance(body, ItemListed):
            tribunal = self.deployment.court.tribunal
            return Arrival(record, event, names=Names(f"{tribunal}:{body.party.party_id}", body.party.rji))
        if isinstance(body, CustodyRecorded):
            return Arrival(record, event, names=Names(f"{body.tribunal}:{body.party.party_id}", body.party.rji))
        return Arrival(record, event)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep Python from looking for rubbish: a batch lives until its end, and going over it again cost a fifth of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _is_keyed(record: RawRecord, names: Names) -> bool:
    """Whether a record's key names its person; a wrong one costs speed, never order."""
    return record.key in {name.encode() for name in (names.party, names.rji) if name}


def _unprocessable(arrival: Arrival, error: Exception) -> Arrival:
    record, event = arrival.record, arrival.event
    read_at = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    log.error("intake.unprocessable", **read_at, exc_info=error)
    document_id = getattr(getattr(event, "body", None), "document_id", None)
    dead = Unreadable(Code.UNPROCESSABLE, place(error), event.type, event.ce_id, event.source, document_id)
    return Arrival(record, dead)
