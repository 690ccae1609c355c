"""One life of a carrier over SAJ's documents, on the clock: `python -m bench._carrier MODE COUNT`.

MODE `faust`: the processor as it runs; `empty`: the same with an intake that takes everything and does nothing; `plain`:
the intake driven by a plain loop. The clock runs from the end of the first batch to the end of the one with which COUNT
records are taken, and one JSON line on standard output tells what was done meanwhile.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from confluent_kafka import Consumer, TopicPartition

from bench._intake import intake
from bench._workload import BATCH, TOPIC
from consumers.groups import consumer_config
from consumers.intake import Intake
from consumers.processor import Processor, ProcessorSettings
from ledger.arrivals import Taken
from ledger.engine import Database
from producers.settings import KafkaSettings
from runtime.leash import hold_on_to_parent
from schemas.figures import Tell
from schemas.record import RawRecord

_POLL_SECONDS = 0.05


@dataclass(slots=True)
class _Clocked:
    """An intake that counts, and tells when it has taken enough."""

    inner: Intake
    empty: bool
    wanted: int
    enough: Callable[[], object] = print
    marks: list[tuple[int, float, float]] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.inner.database

    @property
    def group(self) -> str:
        return self.inner.group

    @property
    def tell(self) -> Tell:
        return self.inner.tell

    def take(self, records: Sequence[RawRecord], *, gaps: bool = True) -> Taken:
        if self.empty:
            taken = Taken({(record.topic, record.partition): record.offset + 1 for record in records}, {})
        else:
            taken = self.inner.take(records, gaps=gaps)
        before = self.marks[-1][0] if self.marks else 0
        if before < self.wanted:
            self.marks.append((before + len(records), time.perf_counter(), time.process_time()))
            if self.marks[-1][0] >= self.wanted:
                self.enough()
        return taken

    def told(self) -> str:
        first, last = self.marks[0], self.marks[-1]
        return json.dumps({"count": last[0] - first[0], "seconds": last[1] - first[1], "cpu": last[2] - first[2]})


async def _faust(clocked: _Clocked, bootstrap: str) -> None:
    # As the processor's role has it.
    sys.setswitchinterval(0.0005)
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()

    def enough() -> None:
        print(clocked.told(), flush=True)
        loop.call_soon_threadsafe(stopped.set)

    clocked.enough = enough
    settings = ProcessorSettings(bootstrap, "bench-processor")
    await Processor(cast(Intake, clocked), settings).run(stopped)


def _plain(clocked: _Clocked, bootstrap: str) -> None:
    done: list[bool] = []
    clocked.enough = lambda: done.append(True)
    consumer = Consumer(consumer_config(KafkaSettings(bootstrap), "bench-plain", "bench-plain"))
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    while not done:
        batch = [_record(message) for message in consumer.consume(BATCH, _POLL_SECONDS)]
        if batch:
            clocked.take(batch)
    consumer.close()
    print(clocked.told(), flush=True)


def _record(message: Any) -> RawRecord:
    if message.error():
        raise RuntimeError(message.error().str())
    at = (message.partition(), message.offset(), message.timestamp()[1])
    return RawRecord(message.topic(), *at, message.key(), message.value(), tuple(message.headers() or ()))


def main(mode: str, count: int) -> None:
    """Carry, with the broker and the ledger that the environment names."""
    hold_on_to_parent()
    bootstrap = os.environ["SAJ_BNMP_KAFKA_BOOTSTRAP"]
    database = Database(os.environ["SAJ_BNMP_DATABASE_URL"])
    clocked = _Clocked(intake(database), mode == "empty", count)
    if mode == "plain":
        _plain(clocked, bootstrap)
    else:
        asyncio.run(_faust(clocked, bootstrap))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
