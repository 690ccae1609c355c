"""Commands are strict: what does not hold is refused whole; an item of the old stock is kept with its gaps."""

from collections.abc import Callable
from typing import Any

import pytest

from schemas.codes import Code
from schemas.commands import COMMANDS, ResolutionRequested, StandingOrder
from schemas.gaps import Gap
from schemas.legacy import ItemListed
from schemas.reading import READERS, Event, Unreadable, read
from schemas.record import RawRecord
from schemas.samples import sample
from schemas.topics import HOME, TOPICS

Build = Callable[..., RawRecord]

REQUIRED = {
    "saj.contingency.answered.v1": {"document_id", "answer"},
    "saj.contingency.resolution-requested.v1": {"document_ids"},
    "saj.document.data-supplied.v1": {"document_id"},
    "saj.document.retry-requested.v1": {"document_id"},
    "saj.document.excluded.v1": {"document_id"},
    "saj.document.signer-assigned.v1": {"document_id", "role", "user", "unit"},
    "saj.document.statement-given.v1": {"document_id", "statement", "text"},
    "saj.unit.contingency-standing-order.v1": {"unit", "kinds", "from", "to"},
    "saj.certificate.released.v1": {"certificate_id", "released_at"},
    "saj.person.rji-linked.v1": {"party_id", "rji"},
    "saj.person.rji-unlinked.v1": {"party_id", "rji"},
    "saj.person.rji-merged.v1": {"from_rji", "into_rji"},
    "saj.user.access-changed.v1": {"user", "role", "units", "sca_confirmed", "saj_authenticated"},
    "saj.legacy.item-listed.v1": {"item_id", "kind", "party"},
    "saj.legacy.regularisation-requested.v1": {"item_id"},
    "saj.legacy.item-excluded.v1": {"item_id", "hypothesis", "text"},
    "saj.link.tested.v1": {"user", "client", "app_server"},
    "saj.link.forced.v1": {"state"},
}
OF_ALL = {"command_id", "by", "at"}


@pytest.fixture
def given(record: Build) -> Callable[..., Event | Unreadable]:
    def give(type_: str, data: dict[str, Any]) -> Event | Unreadable:
        return read(record(data, topic="saj.commands", ce_type=type_.encode()), tribunal="TJMS")

    return give


Given = Callable[..., Event | Unreadable]


def test_everything_that_saj_may_say_is_read() -> None:
    assert set(READERS) == {name for name in HOME if name.startswith("saj.")}
    assert set(COMMANDS) == set(TOPICS["saj.commands"].types) == set(REQUIRED)


@pytest.mark.parametrize("type_", COMMANDS)
def test_a_whole_command_has_no_gap_and_keeps_every_value(given: Given, type_: str) -> None:
    got = given(type_, sample(type_))
    assert isinstance(got, Event)
    assert isinstance(got.body, COMMANDS[type_])
    assert (got.gaps, got.unknown_fields) == ((), 0)
    assert got.body.model_dump(mode="json", by_alias=True, exclude_unset=True) == sample(type_)


@pytest.mark.parametrize("type_", COMMANDS)
def test_a_command_without_what_it_needs_is_malformed_and_the_rest_may_be_missing(given: Given, type_: str) -> None:
    needed = REQUIRED[type_] | OF_ALL
    for name in needed:
        got = given(type_, sample(type_) | {name: None})
        assert isinstance(got, Unreadable), name
        assert got.code == Code.MALFORMED
    assert isinstance(given(type_, {name: sample(type_)[name] for name in needed}), Event)


