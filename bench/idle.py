"""An idle court: from the moment SAJ publishes a warrant until the registry has its first request about it.

One warrant at a time, each of a person never seen, on the whole stack: Kafka, processor, relay, sender, the simulator.
"""

import math
import random
import sys
import time
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, TopicPartition

from bench._report import SEED, Result, finish, say
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from runtime.stack import Stack, StackSettings
from sandbox.postgres.server import Postgres
from sandbox.saj.court import OUTCOMES
from sandbox.saj.documents import TYPE, Case, case_number, document
from sandbox.saj.people import Invented, Staff, invent_people, invent_staff, write_credentials

WARRANTS = 100
# The first ones find the roles still joining their groups and every session still to be opened.
WARMING = 10
P99_MS = 150.0
_REGISTERED_SECONDS = 30.0
_PAUSE_SECONDS = 0.1


def measure() -> Result:
    """Measure on both databases; the floor is for PostgreSQL, on which a court runs."""
    figures: dict[str, dict[str, float]] = {}
    with Postgres.start() as postgres:
        for name, url in (("sqlite", None), ("postgresql", postgres.url())):
            figures[f"{name}: published to first request"] = _run(url)
    ratios = {f"{what}, {P99_MS:g} ms / p99": round(P99_MS / of["p99_ms"], 3) for what, of in figures.items()}
    return Result("idle", {**figures}, ratios, {what: 1.0 for what in ratios if what.startswith("postgresql")})


def _run(database: str | None) -> dict[str, float]:
    """Run a stack on the empty database at a URL, or on a file; gives milliseconds."""
    staff = invent_staff()[0]

    def prepare(stack: Stack) -> None:
        users = (staff.servidor, staff.magistrado)
        write_credentials(users, stack.credentials)
        stack.control("users", [user.as_registry_user() for user in users])

    with Stack.start(StackSettings(seed=SEED, database=database), say, prepare) as stack:
        published = _publish_all(KafkaSettings(stack.bootstrap), staff)
        requests = [line for line in stack.control("book")["requests"] if "/api/" in line["path"]]
    waits = sorted(_waits(published, requests)[WARMING:])
    return {"p50_ms": _at(waits, 0.5), "p90_ms": _at(waits, 0.9), "p99_ms": _at(waits, 0.99), "max_ms": waits[-1]}


def _publish_all(kafka: KafkaSettings, staff: Staff) -> list[datetime]:
    """Publish warrant after warrant, each when the one before is registered; gives the instants."""
    kit, heard, chance = SajProducer(kafka), _listener(kafka), random.Random(SEED)
    published = []
    for number, invented in enumerate(invent_people(WARMING + WARRANTS, SEED)):
        # Not in step with anybody's polling.
        time.sleep(chance.uniform(0, _PAUSE_SECONDS))
        published.append(datetime.now(UTC))
        _issue(kit, invented, staff, number)
        _await_registered(heard, f"idle-{number}")
    heard.close()
    return published


def _issue(kit: SajProducer, invented: Invented, staff: Staff, number: int) -> None:
    case = Case(case_number(number, 2026), invented, staff)
    data = document("MANDADO", case, document_id=f"idle-{number}", antecedents=(), issued_at=datetime.now(UTC))
    kit.publish(TYPE, data)
    kit.flush(_REGISTERED_SECONDS)


def _listener(kafka: KafkaSettings) -> Consumer:
    config: dict[str, Any] = kafka.client_config() | {"group.id": "bench-idle", "enable.auto.commit": False}
    consumer = Consumer(config)
    partitions = consumer.list_topics(OUTCOMES, timeout=10).topics[OUTCOMES].partitions
    consumer.assign([TopicPartition(OUTCOMES, number, OFFSET_END) for number in partitions])
    # Asked once, so that it stands at the end before anything is published.
    consumer.poll(1.0)
    return consumer


def _await_registered(heard: Consumer, document_id: str) -> None:
    deadline = time.monotonic() + _REGISTERED_SECONDS
    while time.monotonic() < deadline:
        message = heard.poll(0.2)
        if message is None or message.error():
            continue
        headers = dict(message.headers() or ())
        registered = headers.get("ce_type") == b"bnmp.document.registered.v1"
        if registered and document_id.encode() in (message.value() or b""):
            return
    raise RuntimeError(f"{document_id} was not registered within {_REGISTERED_SECONDS:g} s")


def _waits(published: list[datetime], requests: list[dict[str, Any]]) -> list[float]:
    """Milliseconds from each publication to the first request after it."""
    arrived = sorted(datetime.fromisoformat(line["at"]) for line in requests)
    waits = []
    for at in published:
        first = next(request for request in arrived if request >= at)
        waits.append(round((first - at).total_seconds() * 1000, 1))
    return waits


def _at(ordered: list[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]


if __name__ == "__main__":
    sys.exit(finish(measure))
