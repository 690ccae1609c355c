"""Commands given from here: one record on `saj.commands`, and the answer that the service says to it.

Who gives it is on the record and is judged by the service (docs/law.md safety-28); nothing is decided here.
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from confluent_kafka import OFFSET_END, Consumer, TopicPartition
from pydantic import AwareDatetime

from ledger import access, acts, links, listing
from ledger.deployment import Deployment
from ledger.engine import Connection, Database
from operations.answers import Answer
from operations.records import ASK_SECONDS, reader
from producers.saj import SajProducer, check
from producers.settings import KafkaSettings
from rules import breaker, messages
from rules.acts import By
from rules.authority import identified
from rules.breaker import Forced
from rules.words import Role

OUTCOMES, SOURCE = "saj.outcomes", "/saj-bnmp/cli"
LINK_FORCED = "LINK_FORCED"
_ANSWERS = {"bnmp.command.applied.v1": "APPLIED", "bnmp.command.refused.v1": "REFUSED"}
_FLUSH_SECONDS = 30.0


class CommandGiven(Answer):
    """What became of a command: APPLIED or REFUSED with the service's reason, or SENT where no answer was heard yet."""

    command_id: str
    type: str
    outcome: Literal["APPLIED", "REFUSED", "SENT"]
    reason: str | None
    message: str | None
    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives a command, and why."""

    role: Role
    user: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A command given at an instant: its type, the key of its record, and its data but for what all commands share."""

    type: str
    key: str
    data: Mapping[str, Any]
    at: datetime


def key_of_document(database: Database, document_id: str) -> str | None:
    """The key under which SAJ published a document; None where the ledger does not know it."""
    with database.reading() as connection:
        found = listing.saj_key(connection, document_id)
    return found.decode() if found else None


def give(kafka: KafkaSettings, tribunal: str, asked: Asked, giver: Giver, wait: float) -> CommandGiven:
    """Publish a command and wait up to `wait` seconds for its answer.

    Raises ValueError for what does not hold in it, KafkaUnreachableError, and UndeliveredError where it was not taken.
    """
    command_id = str(uuid.uuid4())
    by = {"role": giver.role, "user": giver.user, "unit": giver.unit}
    shared = {
        "command_id": command_id,
        "by": by,
        "at": asked.at.isoformat(),
        "reason": giver.reason,
        "tribunal": tribunal,
    }
    data = {**shared, **asked.data}
    problems = check(asked.type, data)
    if problems:
        raise ValueError("; ".join(f"{one.field} {one.rule}" for one in problems))
    with reader(kafka) as consumer:
        # What is said from now on: the answer may be there before the record's delivery is.
        _listen(consumer)
        kit = SajProducer(kafka, SOURCE)
        kit.publish(asked.type, data, key=asked.key, ce_id=command_id, time=asked.at)
        kit.flush(_FLUSH_SECONDS)
        told = _heard(consumer, command_id, wait)
    outcome, answer = told or ("SENT", {})
    return CommandGiven(
        command_id=command_id,
        type=asked.type,
        outcome=outcome,
        reason=answer.get("reason"),
        message=answer.get("message"),
        at=asked.at,
    )


def _listen(consumer: Consumer) -> None:
    topic = consumer.list_topics(OUTCOMES, timeout=ASK_SECONDS).topics[OUTCOMES]
    ends = [TopicPartition(OUTCOMES, number, OFFSET_END) for number in topic.partitions]
    for end in ends:
        end.offset = consumer.get_watermark_offsets(end, timeout=ASK_SECONDS)[1]
    consumer.assign(ends)


def _heard(consumer: Consumer, command_id: str, seconds: float) -> tuple[Any, dict[str, Any]] | None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        record = consumer.poll(left)
        if record is None or record.error() is not None:
            continue
        said = dict(record.headers() or ()).get("ce_type", b"").decode()
        if said not in _ANSWERS:
            continue
        data = json.loads(record.value())
        if data.get("command_id") == command_id:
            return _ANSWERS[said], data
    return None


def force(database: Database, deployment: Deployment, forced: Forced, giver: Giver) -> CommandGiven:
    """Force the link, or let it be again, in one transaction of the ledger, with or without Kafka (docs/law.md safety-19)."""
    with database.transaction() as connection:
        now = database.clock()
        by = _known(connection, giver, now)
        refusal = breaker.why_not(forced, by, now, deployment.windows)
        command_id = str(uuid.uuid4())
        if refusal is None:
            step = partial(breaker.force, forced=forced, now=now, windows=deployment.windows)
            links.change(connection, deployment, now, step, by)
            detail = {"state": forced.state, "cause": forced.cause, "notice": forced.notice}
            until = forced.until.isoformat() if forced.until else None
            signed = f"{by.role}:{by.user}:{by.unit}"
            acts.write(
                connection, LINK_FORCED, "link", by=signed, reason=giver.reason, detail=detail | {"until": until}
            )
    reason = refusal or "APPLIED"
    return CommandGiven(
        command_id=command_id,
        type="saj.link.forced.v1",
        outcome="REFUSED" if refusal else "APPLIED",
        reason=reason,
        message=messages.COMMANDS[reason],
        at=now,
    )


def _known(connection: Connection, giver: Giver, now: datetime) -> By:
    known = access.of(connection, [giver.user])
    return identified(giver.role, giver.user, giver.unit, now, known)
