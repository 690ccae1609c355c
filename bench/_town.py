"""A court and a hostile registry: everything between SAJ and BNMP in one process, over real HTTP, on a real ledger."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import event

from bench._carriage import Door, Post, Queue
from bench._counter import People
from bench._hostile import Hostile, hostile
from bnmp.registry import Registry
from bnmp.settings import BnmpSettings
from consumers.backlog import Backlog
from consumers.clock import Clock
from consumers.delivery import Delivery, DeliverySettings
from consumers.groups import PROCESSOR, TOPICS
from consumers.intake import Intake
from consumers.workbench import Workbench
from ledger import cursors
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.migrate import migrate
from ledger.tables import document
from producers.saj import SajProducer
from rules.dossier import Court
from rules.transmission import TERMINAL
from rules.windows import Windows
from sandbox.saj.court import announce
from sandbox.saj.day import Day
from sandbox.saj.documents import TRIBUNAL
from sandbox.saj.people import invent_people, invent_staff

IN_FLIGHT = 32
BATCH = 20
UP_SECONDS = 4.0
ZONE = ZoneInfo("America/Campo_Grande")
_TOLD_OF_OPEN = ("document_id", "kind", "state", "reason", "missing", "step", "doing", "due_fact", "due_at")
_TICK_SECONDS = 0.05
_LOOK_SECONDS = 0.5
Afterwards = Callable[[Database, Hostile, BnmpSettings], object]


@dataclass(frozen=True, slots=True)
class Lived:
    """What was left in the end: the ledger's documents, the registry's book, what was said and done, and the seconds."""

    documents: tuple[Mapping[str, Any], ...]
    book: Mapping[str, Any]
    said: Mapping[str, int]
    acts: Mapping[str, int]
    seconds: float

    @property
    def open(self) -> list[str]:
        """Documents that came to no end."""
        left = [row for row in self.documents if row["state"] not in TERMINAL]
        return [" ".join(str(row[name]) for name in _TOLD_OF_OPEN) for row in left]


@dataclass(frozen=True, slots=True)
class Town:
    """One day against one registry; `folder` is empty, `seconds` bounds how long everything may take to come to its end.

    It is published within `publishing` seconds, and meanwhile the link is lost in one way of the control port after the
    other, for `outage_seconds` each.
    """

    day: Day
    persons: int
    windows: Windows
    moods: Mapping[str, Any]
    folder: Path
    seconds: float
    publishing: float = 20.0
    outages: tuple[str, ...] = ("refuse", "http503", "blackhole", "html")
    outage_seconds: float = 3.0

    def live(self, afterwards: Afterwards | None = None) -> Lived:
        """Publish the day and wait until every document has ended, or the time is over.

        `afterwards` is called with the ledger, the registry, which is calm then, and the adapter's settings, before both go.
        """
        credentials = self.folder / "credentials"
        self.day.write_credentials(credentials)
        database = ledger(self.folder / "ledger.db")
        try:
            with hostile(self.day.seed, self.moods, self.day.users) as registry:
                settings = BnmpSettings(registry.url, "differential", credentials, {}, ZONE, self.windows)
                lived = asyncio.run(self._live(database, registry, settings))
                if afterwards is not None:
                    afterwards(database, registry, settings)
                return lived
        finally:
            database.close()

    async def _live(self, database: Database, registry: Hostile, settings: BnmpSettings) -> Lived:
        began = time.monotonic()
        deployment = Deployment(Court(TRIBUNAL, ZONE), self.windows)
        queues = {"bnmp.dispatch": Queue(), "bnmp.contingency": Queue()}
        post, door = Post(database, queues), Door(Intake(database, deployment))
        people = invent_people(self.persons + 2, self.day.seed)
        keyed = {f"{TRIBUNAL}:{one.party_id}": one for one in people}
        counter = People(database, door, registry, invent_staff(), keyed)
        await asyncio.to_thread(announce, cast(SajProducer, door))
        stopped = asyncio.Event()
        async with Registry(settings) as adapter:

            def delivery(topic: str, *, contingency: bool) -> Delivery:
                bench = Workbench(database, deployment, topic, adapter.can_sign, contingency=contingency)
                return Delivery(bench, cast(Backlog, queues[topic]), adapter, DeliverySettings(IN_FLIGHT))

            work = [
                delivery("bnmp.dispatch", contingency=False).run(stopped),
                delivery("bnmp.contingency", contingency=True).run(stopped),
                Clock(database, deployment, adapter, "clock").run(stopped),
                _again(post.carry, _TICK_SECONDS, stopped),
                _again(counter.act, _LOOK_SECONDS, stopped),
                self._watch(database, door, stopped),
                self._cut(registry, stopped),
            ]
            async with asyncio.TaskGroup() as group:
                for each in work:
                    group.create_task(_or_stop(each, stopped))
        # What was decided last may have been said after the post's last round.
        await asyncio.to_thread(post.carry)
        book = await asyncio.to_thread(_settled, registry)
        with database.reading() as connection:
            rows = tuple(dict(row) for row in connection.execute(sa.select(document)).mappings())
        return Lived(rows, book, post.said, counter.acts, time.monotonic() - began)

    async def _cut(self, registry: Hostile, stopped: asyncio.Event) -> None:
        """Take the registry away for a while, in one way after the other."""
        for mode in self.outages:
            await _until(stopped, UP_SECONDS)
            await asyncio.to_thread(registry.tell, "link", {"mode": mode})
            await _until(stopped, self.outage_seconds)
            await asyncio.to_thread(registry.tell, "link", {"mode": "up"})

    async def _watch(self, database: Database, door: Door, stopped: asyncio.Event) -> None:
        """Publish in small batches, then wait for the end."""
        until = time.monotonic() + self.seconds
        events = [(one.type, one.key, one.data, one.ce_id) for one in self.day.publications if one.data is not None]
        for at in range(0, len(events), BATCH):
            await asyncio.to_thread(door.take, events[at : at + BATCH])
            await asyncio.sleep(self.publishing * BATCH / len(events))
        while time.monotonic() < until and not stopped.is_set() and await asyncio.to_thread(_unfinished, database):
            await _until(stopped, _LOOK_SECONDS)
        stopped.set()


def ledger(file: Path) -> Database:
    """Give an empty ledger that knows SAJ's topics; nobody pulls the plug of this machine."""
    database = Database(f"sqlite:///{file}")
    event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    migrate(database, TRIBUNAL)
    places = {(topic, 0): cursors.Cursor(0, None) for topic in TOPICS[PROCESSOR]}
    with database.transaction() as connection:
        cursors.init(connection, PROCESSOR, places)
    return database


def _unfinished(database: Database) -> bool:
    unfinished = sa.select(document.c.document_id).where(document.c.state.not_in(list(TERMINAL))).limit(1)
    with database.reading() as connection:
        return connection.execute(unfinished).first() is not None


def _settled(registry: Hostile) -> Mapping[str, Any]:
    """Give the book once nothing that was accepted late is still to come."""
    registry.tell("moods", {"base": "calm"})
    # Whoever waits in silence is let go, so that what is left open is what takes effect later.
    registry.tell("link", {"mode": "up"})
    until = time.monotonic() + 60
    while time.monotonic() < until:
        book = registry.book()
        if all(request["ended_at"] is not None for request in book["requests"]):
            return book
        time.sleep(_LOOK_SECONDS)
    raise RuntimeError("the registry does not come to rest")


async def _again(act: Callable[[], object], seconds: float, stopped: asyncio.Event) -> None:
    while not stopped.is_set():
        await asyncio.to_thread(act)
        await asyncio.sleep(seconds)


async def _until(stopped: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)


async def _or_stop(work: Any, stopped: asyncio.Event) -> None:
    """Let the others stop where one of them fails."""
    try:
        await work
    except BaseException:
        stopped.set()
        raise
