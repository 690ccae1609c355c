"""A registry in memory, with a book of its own and every mood: small enough to be believed at sight."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bnmp.order import Order
from consumers.lanes import Task
from rules.facts import Answer, Piece
from rules.kinds import KINDS
from rules.steps import WRITES
from rules.words import AnswerClass, Kind, PecaStatus, Step

DOES = {
    Kind.CERTIDAO_CUMPRIMENTO_PRISAO: PecaStatus.CUMPRIDO,
    Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO: PecaStatus.CUMPRIDO,
    Kind.ORDEM_DESINTERNACAO: PecaStatus.CUMPRIDO,
    Kind.CONTRAMANDADO_PRISAO: PecaStatus.REVOGADO,
    Kind.CONTRAMANDADO_INTERNACAO: PecaStatus.REVOGADO,
}
_PENDING, _FULFILLED = {PecaStatus.PENDENTE_CUMPRIMENTO}, {PecaStatus.CUMPRIDO}
# The statuses that what a piece names may have; what it does not name it does not stand on.
DEMANDS: dict[Kind, set[PecaStatus]] = {
    Kind.CERTIDAO_CUMPRIMENTO_PRISAO: _PENDING,
    Kind.CERTIDAO_CUMPRIMENTO_INTERNACAO: _PENDING,
    Kind.CONTRAMANDADO_PRISAO: _PENDING,
    Kind.CONTRAMANDADO_INTERNACAO: _PENDING,
    Kind.ALVARA_SOLTURA: _FULFILLED,
    Kind.ORDEM_LIBERACAO: _FULFILLED,
    Kind.ORDEM_DESINTERNACAO: _PENDING | _FULFILLED,
    Kind.MANDADO_INTERNACAO: _FULFILLED,
    Kind.GUIA_RECOLHIMENTO_PROVISORIA: _FULFILLED,
    Kind.GUIA_RECOLHIMENTO_DEFINITIVA: _FULFILLED,
    Kind.GUIA_INTERNACAO_PROVISORIA: _FULFILLED,
    Kind.GUIA_INTERNACAO_DEFINITIVA: _FULFILLED,
    Kind.CERTIDAO_ARQUIVAMENTO_GUIA: {PecaStatus.ATIVO},
}
DRAFTS = (PecaStatus.EM_ELABORACAO, PecaStatus.AGUARDANDO_ASSINATURA)
# What a call may bring instead of an answer, in percent; "after" is a write that took effect and lost its answer.
MOODS = {"before": 6, "after": 8, "connection": 8, "throttled": 3, "fault": 9}


@dataclass(slots=True)
class Entry:
    """A piece in the book."""

    bnmp_id: str
    owner: str
    kind: str
    status: str = PecaStatus.EM_ELABORACAO
    rji: str = ""
    case: str = ""

    @property
    def number(self) -> str:
        case = "".join(filter(str.isdigit, self.case)).zfill(20)
        return f"{case}{KINDS[self.kind].peca:02d}{self.bnmp_id.zfill(6)}"

    def as_piece(self) -> Piece:
        return Piece(self.bnmp_id, self.number, self.status, peca=KINDS[self.kind].peca, rji=self.rji)


@dataclass(slots=True)
class Book:
    """What the registry holds; `wrongs` says what should never have been asked of it."""

    clock: Callable[[], datetime]
    chance: random.Random
    refused: frozenset[str] = frozenset()
    cut: bool = False
    calm: bool = False
    people: dict[str, str] = field(default_factory=dict)
    pieces: list[Entry] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    failed: set[datetime] = field(default_factory=set)
    wrongs: list[str] = field(default_factory=list)

    async def probe(self) -> Answer:
        """The link's own question."""
        return self._answer(AnswerClass.CONNECTION if self.cut else AnswerClass.OK, "probe")

    def ask(self, task: Task) -> Answer:
        """One request of a lane, in the mood of the hour."""
        write = task.step in WRITES and not task.doubt
        mood = self._mood()
        if self.cut or mood == "connection" or (mood in ("before", "after") and not write):
            return self._answer(AnswerClass.CONNECTION, task.step)
        if mood == "throttled":
            return Answer(AnswerClass.THROTTLED, self.clock(), task.step, retry_after=2.0)
        if mood == "fault":
            return self._answer(AnswerClass.FAULT, task.step)
        if mood == "before":
            return self._answer(AnswerClass.UNCERTAIN, task.step)
        answer = self._doubt(task) if task.doubt or task.seeks else self._step(task.step, task.order)
        return self._answer(AnswerClass.UNCERTAIN, task.step) if mood == "after" else answer

    def status(self, owner: str) -> str | None:
        """The status of a document's piece; a draft that was cancelled is none."""
        mine = (entry.status for entry in self.pieces if entry.owner == owner)
        return next((status for status in mine if status != PecaStatus.ANULADO), None)

    def _mood(self) -> str:
        if self.calm:
            return "good"
        names = [*MOODS, "good"]
        return self.chance.choices(names, [*MOODS.values(), 100 - sum(MOODS.values())])[0]

    def _answer(self, kind: AnswerClass, op: str, **brought: object) -> Answer:
        at = self.clock()
        if kind in (AnswerClass.CONNECTION, AnswerClass.UNCERTAIN):
            self.failed.add(at)
        return Answer(kind, at, op, **brought)  # type: ignore[arg-type]  # as the fields are named

    def _look_up(self, order: Order) -> Answer:
        asked = order.question
        assert asked is not None, "a question is asked"
        if asked.merged is not None:
            return self._answer(AnswerClass.OK, Step.LOOK_UP, rji=self.merged.get(asked.merged))
        case = order.document.case.number if order.document.case else ""
        numbered = [entry for entry in self.pieces if entry.number in asked.numbers]
        mine = [e for e in self.pieces if e.rji == order.rji and e.case == case and KINDS[e.kind].peca in asked.pecas]
        people = {entry.rji for entry in numbered}
        survivor = self.merged.get(order.rji) if order.rji else people.pop() if len(people) == 1 else None
        pieces = tuple(entry.as_piece() for entry in [*numbered, *mine])
        return self._answer(AnswerClass.OK, Step.LOOK_UP, pieces=pieces, rji=survivor)

    def _step(self, step: Step, order: Order) -> Answer:
        if step is Step.LOOK_UP:
            return self._look_up(order)
        cpf = order.document.party.cpf or ""
        if step is Step.PERSON:
            return self._answer(AnswerClass.OK, step, rji=self.people.get(cpf))
        if step is Step.PERSON_CREATE:
            self._must(cpf not in self.people, "a person is made twice")
            self.people[cpf] = f"{len(self.people) + 1:011d}"
            return self._answer(AnswerClass.OK, step, rji=self.people[cpf])
        if step is Step.CREATE:
            return self._create(order)
        found = [entry for entry in self.pieces if entry.bnmp_id == order.bnmp_id]
        self._must(bool(found), f"{step} of what is not there")
        if step is Step.ANNUL:
            return self._annul(found[0])
        return self._sign(found[0], step, order) if step in WRITES else self._read(found)

    def _create(self, order: Order) -> Answer:
        one = order.document
        if one.document_id in self.refused:
            return self._answer(AnswerClass.REFUSED, Step.CREATE)
        self._must(self.status(one.document_id) is None, f"{one.document_id} was made twice")
        self._check(order)
        survivor = self.merged.get(order.rji or "")
        case = one.case.number if one.case else None
        made = Entry(
            str(len(self.pieces) + 1), one.document_id, one.kind, rji=survivor or order.rji or "", case=case or ""
        )
        self.pieces.append(made)
        return self._answer(AnswerClass.OK, Step.CREATE, piece=made.as_piece(), rji=survivor)

    def _sign(self, entry: Entry, step: Step, order: Order) -> Answer:
        last = Step.SIGN_SERVIDOR if entry.kind.startswith("CERTIDAO_") else Step.SIGN_MAGISTRADO
        if step is not last:
            self._must(entry.status == PecaStatus.EM_ELABORACAO, f"{entry.owner} was signed twice by {step}")
            entry.status = PecaStatus.AGUARDANDO_ASSINATURA
            return self._answer(AnswerClass.OK, step)
        self._must(entry.status in DRAFTS, f"{entry.owner} was signed twice by {step}")
        self._check(order)
        entry.status = _born(entry.kind, order)
        for other in self.pieces:
            if entry.kind in DOES and other.owner in _names(order):
                other.status = DOES[Kind(entry.kind)]
        return self._answer(AnswerClass.OK, step)

    def _annul(self, entry: Entry) -> Answer:
        """A draft is cancelled; what is in effect CNJ leaves alone."""
        if entry.status not in DRAFTS:
            return self._answer(AnswerClass.OK if entry.status == PecaStatus.ANULADO else AnswerClass.CHAIN, Step.ANNUL)
        entry.status = PecaStatus.ANULADO
        return self._answer(AnswerClass.OK, Step.ANNUL, piece=entry.as_piece())

    def _read(self, found: list[Entry]) -> Answer:
        return self._answer(AnswerClass.OK, Step.READ_BACK, piece=found[0].as_piece())

    def _doubt(self, task: Task) -> Answer:
        if task.step is Step.PERSON_CREATE:
            return self._answer(AnswerClass.OK, "read", rji=self.people.get(task.order.document.party.cpf or ""))
        mine = task.order.document.document_id
        found = [e.as_piece() for e in self.pieces if e.owner == mine and e.bnmp_id not in task.owned]
        return self._answer(AnswerClass.OK, "read", pieces=tuple(found))

    def _check(self, order: Order) -> None:
        demanded = DEMANDS.get(Kind(order.document.kind))
        for name in _names(order) if demanded else []:
            self._must(self.status(name) in (demanded or ()), f"{order.document.document_id} came too early for {name}")

    def _must(self, holds: bool, wrong: str) -> None:  # noqa: FBT001 (a condition)
        if not holds:
            self.wrongs.append(wrong)


def _born(kind: str, order: Order) -> PecaStatus:
    if not kind.startswith("MANDADO_"):
        return PecaStatus.ATIVO
    return PecaStatus.CUMPRIDO if order.document.variant == "CONVERSAO_FLAGRANTE" else PecaStatus.PENDENTE_CUMPRIMENTO


def _names(order: Order) -> list[str]:
    return [named.document_id for named in order.document.antecedents if named.document_id]
