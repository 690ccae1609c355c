"""A link that comes and goes every three seconds for five minutes: nobody is asked twice, nobody is forgotten."""

from collections import Counter

from rules.words import State
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
    changes = len(court.told(CHANGED))
    assert 0 < changes <= HALVES, changes
    # when it stays
    await court.back()
    # then
    assert {court.office.row(one)["state"] for one in documents} == {State.REGISTERED}
    created = Counter(step.split()[0] for step in court.order if step.endswith(" READ_BACK"))
    assert set(created) == set(documents)
    assert len(court.simulator.book["documents"]) == len(documents)
