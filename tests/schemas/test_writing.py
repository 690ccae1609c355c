"""What we write: every sample comes back byte for byte, nothing unknown is ever written, our own records are read."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from rules.words import Kind, Reason
from schemas.document_issued import TYPE as ISSUED
from schemas.fields import FORMS
from schemas.outcomes import HOLD_REASONS, TYPES, ContingencyRecord, Dispatch, DocumentHeld
from schemas.reading import READERS
from schemas.record import RawRecord
from schemas.samples import names, sample
from schemas.topics import FOREVER, HOME, TOPICS
from schemas.writing import InternalRecordError, canonical, compose, digest, read_internal

NOW = datetime(2026, 11, 20, 17, 5, 10, tzinfo=UTC)
Build = Callable[..., RawRecord]


def _composed(type_: str, data: dict[str, Any] | None = None) -> RawRecord:
    body = TYPES[type_].model_validate(data or sample(type_))
    headers, value = compose(type_, body, ce_id="o-1", source="/saj-bnmp", time=NOW)
    return RawRecord(HOME[type_], 0, 0, 0, b"17", value, tuple(headers))


@pytest.mark.parametrize("type_", TYPES)
def test_each_outcome_sample_round_trips_byte_for_byte(type_: str) -> None:
    compact = json.dumps(sample(type_), ensure_ascii=False, separators=(",", ":")).encode()
    assert _composed(type_).value == compact


def test_there_is_one_sample_of_each_type_and_kind_and_each_file_is_in_its_one_form() -> None:
    kinds = {f"{ISSUED}.{kind}" for kind in FORMS}
    variants = {
        f"{ISSUED}.{kind}.{name}" for kind, form in FORMS.items() for name, more in form.variants.items() if more
    }
    assert set(names()) == kinds | variants | set(READERS) - {ISSUED} | set(TYPES)
    for file in files("schemas").joinpath("samples").iterdir():
        text = file.read_text("utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n", file.name


def test_a_sample_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="no sample"):
        sample("bnmp.nothing.v1")


def test_the_digest_of_a_golden_sample_never_changes() -> None:
    got = digest(ISSUED, sample(ISSUED, Kind.ALVARA_SOLTURA))
    assert got == "6e6dea2d9fc045da7371f003919b4950c5d16843141d99fd82ca15b28b277dba"


def test_canonical_json_sorts_names_and_keeps_letters() -> None:
    assert canonical({"b": [1, "ã"], "a": None}) == '{"a":null,"b":[1,"ã"]}'.encode()


def test_the_headers_are_cloudevents_in_binary_mode() -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    body = Dispatch.model_validate(sample("bnmp.dispatch.v1"))
    headers, _ = compose("bnmp.dispatch.v1", body, ce_id="o-1", source="/saj-bnmp", time=NOW, traceparent=trace)
    assert headers == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"o-1"),
        ("ce_source", b"/saj-bnmp"),
        ("ce_type", b"bnmp.dispatch.v1"),
        ("ce_time", b"2026-11-20T17:05:10+00:00"),
        ("content-type", b"application/json"),
        ("traceparent", trace.encode()),
    ]


def test_a_body_is_written_only_under_its_own_type_and_with_an_offset() -> None:
    body = Dispatch.model_validate(sample("bnmp.dispatch.v1"))
    for type_ in ("bnmp.incident.v1", "bnmp.contingency.v1", "bnmp.nothing.v1"):
        with pytest.raises(TypeError, match="is not written with a Dispatch"):
            compose(type_, body, ce_id="o-1", source="/saj-bnmp", time=NOW)
    with pytest.raises(ValueError, match="offset"):
        compose("bnmp.dispatch.v1", body, ce_id="o-1", source="/saj-bnmp", time=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("type_", TYPES)
def test_a_writer_never_writes_an_unknown_member_nor_leaves_out_a_required_one(type_: str) -> None:
    model, data = TYPES[type_], sample(type_)
    with pytest.raises(ValidationError):
        model.model_validate(data | {"nome": "Pessoa Inventada 17"})
    with pytest.raises(ValidationError):
        model.model_validate({name: value for name, value in data.items() if name not in {"tribunal", "number"}})


@pytest.mark.parametrize("reason", Reason)
def test_held_takes_the_reasons_of_holds_and_no_other(reason: Reason) -> None:
    data = sample("bnmp.document.held.v1") | {"reason": reason}
    if reason in HOLD_REASONS:
        assert DocumentHeld.model_validate(data).reason is reason
    else:
        with pytest.raises(ValidationError):
            DocumentHeld.model_validate(data)


@pytest.mark.parametrize(
    ("type_", "changed"),
    [
        ("bnmp.case.banners-changed.v1", {"set": ["REU_SOLTO"]}),
        ("bnmp.legacy.item-changed.v1", {"colour": "AMARELO"}),
        ("bnmp.divergence.found.v1", {"kind": "OTHER"}),
        ("bnmp.incident.v1", {"kind": "OTHER"}),
        ("bnmp.link.changed.v1", {"state": "AUTO"}),
        ("bnmp.person.linked.v1", {"rji": "123"}),
        ("bnmp.document.contingency-offered.v1", {"attempts": []}),
        ("bnmp.document.registered.v1", {"national_number": "123"}),
        ("bnmp.document.registered.v1", {"sequence": 0}),
        ("bnmp.dispatch.v1", {"priority": 6}),
        ("bnmp.dispatch.v1", {"purpose": "EXCLUDE"}),
        ("bnmp.contingency.v1", {"category": "GUIAS"}),
    ],
)
def test_a_word_or_shape_outside_the_contract_is_never_written(type_: str, changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TYPES[type_].model_validate(sample(type_) | changed)


def test_an_instant_without_offset_is_never_written() -> None:
    with pytest.raises(ValidationError):
        DocumentHeld.model_validate(sample("bnmp.document.held.v1") | {"since": datetime(2026, 11, 20)})  # noqa: DTZ001 (the point)


def test_sender_and_resolver_read_what_the_relay_wrote() -> None:
    assert read_internal(_composed("bnmp.dispatch.v1")) == Dispatch.model_validate(sample("bnmp.dispatch.v1"))
    got = read_internal(_composed("bnmp.contingency.v1"))
    assert isinstance(got, ContingencyRecord)
    assert got.attempts[0].class_ == "CONNECTION"


def test_a_record_of_a_later_version_with_more_members_is_still_read(record: Build) -> None:
    later = sample("bnmp.dispatch.v1") | {"novo": 1}
    got = read_internal(record(later, topic="bnmp.dispatch", ce_type=b"bnmp.dispatch.v1"))
    assert got == Dispatch.model_validate(sample("bnmp.dispatch.v1"))


@pytest.mark.parametrize(
    "changed",
    [
        {"value": b"{"},
        {"data": {"document_id": "Pessoa Plantada 99"}},
        {"data": []},
        {"value": None},
        {"topic": "bnmp.contingency"},
        {"ce_type": b"bnmp.incident.v1"},
        {"without": "ce_id"},
    ],
)
def test_anything_else_on_our_topics_is_refused_without_repeating_it(record: Build, changed: dict[str, Any]) -> None:
    given = {"data": sample("bnmp.dispatch.v1"), "topic": "bnmp.dispatch", "ce_type": b"bnmp.dispatch.v1"} | changed
    if "value" in changed:
        del given["data"]
    with pytest.raises(InternalRecordError) as refused:
        read_internal(record(**given))
    assert "Plantada" not in str(refused.value)


def test_the_topics_are_the_contracts() -> None:
    day = 86_400_000
    assert {name: (row.partitions, row.policy, row.retention_ms) for name, row in TOPICS.items()} == {
        "saj.documents.issued": (12, "delete", 30 * day),
        "saj.custody.events": (12, "delete", 30 * day),
        "saj.commands": (12, "delete", 30 * day),
        "bnmp.dispatch": (12, "delete", 7 * day),
        "bnmp.contingency": (12, "delete", 90 * day),
        "saj.outcomes": (12, "delete", 30 * day),
        "bnmp.link": (1, "compact", FOREVER),
        "bnmp.audit-seals": (1, "delete", FOREVER),
        "bnmp.dead-letter": (12, "delete", 180 * day),
    }
    limits = {name: row.max_message_bytes for name, row in TOPICS.items()}
    assert limits.pop("bnmp.dead-letter") == 2 * 1024 * 1024
    assert set(limits.values()) == {1024 * 1024}


def test_every_type_that_is_read_or_written_has_one_home() -> None:
    assert set(READERS) | set(TYPES) == set(HOME)
    assert sum(len(row.types) for row in TOPICS.values()) == len(HOME)
    assert {HOME[type_] for type_ in TYPES} == {
        "saj.outcomes",
        "bnmp.link",
        "bnmp.dispatch",
        "bnmp.contingency",
        "bnmp.audit-seals",
    }
