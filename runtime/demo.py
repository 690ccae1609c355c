"""The demo: a court's day on a real broker, with an outage of BNMP in its middle, and the check of its end."""

import dataclasses
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ledger import listing
from ledger.engine import Connection
from ledger.links import load_link
from operations import documents
from operations.offsets import records_in
from producers.settings import KafkaSettings
from rules.words import LinkState
from runtime.agreement import Report, Witnesses, compare
from runtime.site import Place
from runtime.stack import Stack, StackSettings
from sandbox.saj.court import Court, Outcomes, Predicate, parked, settled
from sandbox.saj.day import Day, Expected
from sandbox.saj.documents import RELEASE_TYPE
from sandbox.saj.scenarios import Phase

PHASE_SECONDS = 120.0
# What a slow machine may need besides for each document that a phase waits for.
DOCUMENT_SECONDS = 0.25
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """How large a day, which one, and how many seconds at least the link is cut."""

    persons: int = 300
    seed: int = 7
    outage: float = 5.0
    stack: StackSettings = dataclasses.field(default_factory=StackSettings)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase is: documents that have come to where the phase takes them, of how many."""

    phase: str
    done: int
    of: int


class DemoError(Exception):
    """A day did not begin, or a phase of it did not come to its end in time; the text says why, or what hangs."""


Watch = Callable[[Progress], None]


def prepare(day: Day) -> Callable[[Stack], None]:
    """Make the court's users known to the simulator, and their credentials to the service."""

    def known(stack: Stack) -> None:
        day.write_credentials(stack.credentials)
        stack.control("users", [user.as_registry_user() for user in day.users])

    return known


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo found, and the way of one release that was issued while the link was cut."""

    report: Report
    release: documents.Shown | None


def demo(settings: DemoSettings, say: Callable[[str], None], watch: Watch) -> Demo:
    """Run a day from nothing to nothing left; the report's figures include the seconds it took."""
    began = time.monotonic()
    day = Day.plan(settings.persons, settings.seed)
    with Stack.start(settings.stack, say, prepare(day)) as stack:
        report = compare(day, run_day(stack, day, settings.outage, say, watch))
        opened = (each for each in day.documents.values() if each.contingency)
        release = next(each for each in opened if each.identity.type_id == RELEASE_TYPE)
        shown = documents.show(stack.database, release.document_id)
    figures = {
        **report.figures,
        "windows": dataclasses.asdict(settings.stack.windows),
        "seconds": round(time.monotonic() - began, 1),
    }
    return Demo(Report(figures, report.disagreements), shown)


def day_at(place: Place, day: Day, outage: float, say: Callable[[str], None], watch: Watch) -> Report:
    """Live a day where somebody else's stack runs, whose ledger must hold no document yet; tells when it was planned.

    Raises `DemoError`, `CourtError`, and OSError where the simulator's control port does not answer.
    """
    began = time.monotonic()
    with place.database.reading() as connection:
        if listing.documents(connection, limit=1):
            raise DemoError(
                "the ledger holds documents already: a day is issued into an empty one, so that it can be checked"
            )
    # A simulator that was started again knows nobody.
    place.control("users", [user.as_registry_user() for user in day.users])
    report = compare(day, run_day(place, day, outage, say, watch))
    planned = {"planned_at": day.planned_at.isoformat(), "seconds": round(time.monotonic() - began, 1)}
    return dataclasses.replace(report, figures={**report.figures, **planned})


def run_day(stack: Place, day: Day, outage: float, say: Callable[[str], None], watch: Watch) -> Witnesses:
    """Publish a day on a running stack, cut the link in its middle, and ask all witnesses at its end."""
    with Court(KafkaSettings(stack.bootstrap), day) as court:
        say("morning: warrants, certidões and releases are gated by their antecedents and registered")
        court.publish(Phase.MORNING)
        _await(court, "morning", day.documents_of(Phase.MORNING), settled, watch)
        say("the link to BNMP is cut")
        stack.control("link", {"mode": "refuse"})
        cut = time.monotonic()
        court.publish(Phase.OUTAGE)
        _await(court, "outage", day.documents_of(Phase.OUTAGE), parked, watch)
        time.sleep(max(0.0, outage - (time.monotonic() - cut)))
        say("the link is back: liberty first, with justification and certidão")
        stack.control("link", {"mode": "up"})
        _await_link(stack)
        court.publish(Phase.EVENING)
        _await(court, "evening", day.documents.values(), settled, watch)
        _await_published(stack)
        return witnesses(stack, court.outcomes)


def witnesses(stack: Place, outcomes: Outcomes) -> Witnesses:
    """Ask the ledger, the topics and the registry's book."""
    with stack.database.reading() as connection:
        rows = {row.document_id: row for row in listing.documents(connection, limit=1_000_000)}
        counts = listing.counts(connection)
        waited = frozenset(listing.reasons_ever(connection, "WAITING_LINK"))
    dead = records_in(KafkaSettings(stack.bootstrap), "bnmp.dead-letter")
    return Witnesses(rows, counts, waited, outcomes, dead, stack.control("book"))


def _await(
    court: Court,
    phase: str,
    documents: Iterable[Expected],
    until: Callable[[Iterable[Expected]], Predicate],
    watch: Watch,
) -> None:
    wanted = tuple(documents)
    deadline = time.monotonic() + PHASE_SECONDS + DOCUMENT_SECONDS * len(wanted)
    while not court.wait_until(until(wanted), LOOK_SECONDS):
        heard = court.outcomes
        hanging = [document for document in wanted if not until([document])(heard)]
        watch(Progress(phase, len(wanted) - len(hanging), len(wanted)))
        if time.monotonic() > deadline:
            raise DemoError(f"{phase}: {len(hanging)} documents hang: " + _told(hanging, heard))
    watch(Progress(phase, len(wanted), len(wanted)))


def _told(hanging: list[Expected], outcomes: Outcomes) -> str:
    lines = []
    for document in hanging[:10]:
        latest = outcomes.latest(document.document_id)
        lines.append(f"{document.document_id} ({document.scenario}) {latest.state if latest else 'unheard'} ")
        lines.append(f"{latest.reason or '' if latest else ''}; ")
    return "".join(lines)


def _await_link(stack: Place) -> None:
    """Wait until the service has seen that the link is back: what is issued then waits for nothing."""
    _await_ledger(stack, lambda c: load_link(c).state is LinkState.UP, "the link was not found to be back")


def _await_published(stack: Place) -> None:
    """Wait until the relay has said everything that was decided."""
    _await_ledger(stack, lambda c: not listing.counts(c)["outbox"], "the outbox was not published to its end")


def _await_ledger(stack: Place, holds: Callable[[Connection], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PHASE_SECONDS
    while time.monotonic() < deadline:
        with stack.database.reading() as connection:
            if holds(connection):
                return
        time.sleep(0.1)
    raise DemoError(otherwise)
