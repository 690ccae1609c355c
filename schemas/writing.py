"""What we write, in binary mode, and how sender and resolver read the two records of ours."""

from datetime import datetime

from pydantic import BaseModel, ValidationError

from schemas.envelope import EnvelopeError, open_envelope
from schemas.gaps import gap_of
from schemas.json_text import JsonError, canonical, digest, parse
from schemas.outcomes import CONTINGENCY, DISPATCH, TYPES, ContingencyRecord, Dispatch
from schemas.record import RawRecord
from schemas.topics import HOME

__all__ = ["InternalRecordError", "canonical", "compose", "digest", "envelope", "read_internal"]

_INTERNAL: dict[str, type[Dispatch]] = {DISPATCH: Dispatch, CONTINGENCY: ContingencyRecord}


class InternalRecordError(ValueError):
    """A record on a topic of ours is not one that we write; the text says why, without any value."""


def compose(
    type: str,  # noqa: A002 (the envelope's own word)
    body: BaseModel,
    *,
    ce_id: str,
    source: str,
    time: datetime,
    traceparent: str | None = None,
) -> tuple[list[tuple[str, bytes]], bytes]:
    """Give headers (CloudEvents 1.0, binary mode) and value (compact UTF-8 JSON) of an outcome or record of ours.

    Raises `TypeError` when `body` is not the model of `type`, `ValueError` when `time` has no offset.
    """
    model = TYPES.get(type)
    if model is None or not isinstance(body, model):
        raise TypeError(f"{type} is not written with a {body.__class__.__name__}")
    headers = envelope(type, ce_id=ce_id, source=source, time=time)
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    return headers, body.model_dump_json(by_alias=True).encode()


def envelope(
    type: str,  # noqa: A002 (the envelope's own word)
    *,
    ce_id: str,
    source: str,
    time: datetime,
) -> list[tuple[str, bytes]]:
    """Give the headers of CloudEvents 1.0 in binary mode, JSON as content; raises `ValueError` when `time` has no offset."""
    if time.utcoffset() is None:
        raise ValueError("an event's time needs its offset")
    headers = {
        "ce_specversion": "1.0",
        "ce_id": ce_id,
        "ce_source": source,
        "ce_type": type,
        "ce_time": time.isoformat(),
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in headers.items()]


def read_internal(record: RawRecord) -> Dispatch | ContingencyRecord:
    """Read a record of `bnmp.dispatch` or `bnmp.contingency`; raises `InternalRecordError` for any other bytes.

    Members that a later version added are ignored, so that two versions run side by side.
    """
    try:
        envelope = open_envelope(record.headers)
        data = parse(record.value or b"")
    except (EnvelopeError, JsonError) as error:
        raise InternalRecordError(str(error)) from None
    model = _INTERNAL.get(envelope.type)
    if model is None or HOME[envelope.type] != record.topic:
        raise InternalRecordError("the type does not belong on this topic")
    try:
        return model.model_validate(data, extra="ignore")
    except ValidationError as error:
        gap = gap_of(error.errors(include_url=False, include_input=False)[0])
        raise InternalRecordError(f"{gap.field} {gap.rule}") from None
