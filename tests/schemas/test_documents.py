"""A document with holes is a document: its gaps are named, and what holds is kept."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

import pytest

from rules.words import Kind
from schemas.document_issued import DocumentIssued, document_issued
from schemas.fields import AlvaraSolturaFields, MandadoPrisaoFields
from schemas.gaps import Gap
from schemas.json_text import digest
from schemas.reading import Event, read
from schemas.record import RawRecord
from schemas.samples import sample
from tests.schemas.issued import ISSUED, changed, gaps_of

Build = Callable[..., RawRecord]


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("case.number", "0001234-10.2020.8.12.0001", "is not a case number with right check digits"),
        ("party.cpf", "12345678900", "is not a CPF with right check digits"),
        ("party.cpf", "11111111111", "is not a CPF with right check digits"),
        ("party.rji", "2600000173", "is not an RJI of 11 digits"),
        ("party.data_nascimento", "02/04/1990", "is not a date YYYY-MM-DD"),
        ("party.data_nascimento", "1990-02-30", "is not a date YYYY-MM-DD"),
        ("party.data_nascimento", "0190-04-02", "is not a date YYYY-MM-DD"),
        ("party.nome", "N" * 151, "is too long"),
        ("party.sexo", "X", "is not one of the words of the contract"),
        ("issued_at", "2026-11-20T13:05:00", "is not an instant with offset (RFC 3339)"),
        ("issued_at", 1795000000, "is not an instant with offset (RFC 3339)"),
        ("signatures.1.role", "JUIZ", "is not one of the words of the contract"),
        ("signatures", {}, "must be a list"),
        ("signatures", [{}] * 201, "has more than 200 rows"),
        ("antecedents", [{"national_number": "123"}], "is not a national number of 28 digits"),
        ("antecedents", [{}], "names neither a document_id nor a national_number"),
        ("variant", "MANDADO_CUMPRIDO", "is not a variant of this kind"),
        ("variant", "OUTRA", "is not one of the words of the contract"),
        ("origin", "OUTRA", "is not one of the words of the contract"),
        ("model.institutional", "true", "must be true or false"),
        ("fields.data_validade", "2028-11-20T00:00:00Z", "is not a date YYYY-MM-DD"),
        ("fields.especie_prisao", "OUTRA", "is not one of the words of the contract"),
        ("fields.sintese_decisao", "S" * 4001, "is too long"),
        ("fields.prazo_prisao_dias", -1, "is too small"),
        ("fields.prazo_prisao_dias", "90", "must be a whole number"),
        ("fields.pena.anos", 1000, "is too large"),
        ("fields.tipificacoes", ["T", 5], "must be text"),
    ],
)
def test_a_value_that_does_not_hold_is_one_gap_with_its_rule(path: str, value: object, rule: str) -> None:
    gaps = gaps_of(changed(path, value))
    assert list(gaps.values()) == [rule]
    assert next(iter(gaps)).startswith(path)


@pytest.mark.parametrize(
    "path",
    [
        "case.number",
        "unit.code",
        "party.nome",
        "party.data_nascimento",
        "issued_at",
        "origin",
        "secrecy",
        "signatures",
        "signatures.0.user",
        "released_by",
        "released_by.role",
        "model.institutional",
        "fields.data_validade",
        "fields.especie_prisao",
        "fields.sintese_decisao",
    ],
)
@pytest.mark.parametrize("nothing", [None, " "])
def test_what_is_required_and_has_nothing_typed_is_a_gap(path: str, nothing: str | None) -> None:
    assert gaps_of(changed(path, nothing)) == {path: "is required"}


def test_what_was_issued_under_contingency_or_outside_saj_needs_its_reason() -> None:
    assert set(gaps_of(changed("origin", "CONTINGENCIA"))) == {"contingency.text", "contingency.failed_access_at"}
    assert set(gaps_of(changed("origin", "EXCEPCIONAL"))) == {"exceptional"}


def test_the_rest_of_a_document_with_gaps_is_kept() -> None:
    # Given an alvará with a wrong date of birth, a row that is no signature and a wrong field
    data = sample(ISSUED, Kind.ALVARA_SOLTURA)
    data["party"]["data_nascimento"] = "ontem"
    data["signatures"].insert(0, "rabisco")
    data["fields"]["motivo"] = 5
    # When it is read
    body, gaps = document_issued(data)
    # Then these three are gaps, and all else is there
    assert gaps == (
        Gap("party.data_nascimento", "is not a date YYYY-MM-DD"),
        Gap("signatures.0", "must be an object"),
        Gap("fields.motivo", "must be text"),
    )
    assert (body.party.data_nascimento, body.party.nome) == (None, "Pessoa Inventada 17")
    assert [row.user for row in body.signatures] == ["u123", "m007"]
    assert isinstance(body.fields, AlvaraSolturaFields)
    assert (body.fields.motivo, body.fields.sintese_decisao) == (None, "Decisão inventada para exemplo.")


def test_identifiers_come_out_in_one_form_whichever_way_they_were_typed() -> None:
    data = changed("case.number", "00012340920208120001")
    data["party"] |= {"cpf": "123.456.789-09", "rji": "260000017-34"}
    data["antecedents"] = [{"national_number": "0001234-09.2020.8.12.0001.01.0001-07"}]
    body, gaps = document_issued(data)
    assert (gaps, body.case and body.case.number) == ((), "0001234-09.2020.8.12.0001")
    assert (body.party.cpf, body.party.rji) == ("12345678909", "26000001734")
    assert body.antecedents[0].national_number == "0001234092020812000101000107"


@pytest.mark.parametrize(
    "number",
    [
        "0000001-43.2018.8.24.0023",
        "0001234-09.2020.8.12.0001",
        "1500123-75.2017.8.26.0050",
        "0700456-11.2019.8.02.0001",
    ],
)
def test_any_changed_digit_of_a_case_number_is_a_gap(number: str) -> None:
    assert gaps_of(changed("case.number", number)) == {}
    for index, digit in enumerate(number):
        if digit.isdigit():
            wrong = f"{number[:index]}{(int(digit) + 1) % 10}{number[index + 1 :]}"
            assert set(gaps_of(changed("case.number", wrong))) == {"case.number"}, wrong


def test_dates_and_instants_are_typed_and_instants_keep_their_offset() -> None:
    body, _ = document_issued(sample(ISSUED))
    assert body.issued_at == datetime(2026, 11, 20, 13, 5, tzinfo=timezone(timedelta(hours=-4)))
    assert isinstance(body.fields, MandadoPrisaoFields)
    assert body.fields.data_validade == date(2028, 11, 20)


def test_an_event_carries_its_envelope_its_digest_and_the_data_as_received(record: Build) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    content_type = b'application/json; charset="UTF-8"'
    got = read(record(sample(ISSUED), content_type=content_type, traceparent=trace.encode()), tribunal="TJMS")
    assert isinstance(got, Event)
    assert isinstance(got.body, DocumentIssued)
    assert (got.type, got.ce_id, got.source) == (ISSUED, "e-000001", "/saj/tjms/pg5")
    assert got.time.utcoffset() == timedelta(hours=-4)
    assert (got.traceparent, got.data, got.unknown_fields) == (trace, sample(ISSUED), 0)


@pytest.mark.parametrize("trace", [b"nonsense", None, b"\xff"])
def test_a_traceparent_that_is_none_is_left_out(record: Build, trace: bytes | None) -> None:
    got = read(record(sample(ISSUED), traceparent=trace), tribunal="TJMS")
    assert isinstance(got, Event)
    assert got.traceparent is None


def test_the_digest_is_of_the_content_and_not_of_how_it_was_written(record: Build) -> None:
    data = sample(ISSUED)
    same = dict(reversed(data.items()))
    digests = [read(record(each), tribunal="TJMS") for each in (data, same, data | {"secrecy": "SIGILOSO"})]
    first, second, other = [each.digest for each in digests if isinstance(each, Event)]
    assert first == second != other
    assert len(first) == 64


@pytest.mark.parametrize("char", ["\x00", "\ud83d"])
@pytest.mark.parametrize("path", ["party.nome", "fields.sintese_decisao", "fields.tipificacoes.0"])
def test_text_that_no_database_can_keep_is_a_gap_and_null_in_the_data(record: Build, path: str, char: str) -> None:
    # Given a text that was cut in the middle of an emoji, or that holds NUL
    data = changed(path, f"Cortado {char}")
    # When it is read
    got = read(record(data), tribunal="TJMS")
    # Then the document is there with one gap, and its data can be kept
    assert isinstance(got, Event)
    assert got.gaps == (Gap(path, "holds NUL or half of a surrogate pair"),)
    assert got.data == changed(path, None)
    assert got.digest != digest(ISSUED, got.data)


def test_an_unknown_field_that_no_database_can_keep_is_left_out_and_is_no_gap(record: Build) -> None:
    got = read(record(sample(ISSUED) | {"novo": "\x00", "\ud83d": 1}), tribunal="TJMS")
    assert isinstance(got, Event)
    assert (got.gaps, got.unknown_fields) == ((), 2)
    assert got.data == sample(ISSUED) | {"novo": None}


def test_unknown_fields_are_ignored_and_counted_at_every_depth(record: Build) -> None:
    data = sample(ISSUED) | {"novo": {"a": 1}}
    data["party"]["novo"] = 1
    data["signatures"][1]["novo"] = 1
    data["fields"]["pena"]["novo"] = 1
    got = read(record(data), tribunal="TJMS")
    assert isinstance(got, Event)
    assert (got.unknown_fields, got.gaps) == (4, ())
