"""Killed with -9 in the middle of its work, each role is started again and nothing is lost, doubled or disordered."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient, OffsetSpec

from consumers.groups import PROCESSOR, ends
from ledger import listing
from ledger.cursors import cursors
from producers.settings import KafkaSettings
from runtime.agreement import ALVARA, ANTECEDENT_REFUSED, CERTIDAO, Report, Witnesses, compare, type_of
from runtime.demo import Progress, prepare, run_day
from runtime.stack import Stack, StackSettings
from sandbox.saj.day import Day

PERSONS, SEED = 30, 11
LOOK = 0.005
AT_ONCE = 3
MOST_SECONDS = 60.0


@dataclass
class Killer:
    """Kills each role at a moment when it has work in flight, and notes how much that was.

    When it was done with it just before it died, it is killed again.
    """

    stack: Stack
    in_flight: dict[str, int] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    creating: set[str] = field(default_factory=set)
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        """Open a client of its own, so that looking is quick."""
        self._admin = AdminClient(KafkaSettings(self.stack.bootstrap).admin_config())

    def run(self) -> None:
        """Kill the processor with records untaken, the relay with rows unsaid, the sender in the middle of requests."""
        try:
            self._kill("processor", self._untaken)
            self._kill("relay", self._unsaid)
            self._kill("sender", self._creating)
        except BaseException as error:  # noqa: BLE001 - the test's own thread raises it
            self.failure = error

    def _kill(self, role: str, in_flight: Callable[[], int]) -> None:
        deadline, dead = time.monotonic() + MOST_SECONDS, None
        while time.monotonic() < deadline:
            pid = next(child.pid for child in self.stack.supervisor.status() if child.name == role)
            if pid not in (None, dead) and in_flight():
                os.kill(pid, signal.SIGKILL)
                dead = pid
                self.kills[role] += 1
                # What is still there when the process is not is what was in flight.
                left = in_flight()
                if left:
                    self.in_flight[role] = left
                    return
            time.sleep(LOOK)
        raise TimeoutError(f"{role} never had work in flight")

    def _untaken(self) -> int:
        places = [("saj.documents.issued", number) for number in range(3)]
        last = ends(self._admin, places, OffsetSpec.latest())
        with self.stack.database.reading() as connection:
            known = cursors(connection, PROCESSOR)
        return sum(last[place] - known[place].next_offset for place in places)

    def _unsaid(self) -> int:
        with self.stack.database.reading() as connection:
            return listing.counts(connection)["outbox"]

    def _creating(self) -> int:
        """Documents whose creating POST is under way: the write whose loss would make a double."""
        with self.stack.database.reading() as connection:
            rows = listing.documents(connection, limit=10_000)
        self.creating = {row.document_id for row in rows if row.state == "SENDING" and row.doing == "CREATE"}
        return len(self.creating) if len(self.creating) >= AT_ONCE else 0


@dataclass(frozen=True)
class Aftermath:
    """What is left to look at when the day is over."""

    day: Day
    seen: Witnesses
    report: Report
    in_flight: Mapping[str, int]
    kills: Mapping[str, int]
    restarts: Mapping[str, int]
    reasons: Mapping[str, str | None]
    facts: Mapping[str, set[str]]
    logs: str


@pytest.fixture(scope="module")
def aftermath() -> Aftermath:
    """A day with its outage, during which processor, relay and sender were each killed."""
    day = Day.plan(PERSONS, SEED)
    settings = StackSettings(seed=SEED, moods={"latency_ms": [30, 90]})
    with Stack.start(settings, lambda _line: None, prepare(day)) as stack:
        killer = Killer(stack)
        thread = threading.Thread(target=killer.run)
        thread.start()
        seen = run_day(stack, day, 2.0, lambda _line: None, _unwatched)
        thread.join()
        children = stack.supervisor.status()
        logs = "".join(path.read_text() for path in (stack.folder / "logs").iterdir())
        with stack.database.reading() as connection:
            facts = {each: {row.fact for row in listing.history_of(connection, each)} for each in killer.creating}
    if killer.failure is not None:
        raise killer.failure
    return Aftermath(
        day,
        seen,
        compare(day, seen),
        killer.in_flight,
        killer.kills,
        {child.name: child.restarts for child in children},
        {child.name: child.reason for child in children},
        facts,
        logs,
    )


def _unwatched(_progress: Progress) -> None:
    """Nobody looks."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", ["processor", "relay", "sender"])
def test_each_role_was_killed_with_work_in_flight_and_started_again(aftermath: Aftermath, role: str) -> None:
    """Otherwise the zeros below would prove nothing."""
    assert aftermath.in_flight[role] > 0
    assert aftermath.restarts[role] == aftermath.kills[role]
    assert "SIGKILL" in (aftermath.reasons[role] or "")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("figure", ["lost", "duplicates_at_registry", "order_violations", "open"])
