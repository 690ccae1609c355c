"""What is wrong with a record alone: one test or more for each code of the closed list, named after it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from schemas.codes import Code
from schemas.reading import Event, Unreadable, read
from schemas.record import RawRecord
from schemas.samples import sample

ISSUED = "saj.document.issued.v1"
ANSWERED = "saj.contingency.answered.v1"
Build = Callable[..., RawRecord]


def _refused(record: RawRecord) -> Unreadable:
    got = read(record, tribunal="TJMS")
    assert isinstance(got, Unreadable), got
    return got


def _accepted(record: RawRecord) -> Event:
    got = read(record, tribunal="TJMS")
    assert isinstance(got, Event), got
    return got


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (b'{"document_id": "\xff"}', "not UTF-8"),
        (b"{", "not JSON"),
        (b"[" * 200_000, "nested deeper than 32"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "nested deeper than 32"),
        (b'{"a": NaN}', "a number is out of range"),
        (b'{"a": -Infinity}', "a number is out of range"),
        (b'{"a": 1e999}', "a number is out of range"),
        (b'{"a": 9223372036854775808}', "a number is out of range"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "a number is out of range"),
        (b'{"a": 0.' + b"1" * 10_000 + b"}", "a number is out of range"),
        (b'{"a": 1, "a": 1}', "a name is given twice in one object"),
        (b'{"a": "x\x00"}', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
    ],
)
def test_unreadable_says_which_bound_the_json_breaks(record: Build, value: bytes, detail: str) -> None:
    got = _refused(record(value=value))
    assert (got.code, got.detail) == (Code.UNREADABLE, detail)


@pytest.mark.parametrize(
    "value", [b'{"a":' * 32 + b"1" + b"}" * 32, b'{"a": "\\ud83d\\ude00", "b": -9223372036854775808}']
)
def test_what_is_just_within_the_bounds_is_readable(record: Build, value: bytes) -> None:
    assert _refused(record(value=value)).code == Code.MALFORMED


def test_unreadable_still_tells_the_document_whose_id_can_be_read(record: Build) -> None:
    got = _refused(record(value=b'{"antecedents": [{"document_id": "OTHER"}], "document_id": "D-1", "x": NaN}'))
    assert (got.code, got.document_id, got.ce_id) == (Code.UNREADABLE, "D-1", "e-000001")


def test_unreadable_tells_no_document_when_its_id_is_given_twice(record: Build) -> None:
    assert _refused(record(value=b'{"document_id": "D-1", "document_id": "D-2"}')).document_id is None


@pytest.mark.parametrize("value", [None, b"", b"null"])
def test_empty_value_is_null_or_no_bytes(record: Build, value: bytes | None) -> None:
    got = _refused(record(value=value))
    assert (got.code, got.type) == (Code.EMPTY_VALUE, ISSUED)


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"])
def test_no_envelope_when_an_attribute_is_missing_and_the_document_is_still_told(record: Build, name: str) -> None:
    got = _refused(record(sample(ISSUED), without=name))
    assert (got.code, got.document_id) == (Code.NO_ENVELOPE, "TJMS-2026-000100")
    assert name in got.detail


@pytest.mark.parametrize(
    "changed",
    [
        {"ce_specversion": b"0.3"},
        {"ce_id": b"x" * 129},
        {"ce_id": b"\xff"},
        {"ce_id": None},
        {"ce_source": b""},
        {"ce_time": b"2026-11-20T13:05:01"},
        {"ce_time": b"2026-13-20T13:05:01Z"},
        {"ce_time": b"0001-01-01T00:00:00+14:00"},
        {"content_type": b"text/xml"},
        {"content_type": b"application/json; charset=iso-8859-1"},
    ],
)
def test_no_envelope_when_an_attribute_does_not_hold(record: Build, changed: dict[str, bytes | None]) -> None:
    assert _refused(record(sample(ISSUED), **changed)).code == Code.NO_ENVELOPE


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_subject", "content-type"])
def test_no_envelope_when_a_header_is_doubled(record: Build, name: str) -> None:
    twice = ((name, b"again"), (name, b"again"))
    assert _refused(record(sample(ISSUED), more=twice)).code == Code.NO_ENVELOPE


def test_no_envelope_says_so_of_batch_mode(record: Build) -> None:
    got = _refused(record([sample(ISSUED)], content_type=b"application/cloudevents-batch+json; charset=UTF-8"))
    assert (got.code, got.detail) == (Code.NO_ENVELOPE, "batch mode is refused")


def test_wrong_topic_names_where_the_type_belongs(record: Build) -> None:
    got = _refused(record(sample(ISSUED), topic="saj.commands"))
    assert (got.code, got.detail) == (Code.WRONG_TOPIC, "the type belongs on saj.documents.issued")


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        (b"saj.document.issued.v9", "saj.documents.issued"),
        (b"SAJ.document.issued.v1", "saj.documents.issued"),
        (b"bnmp.document.held.v1", "saj.outcomes"),
    ],
)
def test_unknown_type_is_what_nobody_reads_here(record: Build, name: bytes, topic: str) -> None:
    got = _refused(record(sample(ISSUED), ce_type=name, topic=topic))
    assert (got.code, got.type, got.document_id) == (Code.UNKNOWN_TYPE, name.decode(), "TJMS-2026-000100")


@pytest.mark.parametrize("model", [{"code": "1", "institutional": True}, {"code": "1"}, None])
def test_unknown_kind_is_a_dead_letter(record: Build, model: dict[str, Any] | None) -> None:
    got = _refused(record(sample(ISSUED) | {"kind": "MANDADO_DE_BUSCA", "model": model}))
    assert (got.code, got.document_id) == (Code.UNKNOWN_KIND, "TJMS-2026-000100")


def test_a_kind_we_do_not_know_is_an_event_when_its_model_does_not_communicate(record: Build) -> None:
    model = {"code": "1", "institutional": False}
    got = _accepted(record(sample(ISSUED) | {"kind": "MANDADO_DE_BUSCA", "model": model}))
    assert (getattr(got.body, "kind", None), got.gaps) == ("MANDADO_DE_BUSCA", ())


def test_too_large_is_what_exceeds_the_limit_of_its_topic(record: Build) -> None:
    padded = json.dumps(sample(ISSUED)).encode().ljust(1_048_576)
    _accepted(record(value=padded))
    got = _refused(record(value=padded + b" "))
    assert (got.code, got.document_id) == (Code.TOO_LARGE, "TJMS-2026-000100")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tribunal": None}, "tribunal"),
        ({"tribunal": "tjms"}, "tribunal"),
        ({"party": None}, "party"),
        ({"party": {}}, "party.party_id"),
        ({"party": {"party_id": 8841}}, "party.party_id"),
        ({"party": {"party_id": "x" * 65}}, "party.party_id"),
        ({"kind": None}, "kind"),
        ({"kind": 5}, "kind"),
    ],
)
def test_malformed_when_there_is_no_document_to_hold(record: Build, changed: dict[str, Any], field: str) -> None:
    got = _refused(record(sample(ISSUED) | changed))
    assert (got.code, got.document_id) == (Code.MALFORMED, "TJMS-2026-000100")
    assert got.detail.startswith(f"{field} ")


@pytest.mark.parametrize("document_id", [None, 7, "", "  ", "a b", "ção", "x" * 65])
def test_malformed_without_a_document_id_of_the_right_shape(record: Build, document_id: object) -> None:
    got = _refused(record(sample(ISSUED) | {"document_id": document_id}))
    assert (got.code, got.document_id) == (Code.MALFORMED, None)


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"TJSP:1", b"x" * 70_000])
def test_a_key_that_is_missing_or_wrong_costs_nothing_here(record: Build, key: bytes | None) -> None:
    assert _accepted(replace(record(sample(ISSUED)), key=key)).gaps == ()


@pytest.mark.parametrize("data", [[], "text", 5, True])
def test_malformed_when_the_data_is_no_object(record: Build, data: object) -> None:
    assert _refused(record(data)).code == Code.MALFORMED


@pytest.mark.parametrize(
    "changed",
    [
        {"answer": "TALVEZ"},
        {"answer": None},
        {"by": {"role": "SERVIDOR", "user": "u123"}},
        {"by": {"role": "JUIZ", "user": "u123", "unit": "10234"}},
        {"at": "2026-11-20T13:06:00"},
        {"command_id": ""},
        {"document_id": 1},
        {"reason": 5},
        {"tribunal": "?"},
    ],
)
def test_malformed_is_a_command_of_which_anything_does_not_hold(record: Build, changed: dict[str, Any]) -> None:
    got = _refused(record(sample(ANSWERED) | changed, topic="saj.commands", ce_type=ANSWERED.encode()))
    assert got.code == Code.MALFORMED


@pytest.mark.parametrize(("type_", "topic"), [(ISSUED, "saj.documents.issued"), (ANSWERED, "saj.commands")])
def test_foreign_tribunal_is_anothers_document_or_command(record: Build, type_: str, topic: str) -> None:
    got = _refused(record(sample(type_) | {"tribunal": "TJSP"}, topic=topic, ce_type=type_.encode()))
    assert got.code == Code.FOREIGN_TRIBUNAL


def test_a_command_without_tribunal_means_the_deployments_own(record: Build) -> None:
    data = {name: value for name, value in sample(ANSWERED).items() if name != "tribunal"}
    assert (
        getattr(_accepted(record(data, topic="saj.commands", ce_type=ANSWERED.encode())).body, "tribunal", "") is None
    )
