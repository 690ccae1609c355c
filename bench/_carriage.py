"""What carries records where no Kafka runs: lists for the queues, and a post that empties the outbox."""

import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any

from consumers.backlog import Reference
from consumers.intake import Intake
from ledger import outbox
from ledger.engine import Database
from producers.saj import SOURCE
from schemas.record import RawRecord
from schemas.topics import HOME
from schemas.writing import envelope, read_internal


class Queue:
    """A queue topic in memory: one thread puts records in, and the loop of one delivery takes them."""

    def __init__(self) -> None:
        self._new: SimpleQueue[Reference] = SimpleQueue()
        self._unfinished: set[int] = set()
        self._offset = 0
        self._come: Callable[[], object] = lambda: None

    def put(self, record: RawRecord) -> None:
        """Append what the outbox says."""
        body = read_internal(record)
        self._unfinished.add(self._offset)
        self._new.put(Reference(0, self._offset, body.document_id, body.person, body.turn, body.priority))
        self._offset += 1
        self._come()

    def start(self, come: Callable[[], object]) -> None:
        """`come` is told that something has come."""
        self._come = come

    def stop(self) -> None:
        """Nothing is to be left."""

    def check(self) -> None:
        """Nothing can go wrong."""

    def take(self) -> list[Reference]:
        """What has come since the last call."""
        new = []
        with suppress(Empty):
            while True:
                new.append(self._new.get_nowait())
        return new

    def holds(self, reference: Reference) -> bool:
        """Nothing is ever revoked."""
        return reference.offset in self._unfinished

    def finish(self, reference: Reference) -> None:
        """One record less."""
        self._unfinished.discard(reference.offset)


class Post:
    """Hands rows of the outbox to their queue, in their order; what is for SAJ is counted by its type."""

    def __init__(self, database: Database, queues: Mapping[str, Queue]) -> None:
        self._database = database
        self._queues = queues
        self.said: dict[str, int] = {}

    def carry(self) -> None:
        """Empty the outbox."""
        with self._database.reading() as connection:
            rows = outbox.waiting(connection, 0, 1000)
        for _, _, record in rows:
            queue = self._queues.get(record.topic)
            if queue is not None:
                queue.put(record)
            else:
                self._count(record)
        if rows:
            with self._database.transaction() as connection:
                outbox.delete(connection, [number for number, _, _ in rows])

    def _count(self, record: RawRecord) -> None:
        kind = (dict(record.headers).get("ce_type") or record.topic.encode()).decode()
        if kind == "bnmp.incident.v1":
            kind += f" {json.loads(record.value or b'{}').get('kind')}"
        self.said[kind] = self.said.get(kind, 0) + 1


class Door:
    """SAJ's end: events become records of their topics, one partition each, and are taken at once."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._offsets: dict[str, int] = {}

    def take(self, events: list[tuple[str, str, Mapping[str, Any], str | None]]) -> None:
        """Take events as one batch: type, key, data, and the event's id where it has one."""
        if events:
            self._intake.take([self._record(*event) for event in events])

    def publish(self, kind: str, data: Mapping[str, Any], *, key: str, time: datetime) -> None:  # noqa: ARG002 (the kit's own)
        """Take one event, as the kit of SAJ's producers would publish it."""
        self.take([(kind, key, data, None)])

    def flush(self, timeout: float) -> None:
        """Nothing is ever under way."""

    def _record(self, kind: str, key: str, data: Mapping[str, Any], ce_id: str | None) -> RawRecord:
        topic, now = HOME[kind], datetime.now(UTC)
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        headers = envelope(kind, ce_id=ce_id or str(uuid.uuid4()), source=SOURCE, time=now)
        value = json.dumps(data, ensure_ascii=False).encode()
        return RawRecord(topic, 0, offset, int(now.timestamp() * 1000), key.encode(), value, tuple(headers))
