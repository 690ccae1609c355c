"""However BNMP is away, the day ends the same: by silence or by a gateway's page as by a closed port.

What a silent registry leaves that a closed one does not is doubt: a write that went out whole. Such a document is read
back before anything else, and it never waits as WAITING_LINK.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger import listing
from ledger.links import load_link
from producers.settings import KafkaSettings
from rules.words import LinkState
from runtime.agreement import OPENED, Report, Witnesses, compare
from runtime.demo import prepare, witnesses
from runtime.stack import Stack, StackSettings
from sandbox.saj.court import Court, Outcomes, Predicate, parked, settled
from sandbox.saj.day import ZONE, Day, Expected
from sandbox.saj.scenarios import Phase

PERSONS = 20
SECONDS = 90.0
OUTAGES: Mapping[int, Mapping[str, Any]] = {
    21: {"mode": "blackhole"},
    22: {"mode": "http503"},
}
OFFERED = "bnmp.document.contingency-offered.v1"
RESOLVED = "bnmp.contingency.resolved.v1"


@dataclass(frozen=True)
class Aftermath:
    """What is left when the days are over: `cuts` are each day's outage, `doubted` what was ever in doubt."""

    days: Mapping[int, Day]
    cuts: Mapping[int, tuple[datetime, datetime]]
    seen: Witnesses
    report: Report
    doubted: frozenset[str]


@pytest.fixture(scope="module")
def aftermath() -> Iterator[Aftermath]:
    """A day for each kind of outage, one after the other, on one stack."""
    days = {seed: Day.plan(PERSONS, seed) for seed in OUTAGES}
    whole = _one_day(days)
    cuts: dict[int, tuple[datetime, datetime]] = {}
    with Stack.start(StackSettings(), lambda _line: None, prepare(whole)) as stack:
        for seed, day in days.items():
            with Court(KafkaSettings(stack.bootstrap), day) as court:
                cuts[seed] = _live(stack, court, OUTAGES[seed])
                outcomes = court.outcomes
        deadline = time.monotonic() + SECONDS
        while _unsaid(stack) and time.monotonic() < deadline:
            time.sleep(0.1)
        seen = witnesses(stack, outcomes)
        with stack.database.reading() as connection:
            doubted = frozenset(
                each
                for each in whole.documents
                if any(row.state == "UNCERTAIN" for row in listing.history_of(connection, each))
            )
        yield Aftermath(days, cuts, seen, compare(whole, seen), doubted)


def _one_day(days: Mapping[int, Day]) -> Day:
    first, *others = days.values()
    for day in others:
        first = replace(
            first, publications=first.publications + day.publications, documents={**first.documents, **day.documents}
        )
    return first


def _live(stack: Stack, court: Court, outage: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """Morning, outage, evening; gives the outage's beginning and end."""
    court.publish(Phase.MORNING)
    _await(court, settled, court.day.documents_of(Phase.MORNING))
    stack.control("link", dict(outage))
    cut = datetime.now(UTC)
    court.publish(Phase.OUTAGE)
    _await(court, _parked_or_in_doubt, court.day.documents_of(Phase.OUTAGE))
    back = datetime.now(UTC)
    stack.control("link", {"mode": "up"})
    _await_link(stack)
    court.publish(Phase.EVENING)
    _await(court, settled, court.day.documents.values())
    return cut, back


def _parked_or_in_doubt(documents: Iterable[Expected]) -> Predicate:
    def holds(outcomes: Outcomes) -> bool:
        def in_doubt(document: Expected) -> bool:
            latest = outcomes.latest(document.document_id)
            return latest is not None and latest.state == "UNCERTAIN" and not document.contingency

        return parked([each for each in wanted if not in_doubt(each)])(outcomes)

    wanted = tuple(documents)
    return holds


def _await(court: Court, until: Any, documents: Iterable[Expected]) -> None:
    wanted = tuple(documents)
    if not court.wait_until(until(wanted), SECONDS):
        hang = [each for each in wanted if not until([each])(court.outcomes)]
        told = [(each.document_id, each.scenario, court.outcomes.latest(each.document_id)) for each in hang[:5]]
        raise AssertionError(f"{len(hang)} documents hang: {told}")


def _await_link(stack: Stack) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        with stack.database.reading() as connection:
            if load_link(connection).state is LinkState.UP:
                return
        assert time.monotonic() < deadline, "the link was not found to be back"
        time.sleep(0.1)


def _unsaid(stack: Stack) -> int:
    with stack.database.reading() as connection:
        return listing.counts(connection)["outbox"]


@pytest.mark.timeout(300)
def test_every_outage_ends_as_a_closed_port_does(aftermath: Aftermath) -> None:
    """Given the plan of a day whose link is refused, then nothing but what doubt explains differs from it."""
    plan = {each.document_id: each for day in aftermath.days.values() for each in day.documents.values()}
    waits = {document_id for document_id, each in plan.items() if each.waited_for_link}
    never_waited = (waits & aftermath.doubted) - aftermath.seen.ever_waited
    explained = {f"lost: {each} is in the book without a justification" for each in never_waited}
    if never_waited:
        found, wanted = len(aftermath.seen.ever_waited), len(waits)
        explained.add(f"waited_for_link is {found} where the plan expects {wanted}")
    assert set(aftermath.report.disagreements) - explained == set()
    assert waits - aftermath.doubted <= aftermath.seen.ever_waited
    assert aftermath.report.figures["contingency_opened"] > 0


def test_a_registry_that_reads_and_says_nothing_leaves_doubt_and_no_double(aftermath: Aftermath) -> None:
    """Given writes that went out whole into an outage, then each was in doubt and none was made twice."""
    assert aftermath.doubted
    assert aftermath.report.figures["duplicates_at_registry"] == 0
    assert aftermath.report.figures["order_violations"] == 0
    assert aftermath.report.figures["open"] == 0


def test_every_contingency_stands_on_a_failed_access_of_its_own_outage(aftermath: Aftermath) -> None:
    """Given what was opened, then offer, opening, text and certidão carry one failed instant (docs/law.md safety-15)."""
    for seed, day in aftermath.days.items():
        cut, back = aftermath.cuts[seed]
        for expected in (each for each in day.documents.values() if each.contingency):
            said = aftermath.seen.outcomes.by_document[expected.document_id].values()
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
