"""Days one after the other on one stack: how they are lived, and what doubt may change about their end."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from ledger import listing
from ledger.engine import Connection
from ledger.links import load_link
from rules.words import LinkState
from runtime.agreement import Report, Witnesses, compare
from runtime.demo import witnesses
from runtime.site import Place
from sandbox.saj.court import Court, Outcomes, Predicate, parked, settled
from sandbox.saj.day import Day, Expected
from sandbox.saj.scenarios import Phase

SECONDS = 300.0
LOOK = 0.1


@dataclass(frozen=True)
class Ending:
    """What all witnesses said at the end of the days; `doubted` are the documents that were ever in doubt."""

    day: Day
    seen: Witnesses
    report: Report
    doubted: frozenset[str]

    @property
    def never_waited(self) -> frozenset[str]:
        """Documents that were to wait for the link and were in doubt instead."""
        waits = {each.document_id for each in self.day.documents.values() if each.waited_for_link}
        return frozenset((waits & self.doubted) - self.seen.ever_waited)

    @property
    def disagreements(self) -> set[str]:
        """What differs from the plan and is not explained by doubt: a document in doubt never waits as WAITING_LINK."""
        explained = {f"lost: {each} is in the book without a justification" for each in self.never_waited}
        if self.never_waited:
            wanted = self.day.expected.waited_for_link
            explained.add(f"waited_for_link is {len(self.seen.ever_waited)} where the plan expects {wanted}")
        return set(self.report.disagreements) - explained

    def count(self, kind: str) -> int:
        """How many disagreements are of a kind: `lost`, `duplicate` or `order`."""
        return sum(line.startswith(f"{kind}:") for line in self.disagreements)


def together(days: Iterable[Day]) -> Day:
    """Several days as one."""

    def join(first: Day, other: Day) -> Day:
        documents = {**first.documents, **other.documents}
        return replace(first, publications=first.publications + other.publications, documents=documents)

    return reduce(join, days)


def morning_of(day: Day) -> Day:
    """What of a day begins and ends in its morning: the stories of cases that have nothing later."""
    later = {each.identity.case for each in day.documents.values() if each.phase is not Phase.MORNING}
    documents = {name: each for name, each in day.documents.items() if each.identity.case not in later}
    first = (
        each for each in day.published_in(Phase.MORNING) if each.data and each.data.get("document_id") in documents
    )
    return replace(day, publications=tuple(first), documents=documents)


def live(
    stack: Place, court: Court, outage: Mapping[str, Any], meanwhile: Callable[[Phase], None] = lambda _phase: None
) -> tuple[datetime, datetime]:
    """Morning, outage, evening; gives the outage's beginning and end. `meanwhile` is done when a phase is published."""
    court.publish(Phase.MORNING)
    meanwhile(Phase.MORNING)
    await_court(court, settled, court.day.documents_of(Phase.MORNING))
    stack.control("link", dict(outage))
    cut = datetime.now(UTC)
    court.publish(Phase.OUTAGE)
    meanwhile(Phase.OUTAGE)
    await_court(court, _parked_or_in_doubt, court.day.documents_of(Phase.OUTAGE))
    back = datetime.now(UTC)
    stack.control("link", {"mode": "up"})
    await_ledger(stack, lambda connection: load_link(connection).state is LinkState.UP)
    court.publish(Phase.EVENING)
    meanwhile(Phase.EVENING)
    await_court(court, settled, court.day.documents.values())
    return cut, back


def ending(stack: Place, days: Sequence[Day], outcomes: Outcomes) -> Ending:
    """Wait until all is said, then ask every witness."""
    await_ledger(stack, lambda connection: not listing.counts(connection)["outbox"])
    day, seen = together(days), witnesses(stack, outcomes)
    with stack.database.reading() as connection:
        doubted = frozenset(
            each
            for each in day.documents
            if any(row.state == "UNCERTAIN" for row in listing.history_of(connection, each))
        )
    return Ending(day, seen, compare(day, seen), doubted)


def await_court(court: Court, until: Callable[[Iterable[Expected]], Predicate], documents: Iterable[Expected]) -> None:
    """Wait until the court has heard that these documents have come where `until` wants them."""
    wanted = tuple(documents)
    if not court.wait_until(until(wanted), SECONDS):
        hang = [each for each in wanted if not until([each])(court.outcomes)]
        told = [(each.document_id, each.scenario, court.outcomes.latest(each.document_id)) for each in hang[:5]]
        raise AssertionError(f"{len(hang)} documents hang: {told}")


def await_ledger(stack: Place, holds: Callable[[Connection], bool], seconds: float = SECONDS) -> None:
    """Wait until the ledger says so."""
    deadline = time.monotonic() + seconds
    while True:
        with stack.database.reading() as connection:
            if holds(connection):
                return
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(LOOK)


def _parked_or_in_doubt(documents: Iterable[Expected]) -> Predicate:
    wanted = tuple(documents)

    def holds(outcomes: Outcomes) -> bool:
        def in_doubt(document: Expected) -> bool:
            latest = outcomes.latest(document.document_id)
            return latest is not None and latest.state == "UNCERTAIN" and not document.contingency

        return parked([each for each in wanted if not in_doubt(each)])(outcomes)

    return holds
