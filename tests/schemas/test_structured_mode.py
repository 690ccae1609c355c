"""Structured mode: the value is the whole event, and means what the same event means in binary mode."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas.codes import Code
from schemas.reading import Event, Unreadable, read
from schemas.record import RawRecord
from schemas.samples import sample
from schemas.writing import InternalRecordError, read_internal
from tests.schemas.issued import ISSUED

Build = Callable[..., RawRecord]
STRUCTURED = b"application/cloudevents+json"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-000001",
    "source": "/saj/tjms/pg5",
    "type": ISSUED,
    "time": "2026-11-20T13:05:01-04:00",
    "datacontenttype": "application/json",
    "data": sample(ISSUED),
}


def whole(
    event: object, *more: tuple[str, bytes | None], value: bytes | None = None, media: bytes = STRUCTURED
) -> RawRecord:
    """A record in structured mode, with no header but its content type and `more`."""
    body = json.dumps(event).encode() if value is None else value
    return RawRecord("saj.documents.issued", 3, 1042, 0, b"TJMS:8841", body, (("content-type", media), *more))


def encoded(data: bytes) -> dict[str, Any]:
    event = {name: part for name, part in EVENT.items() if name != "data"}
    return event | {"data_base64": base64.b64encode(data).decode()}


@pytest.mark.parametrize(
    "record_",
    [
        whole(EVENT),
        whole(EVENT, media=b"application/cloudevents+json; charset=UTF-8"),
        whole(EVENT, media=b"Application/CloudEvents+JSON;charset=utf-8; profile=x"),
        whole(EVENT | {"datacontenttype": 'application/json; charset="utf-8"'}),
        whole({name: part for name, part in EVENT.items() if name != "datacontenttype"}),
        whole(EVENT | {"subject": "x", "dataschema": None, "data_base64": None, "traceparent": None}),
        whole(encoded(json.dumps(sample(ISSUED)).encode())),
        whole(encoded(json.dumps(sample(ISSUED)).encode()) | {"data": None}),
    ],
)
def test_it_reads_as_the_same_event_in_binary_mode(record: Build, record_: RawRecord) -> None:
    assert read(record_, tribunal="TJMS") == read(record(sample(ISSUED)), tribunal="TJMS")
    assert isinstance(read(record_, tribunal="TJMS"), Event)


def test_the_attributes_of_the_value_count_whatever_the_headers_say() -> None:
    headers = (("ce_id", b"other"), ("ce_type", b"saj.link.tested.v1"), ("ce_source", b"/other"))
    got = read(whole(EVENT, *headers), tribunal="TJMS")
    assert isinstance(got, Event)
    assert (got.ce_id, got.type, got.source) == ("e-000001", ISSUED, "/saj/tjms/pg5")


@pytest.mark.parametrize(
    ("in_value", "in_header", "carried"),
    [(TRACE, None, TRACE), (None, TRACE, TRACE), (TRACE, TRACE.replace("4", "5"), TRACE), ("nonsense", None, None)],
)
def test_the_trace_is_carried_from_the_value_or_else_from_the_header(
    in_value: str | None, in_header: str | None, carried: str | None
) -> None:
    headers = (("traceparent", in_header.encode()),) if in_header else ()
    got = read(whole(EVENT | {"traceparent": in_value}, *headers), tribunal="TJMS")
    assert isinstance(got, Event)
    assert got.traceparent == carried


@pytest.mark.parametrize(
    ("record_", "code", "detail"),
    [
        *[
            (
                whole({part: text for part, text in EVENT.items() if part != name}),
                Code.NO_ENVELOPE,
                f"attribute {name} is missing or does not have the right shape",
            )
            for name in ("specversion", "id", "source", "type", "time")
        ],
        (whole(EVENT | {"id": 17}), Code.NO_ENVELOPE, "attribute id is missing or does not have the right shape"),
        (
            whole(EVENT | {"time": "2026-11-20T13:05:01"}),
            Code.NO_ENVELOPE,
            "attribute time is not an instant with offset (RFC 3339)",
        ),
        (
            whole(EVENT | {"datacontenttype": "text/xml"}),
            Code.NO_ENVELOPE,
            "attribute datacontenttype is not application/json",
        ),
        (whole([EVENT]), Code.NO_ENVELOPE, "the value is not one event"),
        (
            whole(EVENT | {"data_base64": "e30="}),
            Code.NO_ENVELOPE,
            "the event has both data and data_base64",
        ),
        (whole(encoded(b"{}") | {"data_base64": "?"}), Code.NO_ENVELOPE, "data_base64 is not base64"),
        (whole(encoded(b"{}") | {"data_base64": "çç=="}), Code.NO_ENVELOPE, "data_base64 is not base64"),
        (whole(encoded(b"{}") | {"data_base64": 5}), Code.NO_ENVELOPE, "data_base64 is not base64"),
        (
            whole(EVENT, ("ce_id", b"a"), ("ce_id", b"a")),
            Code.NO_ENVELOPE,
            "header ce_id is given more than once",
        ),
        (
            whole(EVENT, media=b"application/cloudevents+json; charset=iso-8859-1"),
            Code.NO_ENVELOPE,
            "header content-type names another charset than UTF-8",
        ),
        (whole(encoded(b"\xff")), Code.UNREADABLE, "not UTF-8"),
        (whole(encoded(b"{")), Code.UNREADABLE, "not JSON"),
        (whole(None, value=b"{"), Code.UNREADABLE, "not JSON"),
        (whole(EVENT | {"data": float("nan")}), Code.UNREADABLE, "a number is out of range"),
        (whole(EVENT | {"data": None}), Code.EMPTY_VALUE, "there is no data"),
        (whole(encoded(b"")), Code.UNREADABLE, "not JSON"),
        (whole(EVENT | {"data": []}), Code.MALFORMED, "data must be an object"),
        (whole(EVENT | {"type": "saj.x.v1"}), Code.UNKNOWN_TYPE, "the type is not in the contract"),
        (
            whole(EVENT | {"type": "saj.link.tested.v1"}),
            Code.WRONG_TOPIC,
            "the type belongs on saj.commands",
        ),
    ],
)
def test_what_is_wrong_with_it_has_its_code(record_: RawRecord, code: Code, detail: str) -> None:
    got = read(record_, tribunal="TJMS")
    assert isinstance(got, Unreadable)
    assert (got.code, got.detail) == (code, detail)


@pytest.mark.parametrize(
    "event", [EVENT | {"time": None}, encoded(json.dumps(sample(ISSUED)).encode()) | {"time": None}]
)
def test_its_document_and_its_attributes_are_told_where_they_can_be_read(event: dict[str, Any]) -> None:
    got = read(whole(event), tribunal="TJMS")
    assert isinstance(got, Unreadable)
    assert (got.document_id, got.type, got.ce_id) == ("TJMS-2026-000100", ISSUED, "e-000001")


def test_data_may_be_nested_as_deeply_as_in_binary_mode() -> None:
    def nested(depth: int) -> RawRecord:
        deep = b'{"a":' * depth + b"1" + b"}" * depth
        return whole(None, value=json.dumps(EVENT | {"data": "DEEP"}).encode().replace(b'"DEEP"', deep))

    just, over = read(nested(32), tribunal="TJMS"), read(nested(33), tribunal="TJMS")
    assert isinstance(just, Unreadable)
    assert isinstance(over, Unreadable)
    assert (just.code, over.code, over.detail) == (Code.MALFORMED, Code.UNREADABLE, "nested deeper than 32")


def test_our_own_records_are_never_in_structured_mode() -> None:
    with pytest.raises(InternalRecordError, match="structured"):
        read_internal(whole(EVENT))
