"""The drill's plan is the size that it says, and what it reads from the registry's book is what is there."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bench._drained import Seen
from bench._pile import IN_FLIGHT, LATENCY_SECONDS, Drained
from runtime.agreement import Report, Witnesses
from sandbox.saj.court import Outcomes
from sandbox.saj.day import Day
from sandbox.saj.pile import LONGEST_CHAIN, orders, pile
from sandbox.saj.scenarios import Phase

BACK = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
DAY = pile(20, 3, BACK)


def _at(seconds: float) -> str:
    return (BACK + timedelta(seconds=seconds)).isoformat()


def _drained(requests: Iterable[tuple[str, float, float]], *doubted: str) -> Drained:
    """A drill whose every document was signed a second after the one before; requests as (person, began, ended)."""
    rji = {each.identity.person: str(number) for number, each in enumerate(DAY.documents.values())}
    pieces = [
        {
            "id": number,
            "numeroProcesso": each.identity.case,
            "tipoPeca": each.identity.type_id,
            "numeroIndividuo": rji[each.identity.person],
            "dataExpedicao": each.identity.date,
            "signed_at": [_at(number), _at(number + 1)],
        }
        for number, each in enumerate(DAY.documents.values())
    ]
    lines: list[dict[str, Any]] = [
        {"path": "/api/x", "numeroIndividuo": person, "at": _at(began), "ended_at": _at(ended), "status": 200}
        for person, began, ended in requests
    ]
    persons = [{"numeroIndividuo": number, "nome": name} for name, number in rji.items()]
    book = {"persons": persons, "documents": pieces, "requests": lines, "requests_dropped": 0}
    seen = Witnesses({}, {}, frozenset(), Outcomes(), 0, book)
    warm, cut = BACK - timedelta(seconds=20), BACK - timedelta(seconds=9)
    return Drained(DAY, seen, Report({}, ()), warm, cut, BACK, BACK, {}, frozenset(doubted), {})


def test_twenty_documents_are_about_eight_persons_and_all_fall_in_the_outage() -> None:
    # given
    documents = DAY.documents.values()
    # then
    assert (len(documents), len({each.key for each in documents}), LONGEST_CHAIN) == (20, 8, 3)
    assert {each.phase for each in documents} == {Phase.OUTAGE}
    assert all(each.contingency != each.waited_for_link for each in documents)


@pytest.mark.parametrize("count", [1, 7, 20])
def test_a_pile_is_no_smaller_than_asked_and_cuts_no_chain(count: int) -> None:
    # when
    day: Day = pile(count, 3, BACK)
    # then
    assert count <= len(day.documents) < count + LONGEST_CHAIN
    assert all(set(each.antecedents) <= set(day.documents) for each in day.documents.values())


def test_orders_of_the_day_are_about_others_than_the_pile() -> None:
    # when
    today = orders(8, 4, BACK)
    # then
    assert len(today.documents) == len({each.key for each in today.documents.values()}) == 8
    assert not {each.key for each in today.documents.values()} & {each.key for each in DAY.documents.values()}


def test_the_bound_is_the_longest_chain_or_all_calls_at_so_many_at_once() -> None:
    # given thirty calls of one person, one after the other, in six seconds
    calls = [("0", n * 0.2, n * 0.2 + 0.1) for n in range(30)]
    # when
    seen = Seen(_drained(calls))
    # then
    assert seen.of_bound() == pytest.approx(30 * LATENCY_SECONDS / 5.9, abs=0.001)
    assert seen.wrong() == []
    # and with many calls of many
    many = [(str(n % 500), 0.0 if n < 500 else 1.0, 0.1 if n < 500 else 2.0) for n in range(1000)]
    assert Seen(_drained(many)).of_bound() == pytest.approx(1000 / IN_FLIGHT * LATENCY_SECONDS / 2, abs=0.001)


def test_two_requests_at_once_for_one_person_are_found() -> None:
    # when
    seen = Seen(_drained([("0", 0, 0.2), ("0", 0.1, 0.3), ("1", 0, 9)]))
    # then
    assert [line.split(",")[0] for line in seen.wrong()] == ["order: a person had two requests at once"]


def test_who_was_in_doubt_is_left_out_of_the_time_and_a_warrant_is_timed_until_its_release() -> None:
    # given the person of the first three documents in doubt for a minute
    first = next(iter(DAY.documents))
    calls = [("2", 0.0, 60.0), ("5", 0.0, 2.0)]
    drained = replace(_drained(calls), doubted=frozenset({first}))
    # when
    figures = Seen(drained).figures()
    # then
    told = figures["drain, s"]
    assert isinstance(told, dict)
    assert (told["drain"], figures["in doubt"]) == (2.0, 1)
    assert told["warrant_before_its_release"] > 0


def test_what_roles_that_have_just_started_took_is_no_part_of_the_idle_hour() -> None:
    # given orders of ten seconds while it warmed up, of one in the idle hour, and of two and a half beside the drain
    names = list(DAY.documents)
    signed = {name: BACK + timedelta(seconds=number + 1) for number, name in enumerate(names)}
    drained = _drained([("0", 0, 1)])
    took = dict(zip(names, [10.0] * 6 + [1.0] * 6 + [2.5] * 8, strict=True))
    at = {name: signed[name] - timedelta(seconds=seconds) for name, seconds in took.items()}
    warm, cut = at[names[6]], at[names[12]]
    # when
    seen = Seen(replace(drained, at=at, warm=warm, cut=cut, back=cut, up=cut))
    # then
    assert seen.added_seconds() == pytest.approx(1.5)
