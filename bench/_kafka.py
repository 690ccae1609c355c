"""A broker for the time of a benchmark, and the carriers' lives on it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench._report import Sample, say
from bench._servers import Server
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from producers.topics import create
from sandbox.kafka.broker import Broker
from schemas.record import RawRecord

_LIFE_SECONDS = 120
_END_SECONDS = 10
_ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def broker(partitions: int = 1) -> Iterator[KafkaSettings]:
    """Give a broker with the contract's topics, of so many partitions each."""
    with Broker.start(say=say) as started:
        settings = KafkaSettings(started.bootstrap, "bench")
        create(settings, partitions=partitions)
        yield settings


def publish(kafka: KafkaSettings, records: Sequence[RawRecord]) -> None:
    """Publish records as they are, in their order."""
    kit = SajProducer(kafka)
    for record in records:
        kit.publish_raw(record.topic, record.key, record.value, record.headers)
    kit.flush(_LIFE_SECONDS)


def carry(server: Server, name: str, kafka: KafkaSettings, mode: str, count: int) -> Sample:
    """Run one carrier (`bench._carrier`) in a process of its own, on a copy of the ledger `name`."""
    with server.copy(name) as url, tempfile.TemporaryFile() as said:
        environment = {"SAJ_BNMP_KAFKA_BOOTSTRAP": kafka.bootstrap, "SAJ_BNMP_DATABASE_URL": url}
        argv = [sys.executable, "-m", "bench._carrier", mode, str(count)]
        # The carrier holds on to its standard input: it is gone when this process is.
        life = subprocess.Popen(  # noqa: S603 (our own module)
            argv, cwd=_ROOT, env=os.environ | environment, stdin=subprocess.PIPE, stdout=said, stderr=said
        )
        try:
            status = life.wait(_LIFE_SECONDS)
        finally:
            if life.stdin:
                life.stdin.close()
            life.wait(_END_SECONDS)
        said.seek(0)
        lines = said.read().splitlines()
    told = [line for line in lines if line.startswith(b'{"count"')]
    if status or not told:
        raise RuntimeError(f"the carrier {mode} ended with {status}: {b' '.join(lines[-20:]).decode()}")
    return Sample(**json.loads(told[0]))
