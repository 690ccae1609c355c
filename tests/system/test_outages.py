"""However BNMP is away, the day ends the same: by silence or by a gateway's page as by a closed port.

What a silent registry leaves that a closed one does not is doubt: a write that went out whole. Such a document is read
back before anything else, and it never waits as WAITING_LINK.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import pytest

from producers.settings import KafkaSettings
from runtime.agreement import OPENED
from runtime.demo import prepare
from runtime.stack import Stack, StackSettings
from sandbox.saj.court import Court
from sandbox.saj.day import ZONE, Day
from tests.system.days import Ending, ending, live, together

PERSONS = 20
OUTAGES: Mapping[int, Mapping[str, Any]] = {
    21: {"mode": "blackhole"},
    22: {"mode": "http503"},
}
OFFERED = "bnmp.document.contingency-offered.v1"
RESOLVED = "bnmp.contingency.resolved.v1"


class Aftermath(NamedTuple):
    """What is left when the days are over: `cuts` are each day's outage."""

    days: Mapping[int, Day]
    cuts: Mapping[int, tuple[datetime, datetime]]
    end: Ending


@pytest.fixture(scope="module")
def aftermath() -> Iterator[Aftermath]:
    """A day for each kind of outage, one after the other, on one stack."""
    days = {seed: Day.plan(PERSONS, seed) for seed in OUTAGES}
    cuts: dict[int, tuple[datetime, datetime]] = {}
    with Stack.start(StackSettings(), lambda _line: None, prepare(together(days.values()))) as stack:
        for seed, day in days.items():
            with Court(KafkaSettings(stack.bootstrap), day) as court:
                cuts[seed] = live(stack, court, OUTAGES[seed])
                outcomes = court.outcomes
        yield Aftermath(days, cuts, ending(stack, list(days.values()), outcomes))


@pytest.mark.timeout(300)
def test_every_outage_ends_as_a_closed_port_does(aftermath: Aftermath) -> None:
    """Given the plan of a day whose link is refused, then nothing but what doubt explains differs from it."""
    waits = {each.document_id for each in aftermath.end.day.documents.values() if each.waited_for_link}
    assert aftermath.end.disagreements == set()
    assert waits - aftermath.end.doubted <= aftermath.end.seen.ever_waited
    assert aftermath.end.report.figures["contingency_opened"] > 0


def test_a_registry_that_reads_and_says_nothing_leaves_doubt_and_no_double(aftermath: Aftermath) -> None:
    """Given writes that went out whole into an outage, then each was in doubt and none was made twice."""
    assert aftermath.end.doubted
    assert aftermath.end.report.figures["duplicates_at_registry"] == 0
    assert aftermath.end.report.figures["order_violations"] == 0
    assert aftermath.end.report.figures["open"] == 0


def test_every_contingency_stands_on_a_failed_access_of_its_own_outage(aftermath: Aftermath) -> None:
    """Given what was opened, then offer, opening, text and certidão carry one failed instant (docs/law.md safety-15)."""
    for seed, day in aftermath.days.items():
        cut, back = aftermath.cuts[seed]
        for expected in (each for each in day.documents.values() if each.contingency):
            said = aftermath.end.seen.outcomes.by_document[expected.document_id].values()
            opened = next(outcome.data for outcome in said if outcome.type == OPENED)
            failed = datetime.fromisoformat(opened["failed_access_at"])
            offers = [outcome.data for outcome in said if outcome.type == OFFERED]
            certidao = next(outcome.data["certificate"] for outcome in said if outcome.type == RESOLVED)
            assert cut <= failed <= back, expected.document_id
            assert f"{failed.astimezone(ZONE):%d/%m/%y - %H:%M:%S}." in opened["text"]
            assert opened["text"].split("Prisões em ")[1].rstrip(".") in certidao["text"]
            assert datetime.fromisoformat(offers[-1]["failed_access_at"]) == failed
            # Every attempt that is shown is a failure to connect, or a write that nobody answered.
            assert {attempt["class"] for attempt in offers[-1]["attempts"]} <= {"CONNECTION", "UNCERTAIN"}
