"""The quick way and the whole way of reading a document give the same, whatever came."""

import copy
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document_issued import document_issued
from schemas.gaps import required
from schemas.json_text import canonical
from schemas.quick import quick_document, quick_required
from schemas.reading import READERS, Event, _read, _read_quickly, _RefusedError
from schemas.record import RawRecord
from schemas.samples import named, names

ISSUED = "saj.document.issued.v1"
DOCUMENTS = [name for name in names() if name.startswith(ISSUED)]
GOLDEN = {name: named(name) for name in DOCUMENTS}
GUIA = f"{ISSUED}.GUIA_RECOLHIMENTO_DEFINITIVA"
# What Python or Unicode takes for space: none of it is a text that somebody typed.
BLANK = ["", " ", "\t\n", "\r\x0b\x0c", "\x1c", "\x1f", "\x85", "\xa0", "\u2028", "\u3000", "\u180e", "\u200b"]
# What stands at a border of some field, besides anything.
NEAR: list[Any] = [
    *BLANK,
    *(f"{blank}x" for blank in BLANK),
    *("\x00", "a\x00b", "\x7f", "\\", "/", '":', ':"', "ção", "\U0001f600", "\ud83d", "x" * 64, "x" * 65, "é" * 150),
    *("N" * 151, "P" * 4001, "TJMS", "tjms", "M", "MS", "SERVIDOR", "SIM", "00012340920208120001", "123.456.789-09"),
    *("2026-02-29", "1799-12-31", "1800-01-01", "2999-12-31", "3000-01-01", "20260101", "2026-11-20\n", "2026-1-1"),
    *("2026-11-20T13:05:00Z", "2026-11-20t13:05:00z", "2026-11-20 13:05:00-04:00", "2026-11-20T24:00:00Z"),
    *("2026-11-20T13:05:00.1234567-04:00", "2026-11-20T13:05:00+99:00", "1799-11-20T13:05:00Z", "2026-11-20T13:05:60Z"),
    *(None, True, False, 0, 1, 999, 1000, 36_500, 36_501, -1, 2**63 - 1, 2**63, 2**64, 10**30),
    *(0.0, -0.0, 1.0, 471.5, 0.001, 0.0005, 1e-7, 1e12, 1e16, 1.5e300, 0.1 + 0.2),
    *([], {}, [None], [{}], ["x", " "], {"novo": 1}, [{"document_id": "D-1"}], [[]] * 201),
]
# Single fields, groups of fields and lists.
DEMANDED = ["case.number", "unit", "fields", "antecedents", "contingency.text", "signatures", "signatures.*.user"]
texts = st.text(st.characters(categories=("L", "N", "P", "Zs", "Cc")), max_size=20)
values = st.sampled_from(NEAR) | texts | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
written = st.sampled_from(["", "", "", " ", "\n ", "\t"])
# Ways to write the same or nearly: at any place of the text one of these may be put in, or stand for what was there.
SNIPPETS = [
    b'"',
    b"\\",
    b"\\u0041",
    b"\\u0000",
    b"\\/",
    b"\\n",
    b":",
    b",",
    b" ",
    b"\x00",
    b"\xff",
    b"1",
    b"e2",
    b".0",
    b"-",
]
SNIPPETS += [b'"kind":"X",', b'"novo":1,', b'"dias":1e5,', b"{", b"}", b"[", b"]", b"null", b"0"]


def _places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in items:
        yield (*path, name)
        yield from _places(value, (*path, name))


def _set(data: Any, path: tuple[str | int, ...], value: object) -> Any:
    holder = data
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    return data


