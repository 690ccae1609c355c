"""The history of parties: what begins and ends a custody, and where nobody can tell which came last (docs/law.md custody)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.custody import AS_CIVIL, CIVIL_KIND, EVENTS, IN_FUTURE, NOT_COUNTED, in_order, is_unmapped, periods, wrongs
from rules.history import FREEING, Custody
from rules.words import CustodyEvent
from tests.rules.desk import CASE
from tests.rules.examples import examples

DAY = date(2026, 11, 2)
ARREST, CIVIL, CONVERTED = CustodyEvent.PRISAO, CustodyEvent.PRISAO_CIVIL, CustodyEvent.CONVERSAO_FLAGRANTE
RELEASE, TERM = CustodyEvent.ALVARA_SOLTURA, CustodyEvent.TERMINO_PRISAO
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def event(kind: CustodyEvent, day: int = 0, case: str = CASE, **more: object) -> Custody:
    """An event so many days after the first."""
    made = Custody(f"{kind}-{day}", kind, DAY + timedelta(days=day), case, "8841")
    return replace(made, **more)  # type: ignore[arg-type]  # fields of the event


def told(*events: Custody) -> list[tuple[str, str | None]]:
    return [(one.begin.event_id, one.end.event_id if one.end else None) for one in periods(events)]


def test_every_event_has_a_row_and_those_that_end_are_those_that_free() -> None:
    assert set(EVENTS) == set(CustodyEvent)
    assert {one for one, row in EVENTS.items() if not row.begins} == FREEING
    assert all(bool(row.mandados) is row.begins for row in EVENTS.values())
    assert [one for one, row in EVENTS.items() if row.civil] == [CIVIL]


@pytest.mark.parametrize("end", [RELEASE, TERM])
def test_a_period_lasts_from_its_arrest_to_the_release_or_the_end_of_its_term(end: CustodyEvent) -> None:
    assert told(event(CIVIL), event(end, 30)) == [("PRISAO_CIVIL-0", f"{end}-30")]


def test_a_conversion_goes_on_with_the_same_period_and_an_end_alone_ends_nothing() -> None:
    # when
    (period,) = periods((event(RELEASE, -9), event(ARREST), event(CONVERTED, 1)))
    # then
    assert (period.begin.event, period.last.event, period.end) == (ARREST, CONVERTED, None)


def test_fail_17_what_frees_in_one_case_ends_nothing_in_another() -> None:
    assert told(event(ARREST), event(ARREST, 1, "other"), event(RELEASE, 2)) == [
        ("PRISAO-0", "ALVARA_SOLTURA-2"),
        ("PRISAO-1", None),
    ]


def test_another_courts_custody_is_apart_from_this_ones() -> None:
    assert told(event(ARREST), event(RELEASE, 1, other_court=True)) == [("PRISAO-0", None)]


@pytest.mark.parametrize(
    ("arrest", "release", "ended"),
    [(0, 1, True), (1, 0, False), (None, None, False), (None, 1, False), (1, None, False)],
)
def test_on_one_day_the_order_is_that_of_typing_and_unknown_it_leaves_somebody_held(
    arrest: int | None, release: int | None, *, ended: bool
) -> None:
    # given
    stamps = [None if hour is None else NOON + timedelta(hours=hour) for hour in (arrest, release)]
    # when
    found = told(event(ARREST, recorded_at=stamps[0]), event(RELEASE, recorded_at=stamps[1]))
    # then
    assert found == [("PRISAO-0", "ALVARA_SOLTURA-0" if ended else None)]


def test_what_has_no_case_or_no_day_of_its_own_begins_and_ends_nothing() -> None:
    assert told(event(ARREST, case="")) == []
    assert told(event(ARREST), event(RELEASE, 3, dated=False)) == [("PRISAO-0", None)]


@examples(50)
@given(st.lists(st.tuples(st.sampled_from(list(CustodyEvent)), st.integers(0, 3)), max_size=4, unique=True))
def test_periods_do_not_depend_on_the_order_in_which_events_are_heard(kinds: list[tuple[CustodyEvent, int]]) -> None:
    # given
    events = [event(kind, day) for kind, day in kinds]
    # when, then
    assert len({periods(mixed) for mixed in permutations(events)}) == 1
    assert len(in_order(events)) == len(events)


KIND, COUNTED, ON = "custody.kind_code", "custody.counts_for_sentence", "effective_date"


@pytest.mark.parametrize(
    ("kind", "told", "wrong"),
    [
        (CIVIL, {}, ()),
        (CIVIL, {"kind": CIVIL_KIND, "counts": False, "on": NOON.date(), "typed_at": NOON}, ()),
        (CIVIL, {"kind": CIVIL_KIND + 1}, ((KIND, AS_CIVIL),)),
        (CIVIL, {"kind": 3, "civil_kind": 3}, ()),
        (CIVIL, {"counts": True}, ((COUNTED, NOT_COUNTED),)),
        (ARREST, {"kind": CIVIL_KIND + 1, "counts": True}, ()),
        (ARREST, {"on": date(2026, 11, 21), "typed_at": NOON}, ((ON, IN_FUTURE),)),
        (ARREST, {"on": date(2026, 11, 21)}, ()),
        (ARREST, {"typed_at": NOON}, ()),
    ],
)
def test_the_fields_of_a_civil_custody_are_its_own_and_no_day_lies_ahead(
    kind: CustodyEvent, told: dict[str, Any], wrong: tuple[tuple[str, str], ...]
) -> None:
    # given
    plain: dict[str, Any] = {"kind": None, "counts": None, "on": None, "typed_at": None}
    # then
    assert wrongs(kind, **(plain | told)) == wrong


@pytest.mark.parametrize(
    ("place", "places", "unmapped"),
    [
        ("a", None, False),
        (None, frozenset[str](), False),
        ("a", frozenset[str](), True),
        ("a", frozenset({"a"}), False),
    ],
)
def test_ant_9_a_place_is_unmapped_where_a_table_is_kept_that_lacks_it(
    place: str | None, places: frozenset[str] | None, *, unmapped: bool
) -> None:
    assert is_unmapped(place, places) is unmapped
