"""A role that kills itself with -9 at named points: `python -m tests.system.killing ROLE FOLDER [[stop/]POINT[:NTH]...]`.

Each life dies at the first point at which no life before it died, whichever replica's it was, when it comes there for the
nth time; after the last one it is the ordinary role. A journal in the folder gets a line for each life's first work and
for each death. Every second replica takes the points from the end. At `stop/POINT` it only suspends itself; whoever continues it finds its id
in the journal. Nothing of this is in the product: its seams are wrapped from outside.
"""

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer

from bnmp.answers import What
from bnmp.persons import CREATE_OP
from bnmp.wire import Wire
from consumers import backlog, clock
from consumers.faust_consumer import LedgerConsumer, LedgerThread
from consumers.lanes import Lane
from consumers.workbench import Workbench
from ledger import outbox
from ledger.engine import Connection, Database
from ledger.record import Recorder
from producers import relay
from runtime import settings
from runtime.leash import hold_on_to_parent
from runtime.logs import configure
from runtime.roles import run

# A clock that was killed is followed when its lease ran out; a test need not wait as long as a court.
CLOCK_LEASE_SECONDS = 3.0


class Fate:
    """At which points this process dies or is suspended."""

    def __init__(self, role: str, journal: Path, points: Sequence[str]) -> None:
        self._role, self._journal = role, journal
        met = self._met()
        self._coming = [each for each in points if _split(each)[1] not in met]
        self._times: Counter[str] = Counter()
        self._worked = False
        self._lock = threading.Lock()
        # Held in a transaction: a suspended process must not keep everybody from the database.
        self.quiet = threading.Lock()

    def reach(self, point: str, hand: Iterable[object]) -> None:
        """Come to a point with this work in hand; without any it is no point."""
        held = [str(one) for one in hand]
        if not held:
            return
        with self._lock:
            if not self._worked:
                self._worked = True
                self._note("work", point, held)
            self._times[point] += 1
            how, wanted, nth = _split(self._coming[0]) if self._coming else ("", "", 1)
            if point != wanted or self._times[point] < nth:
                return
            del self._coming[0]
            self._times.clear()
            if point in self._met():
                # Another replica's life ended here since this one began.
                return
            if how == "stop":
                with self.quiet:
                    self._note("stop", point, held)
                    os.kill(os.getpid(), signal.SIGSTOP)
            else:
                self._note("death", point, held)
                os.kill(os.getpid(), signal.SIGKILL)

    def _met(self) -> set[str]:
        """The points at which lives of this role ended so far."""
        journals = self._journal.parent.glob(f"{self._role}.*.journal")
        # What another replica is just writing has no end yet.
        lines = [json.loads(line) for journal in journals for line in journal.read_text().split("\n")[:-1]]
        return {line["point"] for line in lines if line["what"] != "work"}

    def _note(self, what: str, point: str, hand: list[str]) -> None:
        line = {"what": what, "role": self._role, "point": point, "at": time.time(), "hand": hand, "pid": os.getpid()}
        with self._journal.open("a") as journal:
            journal.write(json.dumps(line) + "\n")


def _split(named: str) -> tuple[str, str, int]:
    """`stop/POINT:NTH` as how, where, and at which coming there."""
    how, _, rest = named.rpartition("/")
    point, _, nth = rest.partition(":")
    return how, point, int(nth or 1)


def wrap_transactions(fate: Fate) -> None:
    """A transaction that decides, or that deletes what was published, before its first write and around its commit."""
    transaction, load, delete = Database.transaction, Recorder._load, outbox.delete
    here = threading.local()

    @contextmanager
    def watched(self: Database) -> Iterator[Connection]:
        here.hand = []
        with fate.quiet, transaction(self) as connection:
            yield connection
            hand = list(here.hand)
            fate.reach("before-commit", hand)
        fate.reach("after-commit", hand)

    def loading(self: Recorder, bound: Iterable[tuple[int, int]], numbers: Sequence[int]) -> None:
        fate.reach("before-write", numbers)
        load(self, bound, numbers)
        here.hand += numbers

    def deleting(connection: Connection, ids: list[int]) -> None:
        fate.reach("published", ids)
        delete(connection, ids)
        here.hand += ids

    Database.transaction = watched  # type: ignore[method-assign]
    Recorder._load = loading  # type: ignore[method-assign]
    relay.delete = deleting  # type: ignore[attr-defined]  # the name under which the relay knows it


def wrap_requests(fate: Fate) -> None:
    """A request to the registry, before its claim is looked at, before it is sent and after its answer came.

    The creation of a person or a piece and a signature have their own names, every other request is a reading.
    """
    exchange, may_send = Wire.exchange, Workbench.may_send

    def looking(self: Workbench, lane: Lane) -> bool:
        fate.reach("before-claim-check", [lane.person])
        return may_send(self, lane)

    async def watched(self: Wire, ask: Any, deadline: float) -> Any:
        named = "reading"
        if ask.what is What.WRITE:
            named = "signature" if ask.method == "GET" else "person" if ask.op == CREATE_OP else "creation"
        fate.reach(f"before-{named}", [ask.op])
        done = await exchange(self, ask, deadline)
        fate.reach(f"after-{named}", [ask.op])
        return done

    Wire.exchange = watched  # type: ignore[method-assign]
    Workbench.may_send = looking  # type: ignore[method-assign]


def wrap_publishing(fate: Fate) -> None:
    """A row that the relay handed to its client, before the broker has answered."""
    produce = relay.Relay._produce

    def watched(self: relay.Relay, number: int, *rest: Any) -> None:
        produce(self, number, *rest)
        fate.reach("handed-over", [number])

    relay.Relay._produce = watched  # type: ignore[method-assign,assignment]


def wrap_acknowledging(fate: Fate) -> None:
    """What the ledger has committed, before Kafka hears of it and after."""
    mark_taken = LedgerConsumer.mark_taken
    commit: Callable[..., Awaitable[bool]] = LedgerThread.commit

    def marking(self: LedgerConsumer, offsets: Any) -> None:
        fate.reach("before-acknowledgement", offsets)
        mark_taken(self, offsets)

    async def committing(self: LedgerThread, offsets: Any) -> bool:
        done = await commit(self, offsets)
        fate.reach("after-acknowledgement", offsets)
        return done

    class Committing(Consumer):  # type: ignore[misc]  # the client is untyped
        def commit(self, **arguments: Any) -> Any:
            moved = [place for place in arguments["offsets"] if place.offset > 0]
            fate.reach("before-acknowledgement", moved)
            done = super().commit(**arguments)
            fate.reach("after-acknowledgement", moved)
            return done

    LedgerConsumer.mark_taken = marking  # type: ignore[method-assign]
    LedgerThread.commit = committing
    backlog.Consumer = Committing  # type: ignore[attr-defined]  # likewise


def main(role: str, folder: str, *points: str) -> int:
    """Run the role until its fate."""
    hold_on_to_parent()
    env = settings.environment()
    mine = points[::-1] if env.instance_id.endswith("2") else points
    fate = Fate(role, Path(folder) / f"{role}.{env.instance_id}.journal", mine)
    for wrap in (wrap_transactions, wrap_requests, wrap_publishing, wrap_acknowledging):
        wrap(fate)
    clock.LEASE_SECONDS = CLOCK_LEASE_SECONDS
    return run(role, env, configure(env.log_format, role))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
