"""What is published of the contract says what the code does: its document is AsyncAPI, its schemas judge as the reader."""

import copy
import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from producers.saj import check
from schemas.asyncapi import document
from schemas.document_issued import TYPE as ISSUED
from schemas.published import MODELS, schema
from schemas.reading import READERS
from schemas.samples import named, names
from schemas.topics import HOME, TOPICS

# AsyncAPI's own schema of its documents (npm @asyncapi/specs 6.11.1, Apache License 2.0), packed.
_ASYNCAPI = Path(__file__).with_name("asyncapi-3.0.0.json.gz")
# What a schema cannot say of them: one of two, and what a court's own codes of custody demand.
_UNSAID = {
    ("saj.contingency.resolution-requested.v1", "document_ids"),
    ("saj.custody.recorded.v1", "custody"),
}


@cache
def _validator(type_: str) -> Draft202012Validator:
    return Draft202012Validator(schema(type_))


def _type(name: str) -> str:
    return ISSUED if name.startswith(ISSUED) else name


def _places(data: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for part, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*above, part)
        if isinstance(value, dict | list):
            yield from _places(value, (*above, part))


def _without(data: Any, place: tuple[Any, ...]) -> Any:
    left = copy.deepcopy(data)
    holder = left
    for part in place[:-1]:
        holder = holder[part]
    del holder[place[-1]]
    return left


def test_the_document_is_asyncapi_3() -> None:
    # given
    official = Draft7Validator(json.loads(gzip.decompress(_ASYNCAPI.read_bytes())))
    # when
    wrong = [f"{list(error.path)}: {error.message[:200]}" for error in official.iter_errors(document())]
    # then
    assert wrong == []


def test_the_document_has_every_topic_with_its_types_and_every_pointer_leads_somewhere() -> None:
    # when
    made = document()
    # then
    assert {name: tuple(row["messages"]) for name, row in made["channels"].items()} == {
        name: topic.types if name != "bnmp.dead-letter" else ("dead-letter",) for name, topic in TOPICS.items()
    }
    for pointer in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(made))):
        found: Any = made
        for part in pointer.split("/"):
            found = found[part]


def test_the_service_receives_what_it_reads_and_sends_what_the_relay_writes() -> None:
    # when
    said = {(row["action"], row["channel"]["$ref"].rpartition("/")[2]) for row in document()["operations"].values()}
    # then
    assert {topic for action, topic in said if action == "receive"} == {
        "saj.documents.issued",
        "saj.custody.events",
        "saj.commands",
        "bnmp.dispatch",
        "bnmp.contingency",
    }
    assert {topic for action, topic in said if action == "send"} == {
        name for name in TOPICS if name.startswith("bnmp")
    } | {"saj.outcomes"}


def test_every_event_has_a_schema_that_its_samples_meet() -> None:
    assert set(MODELS) == set(HOME)
    for name in names():
        # given
        validator = _validator(_type(name))
        # when
        wrong = [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(named(name))]
        # then
        assert wrong == [], name


@pytest.mark.parametrize("type_", [ISSUED, "saj.custody.recorded.v1", "bnmp.document.held.v1"])
def test_a_schema_is_json_schema(type_: str) -> None:
    Draft202012Validator.check_schema(schema(type_))


@pytest.mark.parametrize("name", [name for name in names() if _type(name) in READERS])
def test_a_schema_and_the_reader_miss_the_same_fields(name: str) -> None:
    # given
    type_, data = _type(name), named(name)
    assert check(type_, data) == []
    for place in _places(data):
        if (type_, place[0]) in _UNSAID:
            continue
        # when
        left = _without(data, place)
        # then
        assert _validator(type_).is_valid(left) is (check(type_, left) == []), place


@pytest.mark.parametrize("name", [name for name in names() if _type(name) in READERS])
def test_a_schema_refuses_nothing_that_the_reader_takes(name: str) -> None:
    # given
    type_, data = _type(name), named(name)
    for place in _places(data):
        # when
        changed = copy.deepcopy(data)
        holder = changed
        for part in place[:-1]:
            holder = holder[part]
        holder[place[-1]] = 7
        # then
        assert _validator(type_).is_valid(changed) or check(type_, changed) != [], place


def test_another_kind_is_for_models_that_do_not_communicate() -> None:
    # given
    data = named(f"{ISSUED}.ALVARA_SOLTURA") | {"kind": "OFICIO"}
    # when
    foreign = data | {"model": {"code": "1", "institutional": False}}
    # then
    assert not _validator(ISSUED).is_valid(data)
    assert _validator(ISSUED).is_valid(foreign)
