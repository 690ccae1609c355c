"""Commands given from here: one record on `saj.commands`, and the answer that the service says to it.

Who gives it is on the record and is judged by the service (docs/law.md safety-28); nothing is decided here.
"""

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from confluent_kafka import OFFSET_END, Consumer, Message, TopicPartition
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
    command_id, data = _command(tribunal, asked, giver)
    with talking(kafka) as talk:
        talk.say(asked, command_id, data)
        told = talk.hear({command_id}, wait)
    outcome, answer = told.get(command_id, ("SENT", {}))
    return CommandGiven(
        command_id=command_id,
        type=asked.type,
        outcome=outcome,
        reason=answer.get("reason"),
        message=answer.get("message"),
        at=asked.at,
    )


def give_many(
    kafka: KafkaSettings, tribunal: str, asked: Iterable[Asked], giver: Giver, *, rate: float, wait: float
) -> Iterator[tuple[Asked, str, str | None]]:
    """Publish commands, so many a second at most, and give each with its outcome and reason as its answer comes.

    After the last one it waits up to `wait` seconds for the rest; what was not answered by then is SENT. Raises as `give`.
    """
    open_: dict[str, Asked] = {}
    with talking(kafka) as talk:
        due = time.monotonic()
        for each in asked:
            command_id, data = _command(tribunal, each, giver)
            talk.say(each, command_id, data)
            open_[command_id] = each
            due = max(due + 1 / rate, time.monotonic() - 1)
            for found, (outcome, answer) in talk.hear(set(open_), due - time.monotonic(), all_of_them=False).items():
                yield open_.pop(found), outcome, answer.get("reason")
        for found, (outcome, answer) in talk.hear(set(open_), wait).items():
            yield open_.pop(found), outcome, answer.get("reason")
    for left in open_.values():
        yield left, "SENT", None


def _command(tribunal: str, asked: Asked, giver: Giver) -> tuple[str, dict[str, Any]]:
    command_id = str(uuid.uuid4())
    data = {
        "command_id": command_id,
        "by": {"role": giver.role, "user": giver.user, "unit": giver.unit},
        "at": asked.at.isoformat(),
        "reason": giver.reason,
        "tribunal": tribunal,
        **asked.data,
    }
    problems = check(asked.type, data)
    if problems:
        raise ValueError("; ".join(f"{one.field} {one.rule}" for one in problems))
    return command_id, data


@dataclass(frozen=True, slots=True)
class Talk:
    """Commands said, and answers heard since it began."""

    kit: SajProducer
    consumer: Consumer

    def say(self, asked: Asked, command_id: str, data: Mapping[str, Any]) -> None:
        """Publish a command. Raises UndeliveredError."""
        self.kit.publish(asked.type, data, key=asked.key, ce_id=command_id, time=asked.at)
        self.kit.flush(_FLUSH_SECONDS)

    def hear(
        self, wanted: set[str], seconds: float, *, all_of_them: bool = True
    ) -> dict[str, tuple[Any, dict[str, Any]]]:
        """The answers to these commands that come within so many seconds; no longer, where `all_of_them` are there."""
        heard: dict[str, tuple[Any, dict[str, Any]]] = {}
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not (all_of_them and len(heard) == len(wanted)):
            told = _answer(self.consumer.poll(left))
            if told is not None and told[1].get("command_id") in wanted:
                heard[told[1]["command_id"]] = told
        return heard


@contextmanager
def talking(kafka: KafkaSettings) -> Iterator[Talk]:
    """Listen for what is said from now on: an answer may be there before its command's delivery is known."""
    with reader(kafka) as consumer:
        _listen(consumer)
        yield Talk(SajProducer(kafka, SOURCE), consumer)


def _listen(consumer: Consumer) -> None:
    topic = consumer.list_topics(OUTCOMES, timeout=ASK_SECONDS).topics[OUTCOMES]
    ends = [TopicPartition(OUTCOMES, number, OFFSET_END) for number in topic.partitions]
    for end in ends:
        end.offset = consumer.get_watermark_offsets(end, timeout=ASK_SECONDS)[1]
    consumer.assign(ends)


def _answer(record: Message | None) -> tuple[Any, dict[str, Any]] | None:
    """The outcome and the data of a command's answer; None for anything else."""
    if record is None or record.error() is not None:
        return None
    said = dict(record.headers() or ()).get("ce_type", b"").decode()
    return (_ANSWERS[said], json.loads(record.value() or b"{}")) if said in _ANSWERS else None


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
