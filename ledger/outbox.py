"""The outbox: what must be said, composed in the transaction that decided it, published by the relay."""

import base64
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.deployment import Deployment
from ledger.tables import outbox
from rules import messages
from rules.casework import Say, is_asking
from rules.dossier import Document, Person
from rules.kinds import resolution
from schemas.dead_letter import Death, with_death
from schemas.outcome import DocumentOutcome, Writing
from schemas.outcomes import TYPES
from schemas.record import RawRecord
from schemas.topics import HOME
from schemas.writing import compose

QUEUES = frozenset({"bnmp.dispatch.v1", "bnmp.contingency.v1"})


class Composer:
    """Turns what the rules say into rows of the outbox."""

    def __init__(
        self, deployment: Deployment, now: datetime, persons: Mapping[int, Person], keys: Mapping[str, bytes | None]
    ) -> None:
        """`keys` are the Kafka keys under which SAJ published the documents."""
        self._deployment = deployment
        self._now = now
        self._persons = persons
        self._keys = keys

    def row(self, said: Say, key: bytes | None = None) -> dict[str, Any]:
        """One row, ready for the broker; `key` is the one of what is about no document."""
        if said.type in QUEUES and said.document is not None:
            body, key = self._queue(said.type, said.document), str(said.document.person).encode()
        else:
            body = self._outcome(said)
            key = self._keys.get(said.document.document_id) if said.document else key or self._party(said)
        headers, value = compose(
            said.type, body, ce_id=str(uuid.uuid4()), source=self._deployment.source, time=self._now
        )
        person = said.document.person if said.document else None
        return _row(HOME[said.type], key, headers, value, person)

    def _party(self, said: Say) -> bytes | None:
        """The key that SAJ would choose, for what the clock found of a party and nobody's record brought."""
        party = said.data.get("party_id")
        return f"{self._deployment.court.tribunal}:{party}".encode() if party else None

    def _outcome(self, said: Say) -> Writing:
        model = TYPES[said.type]
        data = {"tribunal": self._deployment.court.tribunal, "at": self._now, **said.data}
        document = said.document
        if document is not None and issubclass(model, DocumentOutcome) and document.state is not None:
            liberty = document.liberty and document.released_by_judge
            data |= {
                "document_id": document.document_id,
                "case_number": document.case_number or None,
                "state": document.state,
                "sequence": document.sequence,
                "reason": document.reason,
                "message": said.data.get("message") or messages.of(document.state, liberty=liberty),
            }
            if "rji" in model.model_fields:
                data["rji"] = document.rji or self._persons[document.person].rji
        return model.model_validate(data)

    def _queue(self, kind: str, document: Document) -> Writing:
        data: dict[str, Any] = {
            "document_id": document.document_id,
            "tribunal": self._deployment.court.tribunal,
            "person": document.person,
            "turn": document.turn,
            "priority": document.priority,
            "purpose": "LOOK_UP" if is_asking(document) else "SEND",
        }
        if kind == "bnmp.contingency.v1":
            consent = document.consent
            data |= {
                "category": resolution(document.kind, self._deployment.court.contramandados_among),
                "failed_access_at": document.failed_access_at,
                "text": document.text,
                "attempts": [attempt.told() for attempt in document.attempts],
                "consent": {"answer": consent.answer, "by": consent.by, "at": consent.at} if consent else None,
                "opened_at": document.opened_at,
            }
        return TYPES[kind].model_validate(data)


def dead_letter(record: RawRecord, reason: str, step: str, now: datetime) -> dict[str, Any]:
    """A row for `bnmp.dead-letter`: the original key, bytes and headers, and where they came from and why."""
    death = Death(reason, step, record.topic, record.partition, record.offset, record.timestamp_ms, now)
    headers = list(with_death(record.headers, death))
    return _row("bnmp.dead-letter", record.key, headers, record.value, None)


def as_it_came(record: RawRecord) -> dict[str, Any]:
    """A row that puts a record on its topic: key, bytes and headers as they are."""
    return _row(record.topic, record.key, list(record.headers), record.value, None)


def _row(
    topic: str, key: bytes | None, headers: list[tuple[str, bytes]] | list[Any], value: bytes | None, person: int | None
) -> dict[str, Any]:
    kept = [[name, None if header is None else base64.b64encode(header).decode()] for name, header in headers]
    return {"person": person, "topic": topic, "key": key, "headers": kept, "value": value}


def waiting(connection: Connection, after: int, limit: int) -> list[tuple[int, int | None, RawRecord]]:
    """Rows with an id above `after`, in id order: (id, person, record to publish; offsets mean nothing)."""
    rows = connection.execute(sa.select(outbox).where(outbox.c.id > after).order_by(outbox.c.id).limit(limit))
    return [(row.id, row.person, _record(row)) for row in rows]


def _record(row: Any) -> RawRecord:
    headers = tuple((name, None if kept is None else base64.b64decode(kept)) for name, kept in row.headers)
    return RawRecord(row.topic, -1, -1, 0, row.key, row.value, headers)


def delete(connection: Connection, ids: list[int]) -> None:
    """Delete exactly the rows that the broker answered for; never a range, for ids may commit late."""
    connection.execute(outbox.delete().where(among(outbox.c.id, ids)))


def discard(connection: Connection) -> None:
    """Delete all that waits, unsaid: of a ledger to which nobody listens."""
    connection.execute(outbox.delete())
