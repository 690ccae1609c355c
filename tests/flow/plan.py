"""Plans: the papers of a few invented persons, in any order, and what their users will answer."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.saj.documents import KINDS, KindName, case_number
from sandbox.saj.scenarios import STANDS_ON
from schemas.record import RawRecord
from tests.ledger.office import Office, paper

Paper = Callable[..., RawRecord]

# What is issued about one warrant, the warrant first wherever it is issued, and whether all that it stands on is there.
SCENARIOS: tuple[tuple[int, tuple[KindName, ...], bool], ...] = (
    (2, ("MANDADO",), True),
    (3, ("MANDADO", "CONTRAMANDADO"), True),
    (2, ("MANDADO", "CERTIDAO"), True),
    (4, ("MANDADO", "CERTIDAO", "ALVARA"), True),
    (1, ("MANDADO_CIVIL", "CERTIDAO", "ALVARA"), True),
    (1, ("MANDADO_CIVIL", "CONTRAMANDADO"), True),
    (1, ("RECAPTURA", "CERTIDAO", "LIBERACAO"), True),
    (1, ("FLAGRANTE", "GUIA_PROVISORIA", "ALTERACAO"), True),
    (1, ("MANDADO", "CERTIDAO", "GUIA_DEFINITIVA", "ARQUIVAMENTO"), True),
    (1, ("GUIA_ACERVO", "ARQUIVAMENTO"), True),
    (2, ("INTERNACAO", "CERTIDAO_INTERNACAO", "DESINTERNACAO"), True),
    (1, ("INTERNACAO", "DESINTERNACAO"), True),
    (1, ("INTERNACAO", "CONTRAMANDADO_INTERNACAO"), True),
    (1, ("INTERNACAO", "CERTIDAO_INTERNACAO", "GUIA_INTERNACAO_PROVISORIA"), True),
    (1, ("INTERNACAO", "CERTIDAO_INTERNACAO", "GUIA_INTERNACAO_DEFINITIVA", "LIBERACAO"), True),
    (1, ("GUIA_INTERNACAO_ACERVO", "ALTERACAO"), True),
    (2, ("MANDADO", "CERTIDAO", "CONVERSAO", "CERTIDAO_INTERNACAO", "DESINTERNACAO"), True),
    (1, ("ALVARA_FLAGRANTE",), True),
    (1, ("MORTE",), True),
    (1, ("CONTRAMANDADO",), False),
    (1, ("CERTIDAO", "ALVARA"), False),
    (2, ("MANDADO", "ALVARA"), False),
    (1, ("FLAGRANTE", "CONTRAMANDADO"), False),
    (1, ("MANDADO", "CONVERSAO"), False),
)
LIBERTY: tuple[KindName, ...] = (
    "ALVARA",
    "ALVARA_FLAGRANTE",
    "LIBERACAO",
    "DESINTERNACAO",
    "CONTRAMANDADO",
    "CONTRAMANDADO_INTERNACAO",
)
# By a warrant and what stands on it: the certidão that must go between the two.
_ON_ARREST: tuple[KindName, ...] = ("ALVARA", "LIBERACAO", "GUIA_PROVISORIA", "GUIA_DEFINITIVA", "CONVERSAO")
_ON_INTERNMENT: tuple[KindName, ...] = ("LIBERACAO", "GUIA_INTERNACAO_PROVISORIA", "GUIA_INTERNACAO_DEFINITIVA")
_ARRESTS: tuple[KindName, ...] = ("MANDADO", "MANDADO_CIVIL", "RECAPTURA")
_INTERNMENTS: tuple[KindName, ...] = ("INTERNACAO", "CONVERSAO")
FULFILMENT: dict[tuple[KindName, KindName], KindName] = {
    **dict.fromkeys(itertools.product(_ARRESTS, _ON_ARREST), "CERTIDAO"),
    **dict.fromkeys(itertools.product(_INTERNMENTS, _ON_INTERNMENT), "CERTIDAO_INTERNACAO"),
}
REVOCATIONS = ("CONTRAMANDADO", "CONTRAMANDADO_INTERNACAO")
MANDADOS = frozenset({"MANDADO_PRISAO_CRIMINAL", "MANDADO_PRISAO_CIVIL", "MANDADO_INTERNACAO"})


@dataclass(frozen=True, slots=True)
class Planned:
    """A document to come: its person, its kind, its case, and the document of the case that it names."""

    document_id: str
    person: int
    kind: KindName
    case: str
    on: str | None
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

    def reaching(self, mandado: str) -> list[str]:
        """The releases of a mandado."""
        return [d.document_id for d in self.documents if d.on == mandado and d.kind in LIBERTY]

    def chain_of(self, document_id: str) -> list[str]:
        """What a document cannot go without, itself included; what was never issued is `nothing`."""
        one = self._of(document_id)
        if one.on is None:
            return [document_id]
        certidao = FULFILMENT.get((self._of(one.on).kind, one.kind)) if self._is_issued(one.on) else None
        ids = {d.kind: d.document_id for d in self.documents if d.case == one.case}
        before = self.chain_of(one.on) if self._is_issued(one.on) else ["nothing"]
        return [*before, *([ids.get(certidao, "nothing")] if certidao else []), document_id]

    def must_end(self) -> list[Planned]:
        """Documents that nothing but time stands before."""
        spoilt = {self._of(refused).case for refused in self.refused}
        dead = {d.person for d in self.documents if d.kind == "MORTE"}
        spoilt |= {d.case for d in self.documents if d.person in self.unread | dead and d.kind != "MORTE"}
        discharged = {d.case for d in self.documents if d.kind == "DESINTERNACAO"}
        return [
            d
            for d in self.documents
            if d.whole
            and d.case not in spoilt
            # A discharge does not wait for a certidão that has not arrived, and there is nothing left to fulfil then.
            and not (d.kind == "CERTIDAO_INTERNACAO" and d.case in discharged)
        ]

    def _of(self, document_id: str) -> Planned:
        return next(d for d in self.documents if d.document_id == document_id)

    def _is_issued(self, document_id: str) -> bool:
        return any(d.document_id == document_id for d in self.documents)


def draw(chance: random.Random) -> Plan:
    """A plan for one to three persons."""
    documents = [one for person in range(chance.randint(1, 3)) for one in _of_person(person, chance)]
    numbers = {d.case: case_number(500 + n, 2026) for n, d in enumerate(documents)}
    papers = [_paper(one, numbers[one.case]) for one in documents]
    unread = frozenset(d.person for d in documents if chance.random() < 0.05)
    papers += [_junk(person) for person in sorted(unread)]
    chance.shuffle(papers)
    answers = {d.document_id: chance.choice(["SIM", "SIM", "NAO"]) for d in documents if chance.random() < 0.9}
    kept = {d.document_id for d in documents if KINDS[d.kind].word in MANDADOS}
    refused = frozenset(d.document_id for d in documents if d.document_id not in kept and chance.random() < 0.06)
    return Plan(tuple(documents), tuple(papers), answers, refused, unread)


def _of_person(person: int, chance: random.Random) -> list[Planned]:
    made = []
    for number in range(chance.randint(1, 2)):
        _, kinds, whole = chance.choices(SCENARIOS, [weight for weight, _, _ in SCENARIOS])[0]
        case = f"P{person}-{number}"
        # Now and then SAJ knows one human under two parties: the revocation is another person's of the ledger.
        other = (person + 1) % 3 if chance.random() < 0.2 else person
        for kind in kinds:
            wanted = STANDS_ON.get(kind, ())
            on = next(
                (f"{case}-{found}" for found in wanted if found in kinds), f"{case}-{wanted[0]}" if wanted else None
            )
            of = other if kind in REVOCATIONS else person
            made.append(Planned(f"{case}-{kind}", of, kind, case, on, whole))
    return made


def _paper(one: Planned, case: str) -> Paper:
    names = (one.on,) if one.on else ()
    data: dict[str, Any] = paper(one.kind, one.document_id, *names, person=one.person)
    data["case"] = data["case"] | {"number": case}

    def publish(office: Office, **more: Any) -> RawRecord:
        return office.issued(data, **more)

    return publish


def _junk(person: int) -> Paper:
    def publish(office: Office, *, ce_id: str | None = None, partition: int = 0) -> RawRecord:  # noqa: ARG001 (a paper's shape)
        return office.junk(person, partition=partition)

    return publish
