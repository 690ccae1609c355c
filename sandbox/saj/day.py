"""A court's day: all that is published, phase by phase, and how every document of it must end."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from sandbox.saj import history
from sandbox.saj.documents import CAUSAL, KINDS, TRIBUNAL, TYPE, Case, KindName, case_number, document
from sandbox.saj.people import Invented, Staff, User, invent_people, invent_staff, write_credentials
from sandbox.saj.scenarios import SCENARIOS, STANDS_ON, Phase, Scenario, Step, registry_status

ZONE = ZoneInfo("America/Campo_Grande")
"""The legal time zone of the court, in which its documents are dated."""

_SHARED_BY = 60
# In a larger court not everybody has as many papers: two more persons in three bring stories of their own.
_EVERYBODY = 100


class Identity(NamedTuple):
    """What tells a piece from all others in the registry: case (20 digits), type id, person, date dd/MM/yyyy."""

    case: str
    type_id: int
    person: str
    date: str


@dataclass(frozen=True, slots=True)
class Expected:
    """How a document must end, and what must have happened to it on the way.

    `contingency`: opened under contingency and resolved. `waited_for_link`: held as WAITING_LINK. `answer` is what
    `answered_by` of `unit` says when asked; None: nobody expects the question. `key` is the person's. `status` is the
    registry's own word for what a registered document is in the end; `antecedents` are those that it names.
    """

    document_id: str
    phase: Phase
    scenario: str
    state: str
    contingency: bool
    waited_for_link: bool
    answer: str | None
    answered_by: str
    unit: str
    key: str
    antecedents: tuple[str, ...]
    identity: Identity
    status: str


@dataclass(frozen=True, slots=True)
class Publication:
    """One record to publish in its phase: `data` of `type` in an envelope, or the bytes `raw`; no `ce_id`, no envelope."""

    phase: Phase
    key: str
    ce_id: str | None
    data: Mapping[str, Any] | None = None
    raw: bytes | None = None
    type: str = TYPE


@dataclass(frozen=True, slots=True)
class Totals:
    """What the sums over the whole day must be. The answers are not among the events published."""

    events_published: int
    documents: int
    custody_events: int
    duplicates: int
    registered: int
    rejected: int
    excluded: int
    contingency_opened: int
    contingency_resolved: int
    certificates: int
    waited_for_link: int
    answers: int
    dead_letters: int


@dataclass(frozen=True, slots=True)
class Day:
    """A planned day, the same for the same seed, number of people and instant. Made by `Day.plan`."""

    seed: int
    planned_at: datetime
    publications: tuple[Publication, ...]
    documents: Mapping[str, Expected]
    users: tuple[User, ...]

    @classmethod
    def plan(cls, persons: int = 60, seed: int = 7, now: datetime | None = None) -> Self:
        """Plan a day with documents about `persons` invented people, and two unreadable records about two others.

        The documents are dated `now` (zoned; by default the clock's), in the court's zone. Two days of one seed in the
        same year issue the same documents: take another seed for another day. Raises `ValueError` without a person.
        """
        if persons < 1:
            raise ValueError("a day needs a person")
        at = (now or datetime.now(UTC)).astimezone(ZONE).replace(microsecond=0)
        return cls(seed, at, *_Planner(persons, seed, at).draw())

    @classmethod
    def of(cls, stories: Sequence[Scenario], seed: int = 7, now: datetime | None = None) -> Self:
        """Plan a day of these stories alone, each about an invented person of its own; otherwise as `plan`."""
        at = (now or datetime.now(UTC)).astimezone(ZONE).replace(microsecond=0)
        return cls(seed, at, *_Planner(len(stories), seed, at).draw_only(stories))

    @property
    def expected(self) -> Totals:
        """The totals, counted from the plan."""
        documents = self.documents.values()
        ends = [document.state for document in documents]
        opened = sum(document.contingency for document in documents)
        dead = sum(publication.data is None for publication in self.publications)
        custody = sum(publication.type == history.TYPE for publication in self.publications)
        return Totals(
            events_published=len(self.publications),
            documents=len(documents),
            custody_events=custody,
            duplicates=len(self.publications) - dead - custody - len(documents),
            registered=ends.count("REGISTERED"),
            rejected=ends.count("REJECTED"),
            excluded=ends.count("EXCLUDED"),
            contingency_opened=opened,
            contingency_resolved=opened,
            certificates=opened,
            waited_for_link=sum(document.waited_for_link for document in documents),
            answers=sum(document.answer is not None for document in documents),
            dead_letters=dead,
        )

    def published_in(self, phase: Phase) -> tuple[Publication, ...]:
        """Give what is published in a phase, in order."""
        return tuple(publication for publication in self.publications if publication.phase is phase)

    def documents_of(self, *phases: Phase) -> tuple[Expected, ...]:
        """Give the documents that are first published in these phases."""
        return tuple(document for document in self.documents.values() if document.phase in phases)

    def write_credentials(self, folder: Path) -> None:
        """Write each user's registry credentials into `folder`, as `<user>.json`."""
        write_credentials(self.users, folder)


_Drawn = tuple[tuple[Publication, ...], dict[str, Expected], tuple[User, ...]]


class _Planner:
    """Draws a day; everything that is left to chance is drawn from one generator, in one order."""

    def __init__(self, persons: int, seed: int, at: datetime) -> None:
        self._persons, self._seed, self._at = persons, seed, at
        self._chance = random.Random(seed)  # noqa: S311 - a repeatable day, no secret
        self._staff = invent_staff()
        self._cases = self._numbers = self._events = 0
        self._documents: dict[str, Expected] = {}
        self._queues: dict[Phase, list[list[Publication]]] = {phase: [] for phase in Phase}

    def draw(self) -> _Drawn:
        """Give publications, documents and users."""
        *people, unlucky, luckless = invent_people(self._persons + 2, self._seed)
        self._chance.shuffle(people)
        deck = self._deck()
        alone = [scenario for scenario in deck if scenario.alone]
        # A day of very few people cannot give each of those stories a person of their own.
        apart, shared = (people[: len(alone)], people[len(alone) :]) if len(alone) < len(people) else (people, people)
        for stories, persons in ((alone, apart), ([s for s in deck if not s.alone], shared)):
            for index, scenario in enumerate(stories):
                self._tell(scenario, self._open_case(persons[index % len(persons)], scenario))
        self._queues[Phase.EVENING] += [[self._not_json(unlucky)], [self._without_envelope(luckless)]]
        return self._drawn()

    def draw_only(self, stories: Sequence[Scenario]) -> _Drawn:
        """Give publications, documents and users of these stories, in this order of persons."""
        for scenario, person in zip(stories, invent_people(self._persons, self._seed), strict=True):
            self._tell(scenario, self._open_case(person, scenario))
        return self._drawn()

    def _drawn(self) -> _Drawn:
        published = tuple(one for phase in Phase for one in self._mixed(self._queues[phase]))
        users = tuple(user for staff in self._staff for user in (staff.servidor, staff.magistrado))
        return published, self._documents, users

    def _deck(self) -> list[Scenario]:
        busy = min(self._persons, _EVERYBODY) + max(0, self._persons - _EVERYBODY) * 2 / 3
        deck = [
            scenario
            for scenario in SCENARIOS
            for _ in range(1 if scenario.once else max(1, round(scenario.share * busy / _SHARED_BY)))
        ]
        self._chance.shuffle(deck)
        return deck

    def _open_case(self, person: Invented, scenario: Scenario | None = None) -> Case:
        self._cases += 1
        number = case_number(self._seed * 10_007 + self._cases, self._at.year)
        staff: Staff = self._chance.choice(self._staff)
        if scenario is None:
            return Case(number, person, staff)
        return Case(number, person, staff, scenario.owner_system, scenario.institutional)

    def _tell(self, scenario: Scenario, case: Case) -> None:
        """Plan the publications of one story, and note how its documents must end."""
        ids = {step.kind: self._document_id() for step in scenario.steps if step.again is None}
        first: dict[KindName, Publication] = {}
        queues: dict[Phase, list[Publication]] = {}
        for step in scenario.steps:
            if step.again is None:
                first[step.kind] = self._issue(step, case, ids)
                self._expect(step, scenario, case, ids)
            ce_id = self._ce_id() if step.again == "NEW_EVENT" else first[step.kind].ce_id
            queue = queues.setdefault(step.phase, [])
            queue.append(replace(first[step.kind], phase=step.phase, ce_id=ce_id))
            code = history.code_of(step.kind, frozenset(ids), alone=scenario.alone)
            if code is not None and step.again is None:
                queue.append(self._history(step, case, code))
        for phase, queue in queues.items():
            self._queues[phase].append(queue)

    def _issue(self, step: Step, case: Case, ids: Mapping[KindName, str]) -> Publication:
        data = document(
            step.kind,
            case,
            document_id=ids[step.kind],
            antecedents=_named(step, ids),
            issued_at=self._issued_at(step.kind),
        )
        return Publication(step.phase, _key(case.person), self._ce_id(), data)

    def _history(self, step: Step, case: Case, code: int) -> Publication:
        number = self._ce_id()
        data = history.custody(code, case, event_id=f"hp-{number}", at=self._issued_at(step.kind))
        return Publication(step.phase, _key(case.person), number, data, type=history.TYPE)

    def _expect(self, step: Step, scenario: Scenario, case: Case, ids: Mapping[KindName, str]) -> None:
        document_id = ids[step.kind]
        dated = self._issued_at(step.kind).strftime("%d/%m/%Y")
        self._documents[document_id] = Expected(
            document_id=document_id,
            phase=step.phase,
            scenario=scenario.name,
            state=scenario.ends,
            contingency=step.answer == "SIM",
            waited_for_link=step.waits,
            answer=step.answer,
            answered_by=case.staff.servidor.user,
            unit=case.staff.unit.code,
            key=_key(case.person),
            antecedents=_named(step, ids),
            status=registry_status(step.kind, ids),
            identity=Identity(case.digits, KINDS[step.kind].peca, case.person.nome, dated),
        )

    def _issued_at(self, kind: KindName) -> datetime:
        """Give the instant of issue, before the plan's: seconds apart, in the order of the case."""
        return self._at - timedelta(seconds=10 * (len(CAUSAL) - CAUSAL.index(kind)))

    def _not_json(self, person: Invented) -> Publication:
        return Publication(Phase.EVENING, _key(person), self._ce_id(), raw=b'{"document_id": ')

    def _without_envelope(self, person: Invented) -> Publication:
        case, number, at = self._open_case(person), self._document_id(), self._issued_at("MANDADO")
        data = document("MANDADO", case, document_id=number, antecedents=(), issued_at=at)
        return Publication(Phase.EVENING, _key(person), None, raw=json.dumps(data, ensure_ascii=False).encode())

    def _mixed(self, queues: list[list[Publication]]) -> Iterator[Publication]:
        """Give the publications of many stories mixed, each story's own in their order."""
        turns = [index for index, queue in enumerate(queues) for _ in queue]
        self._chance.shuffle(turns)
        waiting = [iter(queue) for queue in queues]
        return (next(waiting[index]) for index in turns)

    def _document_id(self) -> str:
        self._numbers += 1
        return f"{TRIBUNAL}-{self._at.year}-{self._seed}{self._numbers:05d}"

    def _ce_id(self) -> str:
        self._events += 1
        return f"{self._seed}-{self._events:05d}"


def _named(step: Step, ids: Mapping[KindName, str]) -> tuple[str, ...]:
    """What a document names of the case: the only one that it may stand on."""
    return tuple(ids[kind] for kind in STANDS_ON.get(step.kind, ()) if kind in ids) if step.named else ()


def _key(person: Invented) -> str:
    return f"{TRIBUNAL}:{person.party_id}"
