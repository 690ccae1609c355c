"""The relay: outbox rows to Kafka, in id order, each deleted after the broker's answer.

One relay is active by lease. It scans on from the last id it saw, and once a second from the beginning,
for an id may commit later than a higher one. A person's rows go one after the other, each after the answer to
the one before, and a person whose row failed is held until that row succeeds: nobody hears of a later thing first.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from ledger.engine import Database, LedgerTroubleError
from ledger.leases import release_singleton, take_singleton
from ledger.outbox import delete, waiting
from ledger.patience import Patience, patiently
from producers.settings import KafkaSettings
from schemas.figures import Tell, untold
from schemas.record import RawRecord

BATCH = 1000
LOOK_BACK_SECONDS = 1.0
IDLE_SECONDS = 0.02
STANDBY_SECONDS = 1.0
# A flush ends within the lease, or two relays might publish; a relay that died is followed when its lease ran out.
LEASE_SECONDS = 5.0
FLUSH_SECONDS = 4.0

# A person's next row goes when the one before was answered; what is left after this time goes on in the next batch.
WAVES_SECONDS = 0.5

log = structlog.get_logger(__name__)
_Row = tuple[int, int | None, RawRecord]
"""An outbox row: its id, its person if any, and the record to publish."""


class Relay:
    """Publishes what the ledger has to say, for as long as `run` is let."""

    def __init__(self, database: Database, kafka: KafkaSettings, owner: str, tell: Tell = untold) -> None:
        """`owner` names this life of this process in the relay's lease."""
        self._database = database
        self._producer = Producer(kafka.producer_config())
        self._owner = owner
        self._tell = tell
        self._last = 0
        self._looked_back = 0.0
        # Of each person that is held: the lowest id of theirs that failed; and whose row of this scan is yet to come.
        self._held: dict[int, int] = {}
        self._to_try: set[int] = set()
        self._too_large: set[int] = set()

    def run(self, stopped: Callable[[], bool], pause: Callable[[float], object]) -> None:
        """Publish until `stopped`; `pause` waits a number of seconds or until something happens."""
        patience = Patience()
        while not stopped():
            self._tell("progress_timestamp_seconds", ("relay",), 0)
            try:
                idle = self._round()
            except LedgerTroubleError as trouble:
                # From the beginning again, for in the meantime another relay may have become the active one.
                idle = patience.bear(trouble)
            else:
                patience.regained()
            if idle:
                pause(idle)
        with self._database.transaction() as connection:
            release_singleton(connection, "relay", self._owner)

    def _round(self) -> float:
        """Publish a batch if this is the active relay; gives the seconds until there may be more to do."""
        if not self._hold():
            return STANDBY_SECONDS
        return 0.0 if self.publish() else IDLE_SECONDS

    def _hold(self) -> bool:
        if time.monotonic() - self._looked_back < LOOK_BACK_SECONDS:
            return True
        with self._database.transaction() as connection:
            held = take_singleton(connection, "relay", self._owner, seconds=LEASE_SECONDS)
        self._tell("lease_held", (), held)
        if held:
            # The full look-back: an id below the last one may have been committed since.
            self._looked_back = time.monotonic()
            self._look_back()
        return held

    def _look_back(self) -> None:
        """Scan from the beginning again; of a person who is held the first row is tried, whichever it is by now."""
        self._last, self._to_try = 0, set(self._held)

    def publish(self) -> int:
        """Publish one batch; returns how many rows the broker answered for."""
        with self._database.reading() as connection:
            rows = waiting(connection, self._last, BATCH)
        if self._last == 0:
            # From the beginning on: only then is the first row the oldest, one that fails again and again included.
            self._tell("relay_lag_seconds", (), _age(rows[0][2]) if rows else 0)
        if not rows:
            return 0
        answered, later = self._send(rows)
        self._last = later - 1 if later is not None else rows[-1][0]
        if answered:
            patiently(partial(self._delete, sorted(answered)))
            self._release(answered)
        return len(answered)

    def _delete(self, answered: list[int]) -> None:
        """Delete what is published: rather tried for a while than published once more."""
        with self._database.transaction() as connection:
            delete(connection, answered)

    def _release(self, answered: set[int]) -> None:
        """Let go whom nothing holds any more: what was passed over for them comes before all that is new."""
        self._too_large -= answered
        held = {person: number for person, number in self._held.items() if number not in answered}
        if held != self._held:
            self._held = held
            self._look_back()

    def _send(self, rows: Sequence[_Row]) -> tuple[set[int], int | None]:
        """Send a batch in waves; gives what was answered, and the first row for which no time was left."""
        answered: set[int] = set()
        until = time.monotonic() + WAVES_SECONDS
        rows = [row for row in rows if not self._must_wait(row)]
        while rows:
            wave, rows = _first_of_each(rows)
            whole = self._send_wave(wave, answered)
            rows = [row for row in rows if not self._is_held(row)]
            if rows and (not whole or time.monotonic() > until):
                return answered, rows[0][0]
        return answered, None

    def _send_wave(self, rows: Sequence[_Row], answered: set[int]) -> bool:
        for number, person, record in rows:
            # The broker refuses a whole batch for its size: what was refused goes alone, so as to take nobody along.
            alone = number in self._too_large
            if alone:
                self._flush()
            self._produce(number, person, record, answered)
            if alone:
                self._flush()
        return self._flush()

    def _must_wait(self, row: _Row) -> bool:
        number, person, _ = row
        if person is not None and person in self._to_try:
            self._to_try.discard(person)
            self._held[person] = number
        return self._is_held(row)

    def _is_held(self, row: _Row) -> bool:
        number, person, _ = row
        return person is not None and number > self._held.get(person, number)

    def _flush(self) -> bool:
        if not self._producer.flush(FLUSH_SECONDS):
            return True
        log.warning("relay.flush_unfinished", left=len(self._producer))
        # What is still under way is neither published nor lost: its row stays and is tried again.
        self._producer.purge()
        self._producer.flush(1)
        return False

    def _produce(self, number: int, person: int | None, record: RawRecord, answered: set[int]) -> None:
        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is None:
                answered.add(number)
                self._tell("relay_published", (record.topic,), 1)
            else:
                self._fail(number, person, record, error)

        try:
            self._producer.produce(
                record.topic, record.value, record.key, headers=list(record.headers), on_delivery=delivered
            )
        except KafkaException as error:
            if error.args[0].fatal():
                # This producer will never deliver again; the process ends and its next life has another.
                raise
            self._fail(number, person, record, error.args[0])
        self._producer.poll(0)

    def _fail(self, number: int, person: int | None, record: RawRecord, error: KafkaError) -> None:
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            self._too_large.add(number)
        if person is not None:
            self._held[person] = min(number, self._held.get(person, number))
        self._tell("relay_failed", (record.topic,), 1)
        log.error("relay.undelivered", outbox_id=number, topic=record.topic, why=error)


def _age(record: RawRecord) -> float:
    """Seconds since what a record says happened, by its envelope; 0 where it says no time."""
    said = dict(record.headers).get("ce_time") or b""
    try:
        return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(said.decode())).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _first_of_each(rows: Sequence[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Split rows into the first of each person, with all that are nobody's, and the rest; both in their order."""
    first: list[_Row] = []
    rest: list[_Row] = []
    met: set[int] = set()
    for row in rows:
        person = row[1]
        (rest if person in met else first).append(row)
        if person is not None:
            met.add(person)
    return first, rest
