"""Deadlines of a contingency: from the link's return each has a clock, and zero left is stated (docs/law.md resolution, deadlines)."""

from typing import Any

import pytest

from ledger.contingencies import WAITS_FOR, ageing
from ledger.overview import overview
from operations.contingencies import Asked, ContingenciesShown, listed
from rules.words import Effect, LinkState, Resolution
from tests.story.court import Court

default = pytest.mark.parametrize("court", ["default"], indirect=True)
RESOLVED, RESOLVE = "bnmp.contingency.resolved.v1", "contingency.resolution-requested"
RELEASE = "certificate.released"
LIBERTY, ARREST = Effect.LIBERTY, Effect.ARREST


def _today(court: Court) -> ContingenciesShown:
    return listed(court.office.database, Asked(Resolution.MANDADOS, 3600), 100)


def _waits(court: Court) -> dict[tuple[str, str], tuple[int, float]]:
    """By effect and whom they wait for: how many, and the seconds of the oldest; without the zeros."""
    with court.office.database.reading() as connection:
        found, now = ageing(connection), court.office.hand()
    assert {(one.effect, one.waits_for) for one in found} == {(e, who) for e in (LIBERTY, ARREST) for who in WAITS_FOR}
    return {
        (one.effect, one.waits_for): (one.count, (now - one.since).total_seconds() if one.since else 0.0)
        for one in found
        if one.count
    }


async def _opened(court: Court, kind: Any, document_id: str, *names: str, **changes: Any) -> None:
    await court.issue(kind, document_id, *names, **changes)
    await court.says(document_id, "SIM")


@default
async def test_each_has_a_clock_from_the_links_return_and_the_list_says_what_to_do_today(court: Court) -> None:
    # given a mandado, and a release that lacks something, in a long outage
    await court.away()
    await _opened(court, "MANDADO", "M-1")
    await _opened(court, "ALVARA_FLAGRANTE", "A-1", person=1, fields={"motivo": "m", "sintese_decisao": "s"})
    court.later(86_400)
    # then no clock runs; what is missing may be completed already, and the rest waits for the link
    assert _waits(court) == {(ARREST, "SERVICE"): (1, 0.0), (LIBERTY, "UNIT"): (1, 0.0)}
    away = {one.document_id: one for one in _today(court).items}
    assert {(one.waits_seconds, one.overdue) for one in away.values()} == {(None, False)}
    assert "Aguarde o retorno" in away["M-1"].what
    assert "local da prisão em flagrante" in away["A-1"].what
    assert away["A-1"].lacks == ("local da prisão em flagrante",)
    # when the link is back
    await court.back()
    await court.wait(600)
    # then each is listed with who does what, in Portuguese
    items = {one.document_id: one for one in _today(court).items}
    assert (items["M-1"].who, items["A-1"].who) == ("SERVIDOR", "SERVIDOR")
    assert "Confirme a resolução" in items["M-1"].what
    assert "local da prisão em flagrante" in items["A-1"].what
    waits = _waits(court)
    assert {key: count for key, (count, _) in waits.items()} == {(ARREST, "CONFIRMATION"): 1, (LIBERTY, "UNIT"): 1}
    assert {key: seconds for key, (_, seconds) in waits.items()} == dict.fromkeys(waits, items["M-1"].waits_seconds)
    assert items["M-1"].waits_seconds is not None
    assert 600 <= items["M-1"].waits_seconds < 3600
    # when nobody does anything
    await court.wait(3601)
    # then it is overdue, and so the alarm sees it
    assert [one.overdue for one in _today(court).items] == [True, True]
    assert min(seconds for _, seconds in _waits(court).values()) > 3600


@default
async def test_zero_left_is_stated_and_what_hangs_on_a_certidao_is_counted_apart(court: Court) -> None:
    # given
    await court.away()
    await _opened(court, "MANDADO", "M-1")
    await court.back()
    assert (_today(court).left, _today(court).unreleased) == ({"ALVARAS_ORDENS": 0, "MANDADOS": 1}, 0)
    # when
    await court.command(RESOLVE, "SERVIDOR", category="MANDADOS")
    # then it is registered, and its certidão is not in the case yet
    assert (_today(court).left, _today(court).unreleased) == ({"ALVARAS_ORDENS": 0, "MANDADOS": 0}, 1)
    # when SAJ has released it
    made = court.told(RESOLVED, "M-1")[-1].data["certificate"]
    await court.command(RELEASE, "SERVIDOR", certificate_id=made["id"], released_at="2026-11-20T16:00:00-04:00")
    # then
    shown = _today(court)
    assert (shown.left, shown.unreleased, shown.items) == ({"ALVARAS_ORDENS": 0, "MANDADOS": 0}, 0, ())
    assert _waits(court) == {}
    with court.office.database.reading() as connection:
        seen = overview(connection)
    assert seen.link is LinkState.UP
    assert {(one.count, one.oldest_seconds) for one in seen.contingencies.values()} == {(0, 0.0)}
    assert len(seen.contingencies) == 2 * len(WAITS_FOR)