@pytest.mark.parametrize(
    ("type_", "changed"),
    [
        ("saj.contingency.resolution-requested.v1", {"category": "MANDADOS"}),
        ("saj.contingency.resolution-requested.v1", {"document_ids": [], "category": "GUIAS"}),
        ("saj.contingency.resolution-requested.v1", {"document_ids": ["a b"]}),
        ("saj.contingency.resolution-requested.v1", {"document_ids": ["D-1"] * 201}),
        ("saj.contingency.resolution-requested.v1", {"data": []}),
        ("saj.contingency.resolution-requested.v1", {"data": {"D-1": {"fields": []}}}),
        ("saj.contingency.resolution-requested.v1", {"data": {"a b": {}}}),
        ("saj.document.data-supplied.v1", {"fields": "motivo"}),
        ("saj.document.data-supplied.v1", {"fields": {"motivo": ["\ud83d"]}}),
        ("saj.document.data-supplied.v1", {"party": {"\x00": 1}}),
        ("saj.document.data-supplied.v1", {"variant": "OUTRA"}),
        ("saj.document.data-supplied.v1", {"antecedents": ["TJMS-2026-000100"]}),
        ("saj.document.signer-assigned.v1", {"role": "JUIZ"}),
        ("saj.document.statement-given.v1", {"statement": "MAYBE"}),
        ("saj.document.statement-given.v1", {"text": " "}),
        ("saj.unit.contingency-standing-order.v1", {"kinds": ["ALVARA"]}),
        ("saj.unit.contingency-standing-order.v1", {"from": "2026-11-20T18:00:00"}),
        ("saj.certificate.released.v1", {"released_at": "2026-11-20"}),
        ("saj.person.rji-linked.v1", {"rji": "123"}),
        ("saj.user.access-changed.v1", {"sca_confirmed": "true"}),
        ("saj.user.access-changed.v1", {"duty_units": [{"unit": "10234", "from": "2026-11-20T18:00:00Z"}]}),
        ("saj.legacy.item-listed.v1", {"kind": "ALVARA_SOLTURA"}),
        ("saj.legacy.regularisation-requested.v1", {"analysis": {"reu": "FORAGIDO", "necessary": True}}),
        ("saj.legacy.item-excluded.v1", {"hypothesis": "NENHUMA"}),
        ("saj.link.tested.v1", {"client": "SLOW"}),
        ("saj.link.forced.v1", {"state": "DOWN"}),
        ("saj.link.forced.v1", {"cause": "RAIN"}),
        ("saj.link.forced.v1", {"until": "18:00"}),
    ],
)
def test_a_command_of_which_anything_does_not_hold_is_malformed(
    given: Given, type_: str, changed: dict[str, Any]
) -> None:
    got = given(type_, sample(type_) | changed)
    assert isinstance(got, Unreadable)
    assert got.code == Code.MALFORMED


def test_a_resolution_is_of_named_documents_or_of_a_category(given: Given) -> None:
    type_ = "saj.contingency.resolution-requested.v1"
    got = given(type_, sample(type_) | {"document_ids": [], "category": "ALVARAS_ORDENS", "data": None})
    assert isinstance(got, Event)
    assert isinstance(got.body, ResolutionRequested)
    assert (got.body.category, got.body.data) == ("ALVARAS_ORDENS", {})


def test_what_supplies_data_of_documents_says_which_document_lacked_what(given: Given) -> None:
    type_ = "saj.contingency.resolution-requested.v1"
    got = given(type_, sample(type_))
    assert isinstance(got, Event)
    assert isinstance(got.body, ResolutionRequested)
    assert got.body.data["TJMS-2026-000100"].party == {"data_nascimento": "1990-04-02"}


def test_a_standing_order_says_from_when_to_when(given: Given) -> None:
    type_ = "saj.unit.contingency-standing-order.v1"
    got = given(type_, sample(type_) | {"novo": 1})
    assert isinstance(got, Event)
    assert isinstance(got.body, StandingOrder)
    assert (got.body.to - got.body.from_).total_seconds() == 14 * 3600
    assert got.unknown_fields == 1


def test_an_item_of_the_old_stock_is_kept_with_its_gaps(given: Given) -> None:
    # given
    type_ = "saj.legacy.item-listed.v1"
    data = sample(type_)
    data["party"]["cpf"] = "12345678900"
    data["case"]["status"] = "PERDIDO"
    data["sum"]["summed"].insert(0, "0001234-10.2020.8.12.0001")
    # when
    got = given(type_, data)
    # then
    assert isinstance(got, Event)
    assert isinstance(got.body, ItemListed)
    assert got.gaps == (
        Gap("case.status", "is not one of the words of the contract"),
        Gap("party.cpf", "is not a CPF with right check digits"),
        Gap("sum.summed.0", "is not a case number with right check digits"),
    )
    assert got.body.sum is not None
    assert got.body.sum.summed == ("0001234-09.2020.8.12.0001",)
