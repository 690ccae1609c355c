"""A world in one process: lists for topics, a clock that is moved, lanes that die between any two transactions."""

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from bnmp.registry import Registry
from consumers.clock import Clock
from consumers.intake import Intake
from consumers.lanes import Lane, Task
from ledger import due, links, outbox
from ledger.tables import document, history, link, person
from rules.facts import Answer
from rules.kinds import is_liberty
from rules.queue import is_finished
from rules.words import AnswerClass, State, Step
from schemas.record import RawRecord
from tests.flow.alone import Alone, LostError
from tests.flow.book import Book
from tests.flow.plan import MANDADOS, Plan
from tests.ledger.office import Office, Said, opened

QUEUES = {"bnmp.dispatch": False, "bnmp.contingency": True}
ROUNDS = 500


@dataclass(slots=True)
class Run:
    """A lane at work: the request it is to make, and the answer it has in hand."""

    bench: Alone
    lane: Lane
    until: datetime
    task: Task | None = None
    answer: Answer | None = None


class World:
    """Everybody between SAJ and the registry; `act` does one thing at random, `settle` lets all come to rest."""

    def __init__(self, office: Office, plan: Plan, chance: random.Random, loop: asyncio.AbstractEventLoop) -> None:
        self.office, self.plan, self.chance, self.loop = office, plan, chance, loop
        self.book = Book(office.hand, chance, plan.refused)
        # Chance of their own: what they ask must not change what else comes about.
        self.operators = random.Random(17)
        self.lives = 0
        self.benches = {contingency: self._bench(contingency=contingency) for contingency in (False, True)}
        self.clock = Clock(office.database, office.deployment, cast(Registry, self.book), "clock")
        self.replayer = Intake(office.database, office.deployment, "saj-bnmp.replay")
        self.waiting = list(plan.papers)
        self.published: list[RawRecord] = []
        self.queues: dict[str, dict[str, Said]] = {topic: {} for topic in QUEUES}
        self.outcomes: dict[str, Said] = {}
        self.runs: list[Run] = []
        self.late: list[Run] = []
        self.wrongs = self.book.wrongs

    def act(self) -> None:
        """One thing that may happen next."""
        deeds: dict[Any, int] = {
            self.deliver: 3,
            self.relay: 5,
            self.start: 6,
            self.work: 24,
            self.tick: 3,
            self.crash: 1,
            self.speak_late: 1,
            self.cut: 2,
            self.replay: 1,
            self.wait: 4,
        }
        self.chance.choices(list(deeds), list(deeds.values()))[0]()

    def deliver(self, most: int = 3) -> None:
        """SAJ's next records arrive in one batch, some of them twice."""
        count = self.chance.randint(1, most)
        batch: list[RawRecord] = []
        for data in self.waiting[:count]:
            again = self.chance.random() < (0 if self.book.calm else 0.2)
            ce_id = f"e-{len(self.published)}-{len(batch)}"
            ids = [ce_id, self.chance.choice([ce_id, None])][: 2 if again else 1]
            batch += [data(self.office, ce_id=one, partition=self.chance.randrange(3)) for one in ids]
        del self.waiting[:count]
        if not self.book.calm and self.operators.random() < 0.3:
            # Now and then an operator wants another try, also of what has not come yet.
            wanted = self.operators.choice(self.plan.documents).document_id
            batch.append(self.office.command("document.retry-requested", "OPERADOR", document_id=wanted))
        self.published += batch
        self.office.take(*batch)

    def replay(self) -> None:
        """Somebody takes a slice of what was published once more; nothing may come of it."""
        if not self.published:
            return
        before = self.office.dump()
        start = self.chance.randrange(len(self.published))
        self.replayer.take(self.published[start : start + 5], gaps=False)
        self._must(self.office.dump() == before, "a replay changed something")

    def relay(self, *, crash: bool = True) -> None:
        """Rows of the outbox reach their topics; a relay that dies before it deletes says them again."""
        with self.office.database.reading() as connection:
            rows = outbox.waiting(connection, 0, 1000)
        for _, _, record in rows:
            if record.topic != "bnmp.dead-letter":
                self._hear(opened(record))
        if crash and not self.book.calm and self.chance.random() < 0.2:
            return
        with self.office.database.transaction() as connection:
            outbox.delete(connection, [number for number, _, _ in rows])

    def _hear(self, said: Said) -> None:
        if said.topic in QUEUES:
            self.queues[said.topic][said.ce_id] = said
        elif said.ce_id not in self.outcomes:
            self.outcomes[said.ce_id] = said
            if said.type == "bnmp.document.contingency-offered.v1":
                document_id = said.data["document_id"]
                given = self.plan.answers.get(document_id)
                if given is not None:
                    at = self.office.hand()
                    self.waiting.insert(0, lambda office, **more: office.answer(document_id, given, at=at, **more))

    def start(self) -> None:
        """A sender or a resolver opens a lane for somebody of whom it has read a record."""
        contingency = self.chance.random() < 0.4
        people = self.unfinished(contingency=contingency)
        if people:
            self._open(self.chance.choice(people), contingency=contingency)

    def _open(self, number: int, *, contingency: bool) -> Run | None:
        with self.office.database.reading() as connection:
            if contingency and links.load_link(connection).blocked:
                return None
        bench = self.benches[contingency]
        lane = bench.open(number)
        if lane is None:
            return None
        run = Run(bench, lane, self._until())
        self.runs.append(run)
        return run

    def work(self) -> None:
        """A lane goes one step further: a transaction or a request, never both."""
        if self.runs:
            self._work(self.chance.choice(self.runs))

    def _work(self, run: Run) -> None:
        if run.task is not None and run.answer is None:
            windows = self.office.deployment.windows
            left = (run.until - self.office.hand()).total_seconds()
            if left > 5 + windows.attempt:
                run.answer = self.book.ask(run.task)
            else:
                run.answer = Answer(AnswerClass.THROTTLED, self.office.hand(), run.task.step, retry_after=0.1)
            return
        try:
            run.task = run.bench.advance(run.lane, run.task, run.answer)
        except LostError:
            run.task = None
        else:
            run.answer, run.until = None, self._until()
            if run.task is not None and run.task.step is Step.SIGN_MAGISTRADO and not run.task.doubt:
                self._last_look(run.task.document_id)
        if run.task is None:
            run.bench.close(run.lane)
            self.runs.remove(run)

    def crash(self) -> None:
        """A lane's process is gone; one that was only suspended speaks later, with the answer it has in hand."""
        if not self.runs:
            return
        run = self.runs.pop(self.chance.randrange(len(self.runs)))
        if run.answer is not None:
            self.late.append(run)
        self.benches[run.bench.contingency] = self._bench(contingency=run.bench.contingency)

    def speak_late(self) -> None:
        """What was suspended goes on as if nothing had happened."""
        if self.late:
            self.runs.append(self.late.pop(0))

    def tick(self) -> None:
        """The clock looks at what has come due, and probes."""
        self.loop.run_until_complete(self.clock._tick())

    def cut(self) -> None:
        """The link goes, or comes back."""
        self.book.cut = self.chance.random() < 0.5

    def wait(self) -> None:
        """Time goes by."""
        self.office.hand.later(self.chance.choice([0.2, 1, 3, 10, 40]))

    def settle(self) -> None:
        """No more faults: everybody goes on until nothing is left that time or work could move."""
        self.book.calm, self.book.cut = True, False
        self.late.clear()
        for _ in range(ROUNDS):
            before = self._standing()
            self._round()
            if self._standing() == before and not self._jump():
                return
        self.wrongs.append("no rest")

    def _standing(self) -> tuple[int, int, list[Any]]:
        return len(self.office.rows(history)), len(self.waiting), self.office.rows(link)

    def _round(self) -> None:
        while self.runs:
            self._work(self.runs[0])
        while self.waiting:
            self.deliver(10)
        self.relay()
        self.tick()
        for contingency in (False, True):
            for number in self.unfinished(contingency=contingency):
                run = self._open(number, contingency=contingency)
                while run is not None and run in self.runs:
                    self._work(run)
        self.relay()

    def _jump(self) -> bool:
        """Let time go by until the next thing that it brings."""
        now, windows = self.office.hand(), self.office.deployment.windows
        held = timedelta(seconds=windows.answer)
        # What BNMP does not have it is asked for again and again, and that moves nothing.
        rows = [row for row in self.office.rows(document) if row["due_fact"] != "LOOK_UP" or not row["found"]]
        instants = [row["due_at"] for row in rows]
        instants += [row["until"] + held for row in self.office.rows(person) if row["until"]]
        with self.office.database.reading() as connection:
            instants.append(links.load_link(connection).probe_at)
        ahead = [instant for instant in instants if instant is not None and instant >= now]
        if not ahead:
            return False
        self.office.hand.now = min(ahead) + timedelta(milliseconds=1)
        return True

    def unfinished(self, *, contingency: bool) -> list[int]:
        """Persons of whom a queue holds a record that asks something of its reader."""
        topic = next(topic for topic, role in QUEUES.items() if role is contingency)
        asked = [said.data for said in self.queues[topic].values()]
        with self.office.database.reading() as connection:
            known = due.standings(connection, {data["document_id"] for data in asked})
        return sorted(
            {
                data["person"]
                for data in asked
                if not is_finished(data["turn"], known.get(data["document_id"]), contingency=contingency)
            }
        )

    def _last_look(self, document_id: str) -> None:
        """A mandado is about to take effect: every release that reaches it must be about to go as well."""
        if self.plan.kind_of(document_id) not in MANDADOS:
            return
        rows = {row["document_id"]: row for row in self.office.rows(document)}
        for liberty in self.plan.reaching(document_id):
            row = rows.get(liberty)
            if row is None or row["state"] == State.REGISTERED:
                continue
            links_of = [rows.get(one) for one in self.plan.chain_of(liberty)]
            whole = all(one is not None and one["state"] != State.HELD for one in links_of)
            self._must(whole and is_liberty(row["kind"]), f"{document_id} goes alone, {liberty} is {row['state']}")

    def _bench(self, *, contingency: bool) -> Alone:
        self.lives += 1
        return Alone(
            self.office.database,
            self.office.deployment,
            f"life-{self.lives}",
            lambda *_: True,
            contingency=contingency,
        )

    def _until(self) -> datetime:
        return self.office.hand() + timedelta(seconds=self.office.deployment.windows.lease())

    def _must(self, holds: bool, wrong: str) -> None:  # noqa: FBT001 (a condition)
        if not holds:
            self.wrongs.append(wrong)
