"""The relay: outbox rows to Kafka, in id order, each deleted after the broker's answer.

One relay is active by lease. It scans on from the last id it saw, and once a second from the beginning,
for an id may commit later than a higher one. A person whose row failed is held until that row succeeds,
so that nobody hears of a later thing first.
"""

import time
from collections.abc import Callable, Sequence

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from ledger.engine import Database
from ledger.leases import release_singleton, take_singleton
from ledger.outbox import delete, waiting
from producers.settings import KafkaSettings
from schemas.record import RawRecord

BATCH = 1000
LOOK_BACK_SECONDS = 1.0
IDLE_SECONDS = 0.02
# A flush ends within the lease, or two relays might publish; a relay that died is followed when its lease ran out.
LEASE_SECONDS = 5.0
FLUSH_SECONDS = 4.0

log = structlog.get_logger(__name__)


class Relay:
    """Publishes what the ledger has to say, for as long as `run` is let."""

    def __init__(self, database: Database, kafka: KafkaSettings, owner: str) -> None:
        """`owner` names this life of this process in the relay's lease."""
        self._database = database
        self._producer = Producer(kafka.producer_config())
        self._owner = owner
        self._last = 0
        self._looked_back = 0.0
        # Of each person that is held: the lowest id of theirs that failed; and whose row of this scan is yet to come.
        self._held: dict[int, int] = {}
        self._to_try: set[int] = set()
        self._too_large: set[int] = set()

    def run(self, stopped: Callable[[], bool], pause: Callable[[float], object]) -> None:
        """Publish until `stopped`; `pause` waits a number of seconds or until something happens."""
        while not stopped():
            if not self._hold():
                pause(1.0)
            elif not self.publish():
                pause(IDLE_SECONDS)
        with self._database.transaction() as connection:
            release_singleton(connection, "relay", self._owner)

    def _hold(self) -> bool:
        if time.monotonic() - self._looked_back < LOOK_BACK_SECONDS:
            return True
        with self._database.transaction() as connection:
            held = take_singleton(connection, "relay", self._owner, seconds=LEASE_SECONDS)
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
        if not rows:
            return 0
        answered = self._send(rows)
        self._last = rows[-1][0]
        if answered:
            with self._database.transaction() as connection:
                delete(connection, sorted(answered))
            self._release(answered)
        return len(answered)

    def _release(self, answered: set[int]) -> None:
        """Let go whom nothing holds any more: what was passed over for them comes before all that is new."""
        self._too_large -= answered
        held = {person: number for person, number in self._held.items() if number not in answered}
        if held != self._held:
            self._held = held
            self._look_back()

    def _send(self, rows: Sequence[tuple[int, int | None, RawRecord]]) -> set[int]:
        answered: set[int] = set()
        for number, person, record in rows:
            if self._must_wait(number, person):
                continue
            # The broker refuses a whole batch for its size: what was refused goes alone, so as to take nobody along.
            alone = number in self._too_large
            if alone:
                self._flush()
            self._produce(number, person, record, answered)
            if alone:
                self._flush()
        self._flush()
        return answered

    def _must_wait(self, number: int, person: int | None) -> bool:
        if person is None:
            return False
        if person in self._to_try:
            self._to_try.discard(person)
            self._held[person] = number
        return number > self._held.get(person, number)

    def _flush(self) -> None:
        if self._producer.flush(FLUSH_SECONDS):
            log.warning("relay.flush_unfinished", left=len(self._producer))
            # What is still under way is neither published nor lost: its row stays and is tried again.
            self._producer.purge()
            self._producer.flush(1)

    def _produce(self, number: int, person: int | None, record: RawRecord, answered: set[int]) -> None:
        def delivered(error: KafkaError | None, _: Message) -> None:
            if error is None:
                answered.add(number)
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
        log.error("relay.undelivered", outbox_id=number, topic=record.topic, why=error.name())
