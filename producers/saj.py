"""The kit with which SAJ's producers publish.

It puts an event on its topic, under its person's key, in CloudEvents' binary mode, and tells when something was not
delivered. It knows the contract (schemas) and nothing of the service behind it.
"""

import json
import threading
import time as clock
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Producer

from producers.settings import KafkaSettings
from schemas.reading import READERS, Code, Reader, Unreadable, read
from schemas.record import RawRecord
from schemas.topics import HOME
from schemas.writing import envelope

SOURCE = "/saj/tjms/pg5"
_FULL_QUEUE_SECONDS = 30.0


class UndeliveredError(Exception):
    """Something that was published is not on its topic: publish it again, with the same `ce_id`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an event: a dotted path (`*` for the event as a whole) and the rule, without any value."""

    field: str
    rule: str


class SajProducer:
    """Publishes SAJ's events. Use from any thread; call `flush` before you believe that anything was delivered."""

    def __init__(self, settings: KafkaSettings, source: str = SOURCE) -> None:
        """Make a producer for the events of one source, such as `/saj/tjms/pg5`."""
        self.source = source
        self._producer = Producer(settings.producer_config())
        self._lock = threading.Lock()
        self._failed = 0
        self._first_reason = ""

    def publish(
        self,
        type: str,  # noqa: A002 (the envelope's own word)
        data: Mapping[str, Any],
        *,
        key: str | None = None,
        ce_id: str | None = None,
        time: datetime | None = None,
        source: str | None = None,
    ) -> str:
        """Publish an event and give its `ce_id`; the type decides the topic.

        `key` is made from the party unless given; a command that names no party needs one. `ce_id` is made unless
        given: whoever may publish an event twice gives the same one. `time` has its offset (now unless given); `source`
        is the producer's unless given. Raises `ValueError` for a type that is not in the contract, a missing key, a time without offset, or data that is not
        JSON.
        """
        topic = _home(type)
        key = key or key_of(data)
        if key is None:
            raise ValueError(f"{type} names no party: give its key")
        ce_id = ce_id or str(uuid.uuid4())
        headers = envelope(type, ce_id=ce_id, source=source or self.source, time=time or datetime.now(UTC))
        self.publish_raw(topic, key.encode(), _value(data), headers)
        return ce_id

    def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]
    ) -> None:
        """Publish any record as it is, unreadable ones included. Waits while the local queue is full, up to 30 s."""
        deadline = clock.monotonic() + _FULL_QUEUE_SECONDS
        while True:
            try:
                self._producer.produce(topic, value, key, headers=list(headers), on_delivery=self._delivered)
            except BufferError:
                if clock.monotonic() > deadline:
                    raise UndeliveredError("the local queue stays full: Kafka takes nothing") from None
                self._producer.poll(0.5)
            else:
                self._producer.poll(0)
                return

    def flush(self, timeout: float) -> None:
        """Wait up to `timeout` seconds until everything is delivered; raises `UndeliveredError` when something is not.

        What failed is told once: the next call speaks only of what was published since.
        """
        waiting = self._producer.flush(timeout)
        with self._lock:
            failed, reason = self._failed, self._first_reason
            self._failed, self._first_reason = 0, ""
        if failed or waiting:
            because = f"; the first because: {reason}" if reason else ""
            raise UndeliveredError(f"{failed} records were refused and {waiting} still wait{because}")

    def _delivered(self, error: Any, _record: Any) -> None:
        if error is None:
            return
        with self._lock:
            self._failed += 1
            self._first_reason = self._first_reason or str(error.str())


def key_of(data: Mapping[str, Any]) -> str | None:
    """Give the person's key: the RJI when the party has one, else `<tribunal>:<party_id>`; None without a party."""
    party = data.get("party")
    if not isinstance(party, Mapping):
        return None
    rji, party_id, tribunal = party.get("rji"), party.get("party_id"), data.get("tribunal")
    if rji:
        return str(rji)
    return f"{tribunal}:{party_id}" if tribunal and party_id else None


def check(
    type: str,  # noqa: A002 (the envelope's own word)
    data: Mapping[str, Any],
    *,
    tribunal: str | None = None,
    readers: Mapping[str, Reader] = READERS,
) -> list[Problem]:
    """Give everything that the service would find wrong with an event, before it is published; nothing is sent.

    The service is that of `tribunal` (of the event's own unless given), with the `readers` of its court.
    """
    if type not in HOME:
        return [Problem("*", "the type is not in the contract")]
    headers = envelope(type, ce_id="check", source=SOURCE, time=datetime.now(UTC))
    try:
        value = _value(data)
    except ValueError:
        return [Problem("*", "is not JSON")]
    record = RawRecord(HOME[type], 0, 0, 0, None, value, tuple(headers))
    found = read(record, tribunal=tribunal or str(data.get("tribunal")), readers=readers)
    if isinstance(found, Unreadable) and found.code is Code.MALFORMED:
        # Its detail begins with the field.
        field, _, rule = found.detail.partition(" ")
        return [Problem(field, f"{found.code}: {rule}")]
    if isinstance(found, Unreadable):
        return [Problem("*", f"{found.code}: {found.detail}")]
    problems = [Problem(gap.field, gap.rule) for gap in found.gaps]
    if found.unknown_fields:
        problems.append(Problem("*", f"has {found.unknown_fields} fields that are not in the contract"))
    return problems


def _home(type_: str) -> str:
    if type_ not in HOME:
        raise ValueError(f"{type_} is not in the contract")
    return HOME[type_]


def _value(data: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except TypeError as error:
        raise ValueError(f"the data is not JSON: {error}") from None
