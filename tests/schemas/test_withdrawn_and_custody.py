"""A withdrawal and a custody event are kept with their gaps; event codes are each court's own."""

from collections.abc import Callable
from typing import Any

import pytest

from rules.custody import AS_CIVIL, IN_FUTURE, NOT_COUNTED
from rules.words import CustodyEvent
from schemas.codes import Code
from schemas.custody_recorded import EVENT_CODES, STARTING, CustodyRecorded, custody_recorded
from schemas.document_withdrawn import DocumentWithdrawn, document_withdrawn
from schemas.reading import Event, Unreadable, read, readers_for
from schemas.record import RawRecord
from schemas.samples import sample
from schemas.topics import HOME

Build = Callable[..., RawRecord]

WITHDRAWN = "saj.document.withdrawn.v1"
CUSTODY = "saj.custody.recorded.v1"


def _custody_gaps(changed: dict[str, Any]) -> dict[str, str]:
    return {gap.field: gap.rule for gap in custody_recorded(sample(CUSTODY) | changed)[1]}


@pytest.mark.parametrize(("type_", "model"), [(WITHDRAWN, DocumentWithdrawn), (CUSTODY, CustodyRecorded)])
def test_a_whole_one_has_no_gap_and_keeps_every_value(record: Build, type_: str, model: type[Any]) -> None:
    got = read(record(sample(type_), topic=HOME[type_], ce_type=type_.encode()), tribunal="TJMS")
    assert isinstance(got, Event)
    assert isinstance(got.body, model)
    assert (got.gaps, got.unknown_fields) == ((), 0)
    assert got.body.model_dump(mode="json", exclude_unset=True) == sample(type_)


@pytest.mark.parametrize(
    ("type_", "changed"),
    [
        (WITHDRAWN, {"document_id": None}),
        (WITHDRAWN, {"document_id": 17}),
        (WITHDRAWN, {"tribunal": None}),
        (CUSTODY, {"event_id": None}),
        (CUSTODY, {"event_id": "a b"}),
        (CUSTODY, {"tribunal": "?"}),
        (CUSTODY, {"party": None}),
        (CUSTODY, {"party": {"party_id": 8841}}),
    ],
)
def test_malformed_is_only_what_names_nothing(record: Build, type_: str, changed: dict[str, Any]) -> None:
    data = sample(type_) | changed
    got = read(record(data, topic=HOME[type_], ce_type=type_.encode()), tribunal="TJMS")
    assert isinstance(got, Unreadable)
    assert got.code == Code.MALFORMED


@pytest.mark.parametrize("type_", [WITHDRAWN, CUSTODY])
def test_another_courts_is_foreign(record: Build, type_: str) -> None:
    data = sample(type_) | {"tribunal": "TJSP"}
    got = read(record(data, topic=HOME[type_], ce_type=type_.encode()), tribunal="TJMS")
    assert isinstance(got, Unreadable)
    assert got.code == Code.FOREIGN_TRIBUNAL


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"reason": "ENGANO"}, "reason", "is not one of the words of the contract"),
        ({"reason": None}, "reason", "is required"),
        ({"by": None}, "by", "is required"),
        ({"by": {"role": "MAGISTRADO", "user": "m007"}}, "by.unit", "is required"),
        ({"at": "2026-11-20T13:30:00"}, "at", "is not an instant with offset (RFC 3339)"),
        ({"justification": "J" * 151}, "justification", "is too long"),
    ],
)
def test_a_withdrawal_is_never_lost_to_a_field(changed: dict[str, Any], field: str, rule: str) -> None:
    body, gaps = document_withdrawn(sample(WITHDRAWN) | changed)
    assert body.document_id == "TJMS-2026-000100"
    assert [(gap.field, gap.rule) for gap in gaps] == [(field, rule)]


@pytest.mark.parametrize(
    ("changed", "gaps"),
    [
        ({"case": {}}, {"case.number": "is required"}),
        ({"event_code": None}, {"event_code": "is required"}),
        ({"event_code": "966"}, {"event_code": "must be a whole number"}),
        ({"event_code": True}, {"event_code": "must be a whole number"}),
        ({"effective_date": "19/11/2026"}, {"effective_date": "is not a date YYYY-MM-DD"}),
        ({"custody": None}, {"custody": "is required"}),
        (
            {"custody": {"place_kind": "PRESIDIO"}},
            {"custody.kind_code": "is required", "custody.counts_for_sentence": "is required"},
        ),
        ({"custody": {"kind_code": 5, "counts_for_sentence": False}}, {"custody.kind_code": AS_CIVIL}),
        ({"custody": {"kind_code": 8, "counts_for_sentence": True}}, {"custody.counts_for_sentence": NOT_COUNTED}),
        ({"effective_date": "2026-11-21"}, {"effective_date": IN_FUTURE}),
        ({"effective_date": "2026-11-20"}, {}),
        ({"effective_date": "2026-11-21", "recorded_at": None}, {}),
        ({"custody": {"kind_code": 5}, "event_code": 144}, {}),
        ({"other_court": "NAO"}, {"other_court": "must be true or false"}),
        ({"custody": None, "event_code": 62}, {}),
        ({"custody": None, "event_code": 221}, {}),
        ({"custody": None, "event_code": 12345, "case": None, "effective_date": "?"}, {}),
    ],
)
def test_a_custody_event_is_asked_for_what_its_code_needs(changed: dict[str, Any], gaps: dict[str, str]) -> None:
    assert _custody_gaps(changed) == gaps


@pytest.mark.parametrize(("code", "event"), EVENT_CODES.items())
def test_the_courts_table_says_what_a_code_means(code: int, event: CustodyEvent) -> None:
    body, gaps = custody_recorded(sample(CUSTODY) | {"event_code": code, "custody": None, "event": "PRISAO"})
    assert body.event is event
    assert bool(gaps) is (event in STARTING)


def test_another_courts_codes_are_read_by_its_own_table(record: Build) -> None:
    # given
    readers = readers_for({247: CustodyEvent.PRISAO_CIVIL})
    for code, event in ((247, CustodyEvent.PRISAO_CIVIL), (966, None)):
        one = record(sample(CUSTODY) | {"event_code": code}, topic=HOME[CUSTODY], ce_type=CUSTODY.encode())
        # when
        got = read(one, tribunal="TJMS", readers=readers)
        # then
        assert isinstance(got, Event)
        assert isinstance(got.body, CustodyRecorded)
        assert got.body.event is event


def test_another_courts_kind_of_a_civil_prison_is_a_setting() -> None:
    # when
    _, gaps = custody_recorded(sample(CUSTODY), civil_kind=12)
    # then
    assert [(gap.field, gap.rule) for gap in gaps] == [("custody.kind_code", AS_CIVIL)]
