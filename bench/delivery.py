"""The delivery: the sender's lanes against a bare aiohttp loop that makes the same calls of the same registry.

The registry takes 100 ms for a call. Both work on as many persons at a time as requests may be in flight, on each person
one request after the other. The loop neither decides nor remembers anything, and keeps its connections as the wire does
(docs/adr/0043). The registry is bench._registry and not the simulator, which computes 1.4 ms for a call where this one
computes 0.6, and would be the limit.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench import _bare, _intake, _servers
from bench._lanes import PLACES, Listed, Threads
from bench._registry import BOOK
from bench._report import SEED, Figures, Result, Sample, against, alternate, finish, typical
from bench._servers import Server
from bench._workload import Workload
from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from consumers.backlog import Backlog, Reference
from consumers.delivery import Delivery, DeliverySettings
from consumers.workbench import Workbench
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.tables import document
from rules.dossier import Court
from rules.windows import Windows
from rules.words import State
from sandbox.saj.documents import TRIBUNAL
from sandbox.saj.people import invent_staff, write_credentials

IN_FLIGHT = (64, 256)
LATENCY_SECONDS = 0.1
# Each lane has this many persons one after the other, so that begin and end of a run weigh little.
PERSONS_A_LANE = 2
ROUNDS = 3
FLOOR = 0.9
_ZONE = ZoneInfo("America/Campo_Grande")


def measure() -> Result:
    """Measure on both databases."""
    figures: Figures = {"taken with": {"rounds": ROUNDS, "persons_a_lane": PERSONS_A_LANE}}
    ratios: dict[str, float] = {}
    with _servers.servers() as servers, _thin() as url, _credentials() as credentials:
        for server in servers:
            for in_flight in IN_FLIGHT:
                _measure(_Run(server, url, credentials, in_flight), figures, ratios)
    return Result("delivery", figures, ratios, dict.fromkeys(ratios, FLOOR))


class _Run:
    """One database, one registry, so many requests in flight."""

    def __init__(self, server: Server, url: str, credentials: Path, in_flight: int) -> None:
        self.server, self.url, self.credentials, self.in_flight = server, url, credentials, in_flight
        self.cases = _bare.cases(in_flight * PERSONS_A_LANE)
        self.name = f"delivery-{in_flight}"
        self.stages: dict[str, float] = {}

    def bare(self) -> Sample:
        """Let the loop make the calls."""
        threads = Threads()
        with threads.watching():
            asyncio.run(_bare.run(self.url, self.cases, self.in_flight))
        return self._sample(threads)

    def ours(self, places: Sequence[tuple[str, str]] = ()) -> Sample:
        """Let the lanes deliver what a copy of the ledger holds."""
        with self.server.copy(self.name) as database_url:
            database, threads = Database(database_url), Threads(places)
            listed = Listed(_references(database))
            asyncio.run(self._deliver(database, listed, threads))
            _check_registered(database)
            database.close()
        sample = self._sample(threads)
        self.stages = {name: round(seconds / sample.count * 1e6) for name, seconds in threads.stages().items()}
        return sample

    async def _deliver(self, database: Database, listed: Listed, threads: Threads) -> None:
        deployment = Deployment(Court(TRIBUNAL, _ZONE), Windows())
        async with Registry(BnmpSettings(self.url, "bench", self.credentials, {}, _ZONE)) as registry:
            bench = Workbench(database, deployment, "bench", registry.can_sign, contingency=False)
            delivery = Delivery(bench, cast(Backlog, listed), registry, DeliverySettings(self.in_flight))
            with threads.watching():
                await delivery.run(listed.all_finished)

    def _sample(self, threads: Threads) -> Sample:
        """Count the calls that the registry had, each person's in order."""
        calls = _in_order(_book(self.url), len(self.cases))
        return Sample(calls, threads.seconds, threads.cpu)


def _measure(run: _Run, figures: Figures, ratios: dict[str, float]) -> None:
    def fill(url: str) -> None:
        _servers.seeded(Workload(0, 2, SEED))(url)
        database = Database(url)
        _intake.take_all(_intake.intake(database), _bare.records(run.cases))
        database.close()

    run.server.make(run.name, fill)
    what = f"{run.server.name}, {run.in_flight} in flight"
    samples = alternate(what, {"bare": run.bare, "ours": run.ours}, ROUNDS)
    run.ours(PLACES)
    for name, of in samples.items():
        figures[f"{what}: {name}, calls"] = typical(of)
    figures[f"{what}: ours, us of CPU a call"] = run.stages
    figures[f"{what}: bare/ideal"] = round(typical(samples["bare"])["per_s"] * LATENCY_SECONDS / run.in_flight, 3)
    ratios[f"{what}: ours/bare"] = against(samples["ours"], samples["bare"])


def _references(database: Database) -> list[Reference]:
    """What the relay would have published: a record of every document that may go."""
    chosen = sa.select(document).where(document.c.state == State.READY).order_by(document.c.document_id)
    with database.reading() as connection:
        rows = connection.execute(chosen).all()
    return [
        Reference(0, offset, row.document_id, row.person, row.turn, row.priority) for offset, row in enumerate(rows)
    ]


def _check_registered(database: Database) -> None:
    with database.reading() as connection:
        states = set(connection.scalars(sa.select(document.c.state)))
    if states != {State.REGISTERED}:
        raise RuntimeError(f"not everything was registered: {sorted(states)}")


def _in_order(requests: Sequence[tuple[str, str, float, float]], persons: int) -> int:
    """Check that nobody had two requests at once, and that each piece came after what it stands on; gives the count."""
    of: dict[str, list[tuple[float, float, str]]] = {}
    for person, path, began, ended in requests:
        if person:
            of.setdefault(person, []).append((began, ended, path))
    if len(of) != persons:
        raise RuntimeError(f"{len(of)} persons in the book instead of {persons}")
    for calls in of.values():
        calls.sort()
        overlap = any(later[0] < earlier[1] for earlier, later in pairwise(calls))
        if overlap or [path for *_, path in calls if path in _bare.PATHS] != list(_bare.PATHS):
            raise RuntimeError("a person's requests are not in their order")
    return len(requests)


def _book(url: str) -> list[tuple[str, str, float, float]]:
    with urllib.request.urlopen(url + BOOK, timeout=60) as answer:  # noqa: S310 (loopback)
        return [tuple(line) for line in json.load(answer)]


@contextmanager
def _thin() -> Iterator[str]:
    argv = [sys.executable, "-m", "bench._registry", str(LATENCY_SECONDS)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 (ours)
        if process.stdout is None:
            raise RuntimeError("the registry says nothing")
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


@contextmanager
def _credentials() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        users = [user for staff in invent_staff() for user in (staff.servidor, staff.magistrado)]
        write_credentials(users, Path(folder))
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(finish(measure))