def test_nothing_is_lost_doubled_disordered_or_left_open(aftermath: Aftermath, figure: str) -> None:
    """The registry's own book, the ledger and the topics agree with the plan."""
    assert aftermath.report.figures[figure] == 0


@pytest.mark.timeout(240)
def test_what_was_being_created_was_read_back_by_the_successor(aftermath: Aftermath) -> None:
    """A write whose answer was lost is never simply sent again (docs/law.md safety-27)."""
    assert len(aftermath.facts) >= AT_ONCE
    assert all({"LeaseTakenOver", "DoubtRead"} <= facts for facts in aftermath.facts.values())


@pytest.mark.timeout(240)
def test_nobody_is_named_in_a_log(aftermath: Aftermath) -> None:
    """Given a day with kills, an outage and unreadable records, when the logs are read, then they name no person."""
    parties = [publication.data["party"] for publication in aftermath.day.publications if publication.data]
    words = {str(party[name]) for party in parties for name in ("nome", "nome_mae", "cpf") if party.get(name)}
    rjis = {person["numeroIndividuo"] for person in aftermath.seen.book["persons"]}
    assert len(words) > PERSONS
    assert len(rjis) > PERSONS / 2
    assert "processor.batch" in aftermath.logs
    assert [word for word in words | rjis if word in aftermath.logs] == []


@pytest.mark.timeout(240)
def test_everything_ended_as_planned(aftermath: Aftermath) -> None:
    """Every total is the plan's, the contingencies of the outage included."""
    assert aftermath.report.disagreements == ()


def _registered(aftermath: Aftermath, type_id: int) -> dict[str, Any]:
    """A piece of the book that the plan expects."""
    return next(piece for piece in aftermath.seen.book["documents"] if type_of(piece) == type_id)


def _with_book(aftermath: Aftermath, **changes: list[dict[str, Any]]) -> Report:
    return compare(aftermath.day, replace(aftermath.seen, book={**aftermath.seen.book, **changes}))


@pytest.mark.timeout(240)
def test_a_planted_loss_is_found(aftermath: Aftermath) -> None:
    """Given a release that vanished from the registry, when the witnesses are compared, then it is lost."""
    gone = _registered(aftermath, ALVARA)
    left = [piece for piece in aftermath.seen.book["documents"] if piece is not gone]
    report = _with_book(aftermath, documents=left)
    assert report.figures["lost"] == 1
    assert not report.agrees


@pytest.mark.timeout(240)
def test_a_document_that_the_ledger_lost_is_found(aftermath: Aftermath) -> None:
    """Given a document that the ledger does not know, when the witnesses are compared, then it is lost."""
    document_id = next(iter(aftermath.day.documents))
    rows = {each: row for each, row in aftermath.seen.rows.items() if each != document_id}
    report = compare(aftermath.day, replace(aftermath.seen, rows=rows))
    assert report.figures["lost"] == 1


@pytest.mark.timeout(240)
def test_a_piece_that_is_not_what_the_plan_says_is_found(aftermath: Aftermath) -> None:
    """Given a pending mandado that the registry holds as fulfilled, when the witnesses are compared, then it shows."""
    pending = next(each for each in aftermath.day.documents.values() if each.status == "Pendente de Cumprimento")
    number = aftermath.seen.rows[pending.document_id].national_number
    pieces = [
        {**piece, "status": "Cumprido"} if piece["numeroPeca"] == number else piece
        for piece in aftermath.seen.book["documents"]
    ]
    assert _with_book(aftermath, documents=pieces).figures["lost"] == 1


@pytest.mark.timeout(240)
def test_a_planted_double_is_found(aftermath: Aftermath) -> None:
    """Given the same mandado twice in the registry, when the witnesses are compared, then one is a double."""
    double = {**_registered(aftermath, 1), "id": "planted"}
    report = _with_book(aftermath, documents=[*aftermath.seen.book["documents"], double])
    assert report.figures["duplicates_at_registry"] == 1
    assert not report.agrees


@pytest.mark.timeout(240)
def test_a_planted_disorder_is_found(aftermath: Aftermath) -> None:
    """Given a certidão made before its mandado was in effect, or refused for it, then the order was violated."""
    early = _registered(aftermath, CERTIDAO)
    others = [piece for piece in aftermath.seen.book["documents"] if piece is not early]
    made = _with_book(aftermath, documents=[*others, {**early, "created_at": "2000-01-01T00:00:00+00:00"}])
    refused = {**aftermath.seen.book["requests"][0], "error": ANTECEDENT_REFUSED}
    tried = _with_book(aftermath, requests=[*aftermath.seen.book["requests"], refused])
    # An alvará of the same case stands on the certidão too, and is still in order.
    assert (made.figures["order_violations"], tried.figures["order_violations"]) == (1, 1)
    assert not made.agrees
    assert not tried.agrees
