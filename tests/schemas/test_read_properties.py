"""For whatever bytes: reading never raises, and never repeats what it has read."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.reading import Event, Unreadable, read
from schemas.record import RawRecord
from schemas.samples import named, names, sample
from schemas.topics import HOME
from tests.schemas.issued import type_of

ISSUED = "saj.document.issued.v1"
PLANTED = ("Pessoa Plantada 99", "98765432100")
Build = Callable[..., RawRecord]

few = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# NUL and halves of surrogate pairs as well, which JSON can write and no database of ours can keep.
texts = st.text(st.characters(categories=("L", "N", "Zs", "Cc", "Cs")), max_size=20) | st.sampled_from(PLANTED)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
SAID_BY_SAJ = [name for name in names() if name.startswith("saj.")]
WALKED_WHOLE = f"{ISSUED}.MANDADO_PRISAO_CRIMINAL"
ANY_DOCUMENT = st.sampled_from([name for name in SAID_BY_SAJ if name.startswith(ISSUED)])
header_names = st.sampled_from(["ce_id", "ce_type", "ce_time", "content-type", "traceparent", "x"]) | st.text()


def _places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in items:
        yield (*path, name)
        yield from _places(value, (*path, name))


@st.composite
def spoiled(draw: st.DrawFn, whole: st.SearchStrategy[str] = ANY_DOCUMENT) -> dict[str, Any]:
    """Draw a golden sample with up to six of its members replaced by anything."""
    data = named(draw(whole))
    for _ in range(draw(st.integers(1, 6))):
        path = draw(st.sampled_from(list(_places(data))))
        holder: Any = data
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = draw(json_values)
    return data


def _is_kept(data: Any) -> bool:
    """Whether every text in it, names too, is without NUL and can be written as UTF-8."""
    # A half of a surrogate pair does not encode.
    written = json.dumps(data, ensure_ascii=False).encode()
    return b"\\u0000" not in written.replace(b"\\\\", b"")


def _told(got: Event | Unreadable) -> str:
    if isinstance(got, Unreadable):
        return got.detail
    return " ".join(f"{gap.field} {gap.rule}" for gap in got.gaps)


@few
@given(value=st.none() | st.binary(max_size=200), key=st.none() | st.binary(max_size=9), data=st.data())
def test_reading_any_bytes_under_any_headers_never_raises(
    value: bytes | None, key: bytes | None, data: st.DataObject
) -> None:
    headers = data.draw(st.lists(st.tuples(header_names, st.none() | st.binary(max_size=60)), max_size=8))
    topic = data.draw(st.sampled_from(["saj.documents.issued", "saj.commands", "bnmp.link", "other"]))
    got = read(RawRecord(topic, 0, 0, 0, key, value, tuple(headers)), tribunal="TJMS")
    assert isinstance(got, Unreadable)


@few
@given(name=st.sampled_from(SAID_BY_SAJ), structured=st.booleans(), data=st.data())
def test_reading_any_json_never_raises_never_repeats_a_planted_value_and_can_be_kept(
    record: Build, name: str, *, structured: bool, data: st.DataObject
) -> None:
    # given
    type_, body = type_of(name), data.draw(json_values | spoiled(st.just(name)))
    attributes = {"specversion": "1.0", "id": "e-1", "source": "/s", "type": type_, "time": "2026-11-20T17:05:01Z"}
    media = b"application/cloudevents+json" if structured else b"application/json"
    value = json.dumps(attributes | {"data": body} if structured else body).encode()
    # when
    got = read(record(value=value, topic=HOME[type_], ce_type=type_.encode(), content_type=media), tribunal="TJMS")
    # then
    assert not any(planted in _told(got) for planted in PLANTED)
    if isinstance(got, Event):
        assert _is_kept(got.data)
        assert _is_kept(json.loads(got.body.model_dump_json()))


@few
@given(data=spoiled())
def test_a_document_that_can_be_named_is_never_lost_to_a_wrong_field(record: Build, data: dict[str, Any]) -> None:
    # Given a document spoiled anywhere but where it says which it is
    data |= {name: sample(ISSUED)[name] for name in ("tribunal", "document_id", "kind")}
    data["party"] = {"party_id": "8841"}
    got = read(record(value=json.dumps(data).encode()), tribunal="TJMS")
    # Then it is an event, or its JSON was out of bounds
    assert isinstance(got, Event) or got.code == "UNREADABLE"


@few
@given(data=spoiled())
def test_what_was_kept_of_a_spoiled_document_is_kept_when_it_is_read_again(record: Build, data: dict[str, Any]) -> None:
    # Given a read event, when its body is read once more as data
    got = read(record(value=json.dumps(data).encode()), tribunal="TJMS")
    if isinstance(got, Unreadable):
        return
    again = read(record(json.loads(got.body.model_dump_json(exclude_unset=True))), tribunal="TJMS")
    # Then nothing more falls out of it
    assert isinstance(again, Event)
    assert again.body.model_dump() == got.body.model_dump()


@pytest.mark.parametrize("name", SAID_BY_SAJ)
def test_a_planted_name_and_cpf_in_every_place_are_in_no_detail(record: Build, name: str) -> None:
    # given
    whole, type_ = named(name), type_of(name)
    # What all documents have in common is walked once.
    all_places = type_ != ISSUED or name == WALKED_WHOLE
    for path in (path for path in _places(whole) if all_places or path[0] == "fields"):
        for planted in (*PLANTED, {PLANTED[0]: PLANTED[1]}, [PLANTED[0]]):
            data = copy.deepcopy(whole)
            holder: Any = data
            for part in path[:-1]:
                holder = holder[part]
            holder[path[-1]] = planted
            # when
            got = read(record(data, topic=HOME[type_], ce_type=type_.encode()), tribunal="TJMS")
            # then
            assert not any(each in _told(got) for each in PLANTED), path
