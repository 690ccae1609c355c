"""Records as Kafka keeps them, read by a consumer of one's own: no group, no offset of anybody's is touched."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from ledger.letters import Letter
from producers.settings import KafkaSettings
from producers.topics import KafkaUnreachableError
from schemas.dead_letter import PREFIX, death_of
from schemas.record import RawRecord

DEAD_LETTER = "bnmp.dead-letter"
ASK_SECONDS = 10.0
READ_SECONDS = 60.0
# The ledger's clock and the relay's host may differ, and the relay may have been away.
_MARGIN = timedelta(minutes=10)
_GONE = frozenset({KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE, KafkaError.UNKNOWN_TOPIC_OR_PART})  # noqa: SLF001 (librdkafka's own code)


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter's record as it first came, and the step that found it dead, where that is known."""

    record: RawRecord
    step: str | None


Fetch = Callable[[Mapping[Letter, datetime]], Mapping[Letter, Kept]]
"""Gives the records of letters, each found at an instant; without those that are gone."""


def letters(kafka: KafkaSettings, wanted: Mapping[Letter, datetime]) -> dict[Letter, Kept]:
    """The records of these letters: as `bnmp.dead-letter` keeps them, else as they stand where they died.

    Raises KafkaUnreachableError.
    """
    if not wanted:
        return {}
    with reader(kafka) as consumer:
        found = _kept(consumer, wanted)
        for letter in sorted(set(wanted) - set(found)):
            record = at(consumer, *letter)
            if record is not None:
                found[letter] = Kept(record, None)
    return found


@contextmanager
def reader(kafka: KafkaSettings, more: Mapping[str, Any] = MappingProxyType({})) -> Iterator[Consumer]:
    """A consumer that is in no group: whoever has it assigns what it reads; `more` is the client's own configuration.

    Raises KafkaUnreachableError.
    """
    config: dict[str, Any] = {
        "group.id": "saj-bnmp.look",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "enable.partition.eof": True,
        "auto.offset.reset": "error",
        "isolation.level": "read_committed",
    }
    consumer = Consumer({**kafka.admin_config(), **config, **more})
    try:
        yield consumer
    except KafkaException as error:
        raise KafkaUnreachableError(f"Kafka did not give its records: {error.args[0].str()}") from error
    finally:
        consumer.close()


def at(consumer: Consumer, topic: str, partition: int, offset: int) -> RawRecord | None:
    """The record at an offset, or None where Kafka holds none there."""
    consumer.assign([TopicPartition(topic, partition, offset)])
    for record in until_ends(consumer, {(topic, partition)}):
        return record if record.offset == offset else None
    return None


def _kept(consumer: Consumer, wanted: Mapping[Letter, datetime]) -> dict[Letter, Kept]:
    since = int((min(wanted.values()) - _MARGIN).timestamp() * 1000)
    there = consumer.list_topics(DEAD_LETTER, timeout=ASK_SECONDS).topics[DEAD_LETTER]
    asked = [TopicPartition(DEAD_LETTER, number, since) for number in there.partitions]
    # After the last record there is no offset for an instant: nothing to read there.
    places = [place for place in consumer.offsets_for_times(asked, timeout=ASK_SECONDS) if place.offset >= 0]
    found: dict[Letter, Kept] = {}
    if not places:
        return found
    consumer.assign(places)
    for record in until_ends(consumer, {(place.topic, place.partition) for place in places}):
        death = death_of(record.headers)
        if death is None:
            continue
        letter = (death.topic, death.partition, death.offset)
        if letter in wanted and letter not in found:
            own = tuple(header for header in record.headers if not header[0].startswith(PREFIX))
            came = replace(record, topic=death.topic, partition=death.partition, offset=death.offset)
            found[letter] = Kept(replace(came, timestamp_ms=death.timestamp_ms, headers=own), death.step)
        if len(found) == len(wanted):
            break
    return found


def until_ends(consumer: Consumer, places: set[tuple[str, int]]) -> Iterator[RawRecord]:
    """What is read until each of these partitions is at its end, for a bounded time."""
    deadline = time.monotonic() + READ_SECONDS
    left = set(places)
    while left:
        if time.monotonic() > deadline:
            raise KafkaUnreachableError(f"Kafka did not give its records within {READ_SECONDS:g} s")
        message = consumer.poll(0.5)
        if message is None:
            continue
        error = message.error()
        if error is None:
            yield raw(message)
        elif error.code() == KafkaError._PARTITION_EOF or error.code() in _GONE:  # noqa: SLF001 (the client's own code)
            left.discard((message.topic(), message.partition()))
        elif error.fatal() or not error.retriable():
            raise KafkaException(error)


def raw(message: Message) -> RawRecord:
    """A record as everything here takes it."""
    place = (str(message.topic()), int(message.partition() or 0), int(message.offset() or 0))
    headers = tuple((name, value) for name, value in message.headers() or ())
    return RawRecord(*place, message.timestamp()[1], message.key(), message.value(), headers)
