"""A link that comes and goes every three seconds for five minutes: nobody is asked twice, nobody is forgotten."""

from collections import Counter
from itertools import pairwise

import pytest

from operations.contingencies import Asked, listed
from rules.dossier import BLOCKED
from rules.words import LinkState, Resolution, State
from tests.story.court import Court

HALF_SECONDS, HALVES = 3, 100
OFFERED, CHANGED = "bnmp.document.contingency-offered.v1", "bnmp.link.changed.v1"


async def test_safety_19_a_flapping_link_offers_nothing_twice_and_loses_nothing(court: Court) -> None:
    # given
    documents: list[str] = []
    for half in range(HALVES):
        away = half % 2 == 0
        await (court.cut() if away else court.there())
        if half % 10 == 0:
            documents.append(f"A-{half}")
            court.publish("ALVARA_FLAGRANTE", documents[-1], person=len(documents) % 5)
        # when everybody does what falls due in these three seconds
        court.later(HALF_SECONDS)
        await court.once()
    # then
    offers = Counter(one.data["document_id"] for one in court.told(OFFERED))
    assert all(count == 1 for count in offers.values()), offers
    # and whether BNMP is asked changed a few times and not a hundred; how often exactly is left to the pauses' chance
    modes = [LinkState(one.data["state"]) in BLOCKED for one in court.told(CHANGED)]
    assert 1 <= sum(one != other for one, other in pairwise([False, *modes])) <= 10, court.told(CHANGED)
    # when it stays
    await court.back()
    # then
    assert {court.office.row(one)["state"] for one in documents} == {State.REGISTERED}
    created = Counter(step.split()[0] for step in court.order if step.endswith(" READ_BACK"))
    assert set(created) == set(documents)
    assert len(court.simulator.book["documents"]) == len(documents)


@pytest.mark.parametrize("court", ["confirmed"], indirect=True)
async def test_the_clock_of_what_waits_for_its_unit_goes_on_through_a_flap_and_begins_anew_after_an_outage(
    court: Court,
) -> None:
    def waits() -> int | None:
        (line,) = listed(court.office.database, Asked(Resolution.MANDADOS, 3600), 10).items
        return line.waits_seconds

    # given a mandado issued under contingency, which its unit has not confirmed
    await court.away()
    await court.issue("MANDADO", "M-1")
    await court.says("M-1", "SIM")
    await court.back()
    court.later(1800)
    before = waits()
    assert before is not None
    assert before >= 1800
    # when the link goes for a moment
    await court.away()
    assert waits() is None
    await court.back()
    # then
    after = waits()
    assert after is not None
    assert before < after < before + 300
    # when it is away for an hour
    await court.away()
    court.later(3600)
    await court.back()
    # then
    assert (waits() or 0) < 60