def _compact(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _with_a_name_twice(text: bytes, at: int) -> bytes:
    """Put a member that stands in the text there once more, in the same object."""
    starts = [index for index in range(1, len(text)) if text[index : index + 1] == b'"' and text[index - 1] in b"{,"]
    start = starts[at % len(starts)]
    name = text[start : text.index(b'"', start + 1) + 1]
    return text[:start] + name + b":1," + text[start:]


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Draw a golden document with up to three members changed, dropped or added, written in some way or other."""
    data = copy.deepcopy(GOLDEN[draw(st.sampled_from(DOCUMENTS))])
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(list(_places(data))))
        # A copy: what is put in here may be changed in turn.
        data = _set(data, path, copy.deepcopy(draw(values)))
    if draw(st.integers(0, 7)) == 0:
        data[draw(texts)] = copy.deepcopy(draw(values))
    if draw(st.integers(0, 5)) == 0:
        separators = ("," + draw(written), draw(written) + ":" + draw(written))
        text = json.dumps(data, ensure_ascii=draw(st.booleans()), separators=separators)
        return text.encode("utf-8", "surrogatepass")
    return _compact(data)


@st.composite
def spoiled_texts(draw: st.DrawFn) -> bytes:
    """Draw a document whose text has a name twice, or other bytes in up to three places."""
    text = draw(documents())
    if draw(st.booleans()):
        text = _with_a_name_twice(text, draw(st.integers(0, 99)))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(st.sampled_from(SNIPPETS)) + text[start + draw(st.integers(0, 6)) :]
    return text


Build = Callable[..., RawRecord]
many = settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
few = settings(many, max_examples=300)


def _both(record: RawRecord) -> tuple[Event | None, Event | None]:
    """Read a record quickly and wholly; None where it is not read so."""
    quick = _read_quickly(record, "TJMS")
    try:
        return quick, _read(record, "TJMS", READERS)
    except _RefusedError:
        return quick, None


def _check(record: RawRecord) -> bool:
    """Compare both ways; tell whether the quick one went."""
    quick, whole = _both(record)
    if quick is None:
        return False
    # Equal values may be of unequal types, which their written form shows.
    assert (quick, repr(quick)) == (whole, repr(whole))
    return True


@many
@given(text=documents())
def test_the_quick_way_gives_what_the_whole_way_gives_of_a_changed_document(record: Build, text: bytes) -> None:
    _check(record(value=text))


@many
@given(text=spoiled_texts())
def test_the_quick_way_gives_what_the_whole_way_gives_of_a_spoiled_text(record: Build, text: bytes) -> None:
    _check(record(value=text))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_golden_document_is_read_quickly_and_as_in_the_whole_way(record: Build, name: str) -> None:
    assert _check(record(value=_compact(named(name))))


@pytest.mark.parametrize(
    ("name", "under"),
    [
        (f"{ISSUED}.ALVARA_SOLTURA", ()),
        (f"{ISSUED}.MANDADO_PRISAO_CRIMINAL.CONVERSAO_FLAGRANTE", ("fields",)),
        (GUIA, ("fields",)),
        (f"{ISSUED}.GUIA_INTERNACAO_DEFINITIVA", ("fields", "medida_seguranca")),
    ],
)
def test_whatever_stands_at_any_place_of_a_document_both_ways_agree(
    record: Build, name: str, under: tuple[str, ...]
) -> None:
    # given
    whole = named(name)
    places = [path for path in _places(whole) if path[: len(under)] == under]
    # when
    went = [_check(record(value=_compact(_set(copy.deepcopy(whole), path, near)))) for path in places for near in NEAR]
    # then
    assert 0 < sum(went) < len(went)


@pytest.mark.parametrize("name", [f"{ISSUED}.ALVARA_SOLTURA", GUIA])
def test_a_document_that_lacks_anything_has_the_same_gaps_in_both_ways(record: Build, name: str) -> None:
    for path in _places(named(name)):
        data = named(name)
        holder: Any = data
        for part in path[:-1]:
            holder = holder[part]
        del holder[path[-1]]
        _check(record(value=_compact(data)))


@pytest.mark.parametrize("blank", [blank for blank in BLANK if not blank or blank.isspace()])
def test_a_text_in_which_nothing_was_typed_does_not_go_the_quick_way(blank: str) -> None:
    data = _set(named(f"{ISSUED}.ALVARA_SOLTURA"), ("party", "alcunha"), blank)
    assert quick_document(_compact(data)) is None


@pytest.mark.parametrize("at", range(12))
def test_a_name_given_twice_does_not_go_the_quick_way(at: int) -> None:
    assert quick_document(_with_a_name_twice(_compact(named(DOCUMENTS[0])), at)) is None


def test_a_name_given_twice_is_seen_when_a_number_hides_what_it_takes_from_the_length() -> None:
    # Given a guia with a name twice, and an amount that the canonical form writes in as many bytes more
    text = _compact(named(GUIA)).replace(b'"pena":', b'"pena":1,"pena":').replace(b"471.5", b"1e9")
    assert len(orjson.dumps(orjson.loads(text))) == len(text)
    # Then it does not go the quick way
    assert quick_document(text) is None


@pytest.mark.parametrize("more", [{"novo": 1}, {"novo": None}, {"party": {"party_id": "8841", "novo": 1}}])
def test_a_member_that_we_do_not_know_goes_the_whole_way(more: dict[str, Any]) -> None:
    assert quick_document(_compact(named(f"{ISSUED}.ALVARA_SOLTURA") | more)) is None


@pytest.mark.parametrize("changed", [{"ce_id": b""}, {"content_type": b"text/xml"}, {"ce_type": b"saj.link.tested.v1"}])
def test_another_envelope_goes_the_whole_way(record: Build, changed: dict[str, bytes]) -> None:
    value = _compact(named(DOCUMENTS[0]))
    assert _read_quickly(record(value=value, **changed), "TJMS") is None


def test_another_topic_tribunal_or_size_goes_the_whole_way(record: Build) -> None:
    value = _compact(named(DOCUMENTS[0]))
    long = _set(named(DOCUMENTS[0]), ("antecedents",), [{"document_id": "D" * 64}] * 200)
    assert _read_quickly(record(value=value, topic="saj.commands"), "TJMS") is None
    assert _read_quickly(record(value=value), "TJSP") is None
    assert _read_quickly(record(value=value.ljust(1_048_577)), "TJMS") is None
    assert _read_quickly(record(value=_compact(long)), "TJMS") is not None


def test_every_character_is_written_alike_in_the_canonical_form_of_both_ways() -> None:
    text = "".join(map(chr, (code for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)))
    data = {text[at : at + 1000]: text[at : at + 1000] for at in range(0, len(text), 1000)}
    assert orjson.dumps(data, option=orjson.OPT_SORT_KEYS) == canonical(data)


@few
@given(amount=st.floats(0.001, 1e12) | st.integers(100, 10**14).map(lambda cents: cents / 100))
def test_an_amount_is_read_and_written_alike_and_never_longer_than_it_came(amount: float) -> None:
    for text in (f"{amount:.4f}".encode(), repr(amount).encode()):
        read = orjson.loads(text)
        assert read == float(text)
        assert orjson.dumps(read) == canonical(read)
        assert len(orjson.dumps(read)) <= len(text)


@pytest.mark.parametrize("amount", [b"0.0", b"0.001", b"0.0001", b"0.00001", b"1e-05", b"5E2", b"-0.0", b"1e16"])
def test_an_amount_at_the_border_of_what_is_written_alike_is_read_alike(record: Build, amount: bytes) -> None:
    assert _check(record(value=_compact(named(GUIA)).replace(b"471.5", amount))) == (amount == b"0.001")


@few
@given(text=documents(), paths=st.lists(st.sampled_from(DEMANDED), min_size=1))
def test_what_is_missing_is_found_alike_in_both_ways(text: bytes, paths: list[str]) -> None:
    try:
        body, gaps = document_issued(json.loads(text))
    except ValueError:
        return
    assert quick_required(body, tuple(paths), gaps) == required(body, paths, gaps)


@pytest.mark.parametrize("path", DEMANDED)
def test_each_thing_that_is_missing_is_found_alike_in_both_ways(path: str) -> None:
    for name in DOCUMENTS:
        for without in ("", path.partition(".")[0]):
            body, _ = document_issued({part: value for part, value in named(name).items() if part != without})
            assert quick_required(body, (path,), ()) == required(body, (path,), ())
