"""Custody from the record to the row, the banner and the divergence; a wrong field loses nothing (docs/law.md custody)."""

import asyncio
from datetime import date, timedelta
from typing import Any, cast

import pytest

from bnmp.registry import Registry
from consumers.clock import Clock
from ledger.tables import custody, custody_watch
from rules.facts import Answer
from rules.words import AnswerClass
from sandbox.saj.documents import case_number
from tests.ledger.office import PEOPLE, START, Office, key_of, paper

TODAY = date(2026, 11, 20)
WHOLE: dict[str, Any] = {"custody": {"kind_code": 8, "counts_for_sentence": False, "place_kind": "PRESIDIO"}}
OPEN, HELD = "MANDADO_PRISAO_CIVIL_EM_ABERTO", "REU_PRESO"


class Reachable:
    """A registry that answers a probe."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def probe(self) -> Answer:
        return Answer(AnswerClass.OK, self._office.hand(), "PROBE")


def tick(office: Office) -> None:
    clock = Clock(office.database, office.deployment, cast(Registry, Reachable(office)), "clock")
    asyncio.run(clock._tick())


def said(office: Office, kind: str) -> list[dict[str, Any]]:
    return [one.data for one in office.said() if one.type == kind]


def banners(office: Office) -> list[tuple[list[str], list[str]]]:
    return [(one["removed"], one["set"]) for one in said(office, "bnmp.case.banners-changed.v1")]


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"custody": {"kind_code": 5, "counts_for_sentence": False}}, ["custody.kind_code"]),
        ({"custody": {"kind_code": 8, "counts_for_sentence": True}}, ["custody.counts_for_sentence"]),
        ({"custody": {"kind_code": 8}}, ["custody.counts_for_sentence"]),
        ({"custody": None}, ["custody"]),
    ],
)
def test_a_wrong_field_is_told_with_its_rule_and_the_prisoner_is_shown_all_the_same(
    office: Office, changed: dict[str, Any], wrong: list[str]
) -> None:
    # when
    office.take(office.custody("h-1", 966, TODAY, unit="10234", **changed))
    # then
    (held,) = said(office, "bnmp.custody.held.v1")
    assert [one["field"] for one in held["wrong"]] == wrong
    assert all(one["rule"] for one in held["wrong"])
    assert (held["event_id"], held["who"]) == ("h-1", {"role": "SERVIDOR", "unit": "10234"})
    assert office.rows(custody)[0]["gaps"] == wrong
    assert banners(office) == [([], [HELD])]


def test_a_corrected_event_replaces_the_wrong_one_and_is_asked_for_nothing_more(office: Office) -> None:
    # given
    office.take(office.custody("h-1", 966, TODAY + timedelta(days=9), recorded_at=START.isoformat(), **WHOLE))
    assert banners(office) == []
    # when
    office.take(office.custody("h-1", 966, TODAY, recorded_at=START.isoformat(), **WHOLE))
    # then
    (row,) = office.rows(custody)
    assert (row["gaps"], row["kind_code"], row["counts_for_sentence"], row["place_kind"]) == ([], 8, False, "PRESIDIO")
    assert row["party_id"] == PEOPLE[0].party_id
    assert len(said(office, "bnmp.custody.held.v1")) == 1
    assert banners(office) == [([], [HELD])]


def test_safety_12_a_release_whose_day_does_not_hold_stops_the_mandado_all_the_same(office: Office) -> None:
    # given
    office.issue(paper("MANDADO", "M-1"))
    # when
    office.take(office.custody("h-1", 62, TODAY, effective_date="ontem"))
    # then
    assert office.standing("M-1") == ("HELD", "NEEDS_JUDGE")
    assert said(office, "bnmp.custody.held.v1")[0]["wrong"][0]["field"] == "effective_date"


def test_an_event_of_a_code_that_the_court_does_not_know_is_kept_and_means_nothing(office: Office) -> None:
    office.take(office.custody("h-1", 999, TODAY))
    assert [row["event_code"] for row in office.rows(custody)] == [999]
    assert office.said() == []


def test_the_story_of_a_civil_prison_is_told_in_banners_under_the_partys_key_and_once(office: Office) -> None:
    # given
    office.issue(paper("MANDADO_CIVIL", "M-1"))
    begun = office.custody("h-1", 966, TODAY, **WHOLE)
    # when
    office.take(begun)
    office.take(office.custody("h-1", 966, TODAY, **WHOLE))
    office.take(office.custody("h-2", 221, TODAY + timedelta(days=30)))
    # then
    assert banners(office) == [([], [OPEN]), ([OPEN], [HELD]), ([HELD], [])]
    told = [one for one in office.said() if one.type == "bnmp.case.banners-changed.v1"]
    assert {one.key for one in told} == {key_of(0)}
    assert {(one.data["case_number"], one.data["party_id"]) for one in told} == {
        (case_number(100, 2026), PEOPLE[0].party_id)
    }


def test_the_clock_tells_a_custody_without_its_certidao_after_a_day_under_the_partys_key_and_then_rests(
    office: Office,
) -> None:
    # given
    office.take(office.custody("h-1", 966, TODAY, **WHOLE))
    office.hand.later(86_399)
    tick(office)
    assert said(office, "bnmp.divergence.found.v1") == []
    # when
    office.hand.later(1)
    tick(office)
    tick(office)
    # then
    (found,) = [one for one in office.said() if one.type == "bnmp.divergence.found.v1"]
    assert (found.data["kind"], found.key) == ("CUSTODY_WITHOUT_WARRANT", key_of(0))
    assert found.data["party_id"] == PEOPLE[0].party_id
    (kept,) = office.rows(custody_watch)
    assert (kept["divergences"], kept["due_at"]) == (["CUSTODY_WITHOUT_WARRANT h-1"], None)
