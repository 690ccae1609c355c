"""Bytes become an event, or are named unreadable with a code of the closed list.

Nothing that a record may hold makes `read` raise, and nothing of what it holds gets into a detail or a gap's rule.
The checks go from the outside in: value, size, envelope and JSON, type and topic, shape, tribunal, kind.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import BaseModel

from rules.custody import CIVIL_KIND
from rules.words import CustodyEvent
from schemas import commands, custody_recorded, document_issued, document_withdrawn
from schemas.codes import Code
from schemas.document_issued import DocumentIssued
from schemas.envelope import Envelope, EnvelopeError, glance, is_structured, open_envelope, open_structured
from schemas.fields import FORMS
from schemas.gaps import Gap, UnsettledError, unknown_fields
from schemas.json_text import JsonError, digest_and_storable, digest_of, parse
from schemas.quick import quick_document
from schemas.record import RawRecord
from schemas.topics import HOME, TOPICS

__all__ = ["READERS", "Code", "Event", "Gap", "Unreadable", "read", "readers_for"]

Reader = Callable[[Mapping[str, Any]], tuple[BaseModel, tuple[Gap, ...]]]

READERS: Mapping[str, Reader] = {
    document_issued.TYPE: document_issued.document_issued,
    document_withdrawn.TYPE: document_withdrawn.document_withdrawn,
    custody_recorded.TYPE: custody_recorded.custody_recorded,
    **{type_: commands.command_reader(model) for type_, model in commands.COMMANDS.items()},
}
_SMALLEST_LIMIT = min(topic.max_message_bytes for topic in TOPICS.values())
_DOCUMENT_ID = re.compile(r"[!-~]{1,64}")


@dataclass(frozen=True, slots=True)
class Event:
    """An event that can be acted upon.

    `time` has its offset; `digest` is the hex SHA-256 of the type and the canonical JSON of `data`, which is as
    received but for text that no database can keep; `body` is the type's model without what the `gaps` name; `unknown_fields` counts what was ignored.
    """

    type: str
    ce_id: str
    source: str
    time: datetime
    digest: str
    traceparent: str | None
    data: dict[str, Any]
    body: BaseModel
    gaps: tuple[Gap, ...]
    unknown_fields: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record for the dead letters. `detail` is English without any value; the rest is given where it could be read."""

    code: Code
    detail: str
    type: str | None
    ce_id: str | None
    source: str | None
    document_id: str | None


class _RefusedError(Exception):
    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def readers_for(codes: Mapping[int, CustodyEvent], civil_kind: int = CIVIL_KIND) -> Mapping[str, Reader]:
    """Give the readers of a court that has these codes of custody events and of the kind of a civil prison."""
    read = partial(custody_recorded.custody_recorded, codes=codes, civil_kind=civil_kind)
    return {**READERS, custody_recorded.TYPE: read}


def read(record: RawRecord, *, tribunal: str, readers: Mapping[str, Reader] = READERS) -> Event | Unreadable:
    """Read one record for the deployment of `tribunal`; never raises, whatever the bytes."""
    try:
        return _read_quickly(record, tribunal) or _read(record, tribunal, readers)
    except _RefusedError as refused:
        known, data = glance(record.headers, record.value)
        return Unreadable(
            refused.code, str(refused), known.get("type"), known.get("id"), known.get("source"), _document_id(data)
        )


def _read_quickly(record: RawRecord, tribunal: str) -> Event | None:
    """Give the event of a document that holds; None where the whole way must look, which would give the same event."""
    value = record.value
    home = TOPICS[HOME[document_issued.TYPE]]
    if value is None or record.topic != home.name or len(value) > home.max_message_bytes:
        return None
    try:
        envelope = open_envelope(record.headers)
    except EnvelopeError:
        return None
    found = quick_document(value) if envelope.type == document_issued.TYPE else None
    if found is None or found[2].tribunal != tribunal:
        return None
    data, canonical, body, gaps = found
    return Event(
        type=envelope.type,
        ce_id=envelope.ce_id,
        source=envelope.source,
        time=envelope.time,
        digest=digest_of(envelope.type, canonical),
        traceparent=envelope.traceparent,
        data=data,
        body=body,
        gaps=gaps,
        unknown_fields=0,
    )


def _read(record: RawRecord, tribunal: str, readers: Mapping[str, Reader]) -> Event:
    value = _value(record)
    envelope, data = _opened(record, value)
    _check_home(envelope.type, record.topic)
    reader = readers.get(envelope.type)
    if reader is None:
        raise _RefusedError(Code.UNKNOWN_TYPE, "the type is written by us and read by others")
    data = _object(data)
    try:
        body, gaps = reader(data)
    except UnsettledError as error:
        raise _RefusedError(Code.MALFORMED, str(error)) from None
    _check_tribunal(body, tribunal)
    _check_kind(body)
    digest, kept = digest_and_storable(envelope.type, data)
    return Event(
        type=envelope.type,
        ce_id=envelope.ce_id,
        source=envelope.source,
        time=envelope.time,
        digest=digest,
        traceparent=envelope.traceparent,
        data=kept,
        body=body,
        gaps=gaps,
        unknown_fields=unknown_fields(body, data),
    )


def _value(record: RawRecord) -> bytes:
    if not record.value:
        raise _RefusedError(Code.EMPTY_VALUE, "the value is null or empty")
    topic = TOPICS.get(record.topic)
    limit = topic.max_message_bytes if topic is not None else _SMALLEST_LIMIT
    if len(record.value) > limit:
        raise _RefusedError(Code.TOO_LARGE, f"the value is larger than {limit} bytes")
    return record.value


def _opened(record: RawRecord, value: bytes) -> tuple[Envelope, Any]:
    try:
        if is_structured(record.headers):
            envelope, data = open_structured(record.headers, value)
        else:
            envelope, data = open_envelope(record.headers), parse(value)
    except EnvelopeError as error:
        raise _RefusedError(Code.NO_ENVELOPE, str(error)) from None
    except JsonError as error:
        raise _RefusedError(Code.UNREADABLE, str(error)) from None
    return envelope, data


def _check_home(type_: str, topic: str) -> None:
    home = HOME.get(type_)
    if home is None:
        raise _RefusedError(Code.UNKNOWN_TYPE, "the type is not in the contract")
    if home != topic:
        raise _RefusedError(Code.WRONG_TOPIC, f"the type belongs on {home}")


def _object(data: Any) -> dict[str, Any]:
    if data is None:
        raise _RefusedError(Code.EMPTY_VALUE, "there is no data")
    if not isinstance(data, dict):
        raise _RefusedError(Code.MALFORMED, "data must be an object")
    return data


def _check_tribunal(body: BaseModel, tribunal: str) -> None:
    """Refuse another court's; a command without tribunal means the deployment's own."""
    given = getattr(body, "tribunal", None)
    if given is not None and given != tribunal:
        raise _RefusedError(Code.FOREIGN_TRIBUNAL, "tribunal is not the one of this deployment")


def _check_kind(body: BaseModel) -> None:
    """Refuse a kind without a form, unless its model does not communicate: that one is told to SAJ (safety 7)."""
    if not isinstance(body, DocumentIssued) or body.kind in FORMS:
        return
    if body.model is None or body.model.institutional is not False:
        raise _RefusedError(Code.UNKNOWN_KIND, "kind is not in the contract")


def _document_id(data: Any) -> str | None:
    """Give the document's id even of a bad record: whenever it can be read, SAJ is told (docs/law.md safety 6)."""
    found = data.get("document_id") if isinstance(data, dict) else None
    return found if isinstance(found, str) and _DOCUMENT_ID.fullmatch(found) else None
