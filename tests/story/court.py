"""A court's day in one process: SAJ's records, the ledger, sender and resolver, and the registry simulator behind HTTP.

Topics are lists, the ledger is a file, and time is moved by hand. The registry is the simulator, which shares no code with
the service and has an idea of its own of what may follow what.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

from bnmp.registry import Registry
from consumers.clock import Clock
from consumers.lanes import Task
from ledger import links
from ledger.tables import document, person
from operations.links import LinkTested, link_test
from rules.dossier import Link
from rules.facts import Answer
from rules.words import AnswerClass, LinkState, Step
from sandbox.bnmp.sessions import read_user
from sandbox.bnmp.simulator import Simulator
from sandbox.saj.documents import KindName, case_number
from sandbox.saj.people import User
from tests.flow.alone import Alone
from tests.ledger.office import PEOPLE, STAFF, Hand, Office, Said, paper

MOST = 400
SERVIDOR, MAGISTRADO = STAFF[0].servidor, STAFF[0].magistrado


class OnTime:
    """The registry room, which reads the machine's clock, with the hour of the story in its answers."""

    def __init__(self, registry: Registry, hand: Hand) -> None:
        self._registry, self._hand = registry, hand
        self.refuses: set[str] = set()

    async def ask(self, task: Task) -> Answer:
        """Do what a lane wants done; BNMP refuses the steps named in `refuses`, as `M-1 CREATE`."""
        if f"{task.document_id} {task.step}" in self.refuses:
            return Answer(AnswerClass.REFUSED, self._hand.now, task.step, "as the story has it")
        if task.doubt:
            answer = await self._registry.read_doubt(task.step, task.order, task.owned)
        elif task.seeks:
            answer = await self._registry.read_doubt(Step.CREATE, task.order, task.owned)
        else:
            answer = await self._registry.step(task.step, task.order)
        return replace(answer, at=self._hand.now)

    async def probe(self) -> Answer:
        """The clock's own question."""
        return replace(await self._registry.probe(), at=self._hand.now)


