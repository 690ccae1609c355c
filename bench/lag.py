"""Lag of 1,000 partitions that 50 groups read, half of them behind: what a look takes, in time and in memory.

The floors are the goals as ratios: one second, and 100 MB, by what was measured.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from bench import _kafka
from bench._report import ROUNDS, Figures, Result, finish, say
from ledger.engine import Database
from ledger.migrate import migrate
from producers.settings import KafkaSettings

GROUPS, PARTITIONS = 50, 20
SECONDS, MEGABYTES = 1.0, 100.0
_ROOT = Path(__file__).resolve().parents[1]
_LIFE_SECONDS = 120


def measure() -> Result:
    """Measure all."""
    with tempfile.TemporaryDirectory() as folder, _kafka.broker() as kafka:
        url = f"sqlite:///{folder}/ledger.db"
        database = Database(url)
        migrate(database, "TJMS")
        database.close()
        _fill(kafka)
        looks = [_look(kafka, url) for _ in range(ROUNDS)]
    first, second, memory = (median(look[name] for look in looks) for name in ("first", "second", "mb"))
    figures: Figures = {
        "partitions, groups": {name: looks[0][name] for name in ("lines", "groups", "behind", "measured")},
        "seconds of the first look, with its window": round(first, 3),
        "seconds of the next": round(second, 3),
        "of which this process computed": round(median(look["cpu"] for look in looks), 3),
        "MB of the whole process at most": round(memory, 1),
        "of the broker, a look": {name: looks[0][name] for name in ("requests", "commits", "records")},
    }
    ratios = {"1 s / a look": round(SECONDS / second, 2), "100 MB / the process": round(MEGABYTES / memory, 2)}
    return Result("lag", figures, ratios, dict.fromkeys(ratios, 1.0))


def _fill(kafka: KafkaSettings) -> None:
    """Make a topic for each group, two records in each partition, and commits at and before the end."""
    admin, producer = AdminClient(kafka.admin_config()), Producer(kafka.producer_config())
    names = [f"lag.{number}" for number in range(GROUPS)]
    for future in admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names]).values():
        future.result(_LIFE_SECONDS)
    for name in names:
        for partition in range(PARTITIONS):
            for _ in range(2):
                producer.produce(name, b"x" * 500, partition=partition)
            producer.poll(0)
    if producer.flush(_LIFE_SECONDS):
        raise RuntimeError("the broker did not take the records")
    say(f"  {GROUPS * PARTITIONS} partitions are there")
    for name in names:
        consumer = Consumer(kafka.admin_config() | {"group.id": name, "enable.auto.commit": False})
        for offset in (0, 1):
            at = [TopicPartition(name, number, offset + number % 2) for number in range(PARTITIONS)]
            consumer.commit(offsets=at, asynchronous=False)
        consumer.close()


def _look(kafka: KafkaSettings, url: str) -> dict[str, float]:
    environment = {"SAJ_BNMP_KAFKA_BOOTSTRAP": kafka.bootstrap, "SAJ_BNMP_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "bench._looker"],
        cwd=_ROOT,
        env=os.environ | environment,
        check=True,
        capture_output=True,
        timeout=_LIFE_SECONDS,
    )
    told: dict[str, float] = json.loads(done.stdout)
    say(f"  a look: {told['second']:.2f} s, {told['mb']:.0f} MB")
    return told


if __name__ == "__main__":
    sys.exit(finish(measure))
