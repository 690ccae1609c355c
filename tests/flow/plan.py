"""Plans: the papers of a few invented persons, in any order, and what their users will answer."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.saj.documents import KINDS, KindName, case_number
from schemas.record import RawRecord
from tests.ledger.office import Office, paper

Paper = Callable[..., RawRecord]

# What is issued about one warrant, and whether all that it stands on is there.
SCENARIOS: tuple[tuple[tuple[KindName, ...], bool], ...] = (
    (("MANDADO",), True),
    (("MANDADO", "CONTRAMANDADO"), True),
    (("MANDADO", "CERTIDAO"), True),
    (("MANDADO", "CERTIDAO", "ALVARA"), True),
    (("CONTRAMANDADO",), False),
    (("CERTIDAO", "ALVARA"), False),
    (("MANDADO", "ALVARA"), False),
)
_WEIGHTS = (2, 4, 3, 5, 1, 1, 2)


@dataclass(frozen=True, slots=True)
class Planned:
    """A document to come: its person, its kind, the warrant it is about."""

    document_id: str
    person: int
    kind: KindName
    warrant: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What SAJ will publish and answer, and which documents the registry refuses."""

    documents: tuple[Planned, ...]
    papers: tuple[Paper, ...]
    answers: dict[str, str]
    refused: frozenset[str]
    unread: frozenset[int]

    def kind_of(self, document_id: str) -> str:
        """The kind in the contract's word."""
        return KINDS[self._of(document_id).kind].word

    def reaching(self, warrant: str) -> list[str]:
        """The releases of a warrant."""
        return [d.document_id for d in self.documents if d.warrant == warrant and d.kind in ("ALVARA", "CONTRAMANDADO")]

    def chain_of(self, liberty: str) -> list[str]:
        """What a release stands on, itself included."""
        one = self._of(liberty)
        kinds: tuple[KindName, ...] = (
            ("MANDADO", "CERTIDAO", "ALVARA") if one.kind == "ALVARA" else ("MANDADO", "CONTRAMANDADO")
        )
        known = {d.kind: d.document_id for d in self.documents if d.warrant == one.warrant}
        return [known.get(kind, "nothing") for kind in kinds]

    def must_end(self) -> list[Planned]:
        """Documents that nothing but time stands before."""
        spoilt = {self._of(refused).warrant for refused in self.refused}
        spoilt |= {d.warrant for d in self.documents if d.person in self.unread}
        return [d for d in self.documents if d.whole and d.warrant not in spoilt]

    def _of(self, document_id: str) -> Planned:
        return next(d for d in self.documents if d.document_id == document_id)


def draw(chance: random.Random) -> Plan:
    """A plan for one to three persons."""
    documents = [one for person in range(chance.randint(1, 3)) for one in _of_person(person, chance)]
    numbers = {d.warrant: case_number(500 + n, 2026) for n, d in enumerate(documents)}
    papers = [_paper(one, numbers[one.warrant]) for one in documents]
    unread = frozenset(d.person for d in documents if chance.random() < 0.05)
    papers += [_junk(person) for person in sorted(unread)]
    chance.shuffle(papers)
    answers = {d.document_id: chance.choice(["SIM", "SIM", "NAO"]) for d in documents if chance.random() < 0.9}
    refused = frozenset(d.document_id for d in documents if d.kind != "MANDADO" and chance.random() < 0.08)
    return Plan(tuple(documents), tuple(papers), answers, refused, unread)


def _of_person(person: int, chance: random.Random) -> list[Planned]:
    made = []
    for case in range(chance.randint(1, 2)):
        kinds, whole = chance.choices(SCENARIOS, _WEIGHTS)[0]
        name = f"P{person}-{case}"
        # Now and then SAJ knows one human under two parties: the release is another person's of the ledger.
        other = (person + 1) % 3 if chance.random() < 0.2 else person
        of = dict.fromkeys(kinds, person) | {"CONTRAMANDADO": other}
        made += [Planned(f"{name}-{kind}", of[kind], kind, f"{name}-MANDADO", whole) for kind in kinds]
    return made


def _paper(one: Planned, case: str) -> Paper:
    names = () if one.kind == "MANDADO" else (one.warrant,)
    data: dict[str, Any] = paper(one.kind, one.document_id, *names, person=one.person)
    data["case"] = data["case"] | {"number": case}

    def publish(office: Office, **more: Any) -> RawRecord:
        return office.issued(data, **more)

    return publish


def _junk(person: int) -> Paper:
    def publish(office: Office, *, ce_id: str | None = None, partition: int = 0) -> RawRecord:  # noqa: ARG001 (a paper's shape)
        return office.junk(person, partition=partition)

    return publish