class Court:
    """One unit with its people; every method is something that somebody does, or reads."""

    def __init__(self, office: Office, hand: Hand, registry: Registry, simulator: Simulator) -> None:
        """`hand` moves the ledger's time; the simulator's goes along."""
        self.office, self.simulator = office, simulator
        self._hand, self._registry = hand, OnTime(registry, hand)
        self._credentials = registry._settings.credentials
        self.refuses = self._registry.refuses
        simulator.world.clock.offset = hand.now - simulator.world.clock.now()
        self._benches = {
            opened: Alone(office.database, office.deployment, f"life-{opened}", registry.can_sign, contingency=opened)
            for opened in (False, True)
        }
        self._clock = Clock(office.database, office.deployment, cast(Registry, self._registry), "clock")
        self.order: list[str] = []

    async def issue(self, kind: KindName, document_id: str, *names: str, person: int = 0, **changes: Any) -> None:
        """SAJ issues a document of an invented person, and everybody works until nothing moves."""
        self.publish(kind, document_id, *names, person=person, **changes)
        await self.work()

    def publish(self, kind: KindName, document_id: str, *names: str, person: int = 0, **changes: Any) -> None:
        """SAJ issues a document; nobody has worked on it yet."""
        self.office.issue(paper(kind, document_id, *names, person=person, **changes))

    async def command(self, type_: str, role: str = "MAGISTRADO", **asked: Any) -> str:
        """Somebody gives a command; what was answered."""
        self.office.take(self.office.command(type_, role, **asked))
        await self.work()
        return self.office.answers()[-1][1]

    async def withdraw(self, document_id: str, **changes: Any) -> str:
        """SAJ takes a document back; what was answered."""
        self.office.take(self.office.withdrawn(document_id, **changes))
        await self.work()
        return self.office.answers()[-1][1]

    async def recorded(self, code: int, on: date, person: int = 0, **more: Any) -> None:
        """The history of parties of SAJ gets an event."""
        self.office.take(self.office.custody(f"e-{code}", code, on, person, **more))
        await self.work()

    async def says(self, document_id: str, answer: str) -> None:
        """The user answers the warning screen."""
        self.office.take(self.office.answer(document_id, answer))
        await self.work()

    async def cut(self) -> None:
        """BNMP is not there any more; who asks it finds out."""
        await self.simulator._link.set("refuse")

    async def away(self) -> None:
        """BNMP is not there any more, and the clock's probes have failed until the link is DOWN."""
        await self.cut()
        for _ in range(MOST):
            self.later(3)
            await self._clock._tick()
            if self.link() is LinkState.DOWN:
                return
            if self.link() is LinkState.UP:
                await self.command("link.tested", "SERVIDOR", user=SERVIDOR.user, client="ERROR", app_server="ERROR")
        raise AssertionError("nobody sees that BNMP is away")

    async def there(self) -> None:
        """BNMP is there; nobody has looked yet."""
        await self.simulator._link.set("up")

    async def once(self) -> None:
        """Clock, sender and resolver each look once."""
        await self._clock._tick()
        await self._lanes()

    async def tick(self) -> None:
        """The clock looks once, and nobody else."""
        await self._clock._tick()

    async def back(self) -> None:
        """BNMP is there again, and the clock sees it."""
        await self.simulator._link.set("up")
        for _ in range(MOST):
            if self.link() is LinkState.UP:
                break
            self.later(3)
            await self._clock._tick()
        await self.work()

    async def test(self, user: str | None = None) -> LinkTested:
        """Somebody types `link test`, for a user or for nobody in particular."""
        return link_test(self.office.database, await self._registry.probe(), 100, user)

    def moods(self, **wishes: float) -> None:
        """The registry changes some of its moods."""
        self.simulator.world.moods = self.simulator.world.moods.changed(wishes)

    def forbid(self, user: User) -> None:
        """The registry lets a user log in, and neither create nor sign."""
        self._access(user, denied=True)

    def allow(self, user: User) -> None:
        """The access is given again."""
        self._access(user, denied=False)

    def _access(self, user: User, *, denied: bool) -> None:
        row = user.as_registry_user() | {"denied_units": list(user.units) if denied else []}
        self.simulator.world.sessions.put(read_user(row))

    def lend(self, user: str, owner: User) -> None:
        """Another user of the unit has credentials, which the registry knows as this one's."""
        file = self._credentials / f"{owner.user}.json"
        (self._credentials / f"{user}.json").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")

    def link(self) -> LinkState:
        """What the ledger knows of the link."""
        return self._link().state

    def _link(self) -> Link:
        with self.office.database.reading() as connection:
            return links.load_link(connection)

    def later(self, seconds: float) -> None:
        """Time goes by, here and at the registry."""
        self._hand.later(seconds)
        self.simulator.world.clock.advance(seconds)

    async def wait(self, seconds: float) -> None:
        """Time goes by, and everybody does what falls due."""
        self.later(seconds)
        await self.work()

    async def work(self) -> None:
        """Sender, resolver and clock go on until nothing moves; what falls due within a minute is waited for."""
        for _ in range(MOST):
            await self._clock._tick()
            if not await self._lanes() and not self._jump():
                return
        raise AssertionError("no rest")

    async def _lanes(self) -> bool:
        moved = False
        for opened, bench in self._benches.items():
            if opened and self._link().blocked:
                continue
            for number in [row["person"] for row in self.office.rows(person)]:
                lane = bench.open(number)
                if lane is None:
                    continue
                task = bench.advance(lane, None, None)
                while task is not None:
                    moved = True
                    self.order.append(f"{task.document_id} {task.step}")
                    task = bench.advance(lane, task, await self._registry.ask(task))
                bench.close(lane)
        return moved

    def _jump(self) -> bool:
        near = self._hand.now + timedelta(seconds=60)
        due = [row["due_at"] for row in self.office.rows(document) if row["due_at"] is not None]
        ahead = [at for at in due if self._hand.now <= at <= near]
        if not ahead:
            return False
        self.later((min(ahead) - self._hand.now).total_seconds() + 0.001)
        return True

    def standing(self, document_id: str) -> tuple[str | None, str | None]:
        """State and reason of a document in the ledger."""
        return self.office.standing(document_id)

    def missing(self, document_id: str) -> list[str]:
        """What a document is told to lack."""
        return list(self.office.row(document_id)["missing"])

    def piece(self, document_id: str) -> Mapping[str, Any] | None:
        """The piece of a document in the registry's own book."""
        number = self.office.row(document_id)["bnmp_id"]
        found = [one for one in self.simulator.book["documents"] if str(one["id"]) == str(number)]
        return found[0] if found else None

    def status(self, document_id: str) -> str | None:
        """The status of a document in the registry's own book."""
        found = self.piece(document_id)
        return found["status"] if found else None

    def situation(self, person: int = 0) -> str | None:
        """The registry's status of an invented person; None where it has nobody of the name."""
        found = [one for one in self.simulator.book["persons"] if one["nome"] == PEOPLE[person].nome]
        return found[0]["status"] if found else None

    def case(self, person: int = 0) -> str:
        """The number of an invented person's case."""
        return case_number(100 + person, 2026)

    def told(self, type_: str, document_id: str | None = None) -> list[Said]:
        """What was said to SAJ under an event type, about one document or any."""
        said = [one for one in self.office.said() if one.type == type_]
        return [one for one in said if document_id is None or one.data.get("document_id") == document_id]

    def requests(self, part: str) -> list[Mapping[str, Any]]:
        """The requests in the registry's book whose path holds `part`."""
        return [one for one in self.simulator.book["requests"] if part in one["path"]]
