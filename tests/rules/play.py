"""A play: one person's papers of all kinds, a registry that keeps its own book, and whatever may happen in between.

What is demanded of each paper stands in tests/rules/demands.py, apart from the rules.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from rules.acts import Act, By, DocumentWithdrawn, ExclusionAsked, ResolutionAsked, StatementGiven
from rules.antecedents import needs
from rules.casework import is_annulling
from rules.chain import view
from rules.dossier import Document, Person
from rules.facts import DoubtRead, Fact, LeaseTakenOver, StepAnswered, StepBegun
from rules.history import Custody
from rules.kinds import VARIANTS
from rules.steps import WRITES, next_step
from rules.words import AnswerClass, Consent, CustodyEvent, Kind, LinkState, PecaStatus, Role, State, Statement, Step
from tests.rules.annulling import annul, looks
from tests.rules.demands import BRINGS_BACK, DEMANDS, DOES, FULFILLED, MANDADOS, PENDING, REVOKED
from tests.rules.desk import CASE, COURT, NOW, RJI, UNIT, Desk, answer, document, good
from tests.rules.drafts import UNSIGNED, Drafts

ASKED: list[tuple[type[Act], dict[str, Any]]] = [
    (DocumentWithdrawn, {"reason": "ANULADO"}),
    (ExclusionAsked, {}),
    (StatementGiven, {"statement": Statement.SEND}),
    (ResolutionAsked, {}),
]
RESOLUTIONS = ("automatic", "default", "confirmed")
NAMES = ("p", "q", "r", "s", "t", "u")
BAD = [kind for kind in AnswerClass if kind is not AnswerClass.OK]
SIGNATURES = (Step.SIGN_SERVIDOR, Step.SIGN_MAGISTRADO)
# What a lane or its successor may say twice; a replayed record of Kafka is dropped before it is a fact.
SAID_TWICE = (StepBegun, StepAnswered, LeaseTakenOver)


def resolve(desk: Desk, document_id: str, role: Role = Role.SERVIDOR, user: str = "u123", **more: Any) -> None:
    """The unit resolves a contingency; the command was answered when it came."""
    by = By(role, user, more.pop("unit", UNIT), acts_in_unit=True)
    desk.tell(ResolutionAsked("c-1", document_id, by, desk.dossier.now, **more))


def in_effect(one: Document) -> str:
    """The status that the registry gives with the last signature."""
    if one.kind not in MANDADOS:
        return "ATIVO"
    return FULFILLED if one.variant == "CONVERSAO_FLAGRANTE" else PENDING


@dataclass
class Play:
    """A desk, the registry's book (`book`: status by document), what is still to come, and what was wrong."""

    chance: random.Random
    desk: Desk = field(default_factory=lambda: Desk(persons={1: Person(1, None)}))
    coming: list[Document] = field(default_factory=list)
    book: dict[str, str] = field(default_factory=dict)
    drafts: Drafts = field(default_factory=Drafts)
    wrongs: list[str] = field(default_factory=list)
    sent: int = 0

    @classmethod
    def drawn(cls, seed: int) -> "Play":
        """A play of two to six papers, most of which name one before them, in an order of their own."""
        chance = random.Random(seed)
        papers: list[Document] = []
        for name in NAMES[: chance.randint(2, 6)]:
            kind = chance.choice([*MANDADOS, *Kind])
            fits = [p.document_id for p in papers if p.kind in DEMANDS.get((kind, None), (MANDADOS,))[0]]
            named = chance.sample(fits, 1) if fits and chance.random() < 0.8 else []
            if chance.random() < 0.15:
                named.append(chance.choice([*NAMES, "unknown"]))
            variant = chance.choice(sorted(VARIANTS[kind], key=str))
            gaps = ("fields.motivo",) if chance.random() < 0.1 else ()
            released = chance.random() < 0.3
            one = document(name, kind, *named, variant=variant, gaps=gaps, released=released)
            papers.append(replace(one, released_by_judge=chance.random() < 0.95))
        chance.shuffle(papers)
        # Chance of its own, so that each seed is the same play in all else.
        court = replace(COURT, resolution=random.Random(seed).choice(RESOLUTIONS))
        return cls(chance, Desk(court=court, persons={1: Person(1, None)}), coming=papers)

    def tell(self, fact: Fact) -> None:
        """Tell a fact, and tell it again: the second time nothing may come of it."""
        self.desk.tell(fact)
        # Where a beginning was refused, nobody says it again before the lane has looked anew.
        begun = not isinstance(fact, StepBegun) or self.desk[fact.document_id].doing is fact.step
        if isinstance(fact, SAID_TWICE) and begun:
            before = self.desk.dossier.documents
            self.desk.tell(fact)
            self.must(self.desk.dossier.documents == before, f"{type(fact).__name__} said twice changes something")

    def must(self, holds: bool, wrong: str) -> None:  # noqa: FBT001 (a condition)
        """Note what should never be."""
        if not holds:
            self.wrongs.append(wrong)

    def act(self) -> None:
        """One thing that may happen next."""
        deeds: dict[Callable[[], object], int] = {
            self.issue: 5,
            self.work: 30,
            self.link: 3,
            self.answer: 3,
            self.time: 4,
            self.letter: 1,
            self.ask: 2,
            self.history: 1,
            self.hand: 1,
        }
        self.chance.choices(list(deeds), list(deeds.values()))[0]()

    def issue(self) -> None:
        """SAJ issues the next paper."""
        if self.coming:
            self.desk.tell_issued(self.coming.pop())

    def link(self, state: LinkState | None = None) -> None:
        """The link changes."""
        self.desk.link(state or self.chance.choice([LinkState.UP, LinkState.UP, LinkState.DOWN, LinkState.SUSPECT]))

    def answer(self) -> None:
        """A user answers."""
        if self.desk.dossier.documents:
            name = self.chance.choice(list(self.desk.dossier.documents))
            self.desk.consent(name, self.chance.choice([Consent.SIM, Consent.SIM, Consent.NAO]))

    def time(self) -> None:
        """Time goes by, and the clock strikes for somebody."""
        self.desk.later(self.chance.choice([1.0, 10.0, 400.0]))
        now = self.desk.dossier.now
        for one in list(self.desk.dossier.documents.values()):
            if one.due_at is not None and one.due_at <= now:
                self.desk.due(one.document_id)

    def letter(self) -> None:
        """A dead letter comes, or ends."""
        self.desk.dead_letters(self.chance.randint(0, 1))

    def ask(self) -> None:
        """The judge takes something back, or answers."""
        if self.desk.dossier.documents:
            name = self.chance.choice(list(self.desk.dossier.documents))
            act, more = self.chance.choice(ASKED)
            if act is ResolutionAsked:
                resolve(self.desk, name)
            else:
                self.desk.ask(act, name, Role.MAGISTRADO, **more)

    def history(self) -> None:
        """The history of parties says that the person was freed, or arrested."""
        event = self.chance.choice([CustodyEvent.ALVARA_SOLTURA, CustodyEvent.PRISAO])
        self.desk.custody(Custody("e-1", event, NOW.date(), CASE))

    def hand(self) -> None:
        """Somebody annuls a draft in BNMP itself."""
        found = [name for name, status in self.book.items() if status in UNSIGNED]
        if found:
            self._draft_goes(self.chance.choice(found))

    def work(self, *, calm: bool = False) -> bool:
        """A lane takes one step: the next document's, or the answer to what is in flight."""
        for one in self.desk.dossier.documents.values():
            if one.state is State.SENDING and one.doing is not None:
                self._answered(one, calm=calm)
                return True
        contingency = self.chance.random() < 0.5
        if (found := self.desk.takes(contingency=contingency)) is None:
            return False
        self._liberty_first(self.desk[found], contingency=contingency)
        if self.desk[found].state is State.UNCERTAIN:
            self._read(self.desk[found], calm=calm)
            return True
        if is_annulling(self.desk[found]):
            self._annulled(self.desk[found], calm=calm)
            return True
        step, turn = next_step(self.desk[found], self.desk.dossier.persons[1]), self.desk[found].turn
        self.tell(StepBegun(found, step))
        one = self.desk[found]
        # Where the last look opened it, or gave it another place, it is asked anew.
        same = one.turn == turn and one.state is not State.UNCERTAIN
        waits = one.reason is None and one.doing is not step and same
        self.must(not waits or self.desk.takes(contingency=contingency) != found, f"{found} is asked again and again")
        if one.state is State.SENDING and one.doing is step and step in WRITES and step is not Step.PERSON_CREATE:
            self.sent += 1
            self._stands(one)
        return True

    def _liberty_first(self, taken: Document, *, contingency: bool) -> None:
        """docs/law.md I5: among what may go, LIBERTY and all it waits for go first; what was begun is finished."""
        # What was opened waits for the link, and is not passed over for what is tried without it.
        seen, closed = view(self.desk.dossier), contingency and self.desk.dossier.link.blocked
        if closed or taken.state is State.SENDING or taken.liberty or seen.chains_of(taken.document_id):
            return
        for one in self.desk.dossier.documents.values():
            first = one.liberty or seen.chains_of(one.document_id)
            if first and one.state is (State.CONTINGENCY if contingency else State.READY):
                due = (one.due_at or NOW) > self.desk.dossier.now
                waits = due or one.reason is not None or seen.needs[one.document_id].waits
                passed = not waits and not self._is_the_others(one, contingency=contingency)
                self.must(not passed, f"{one.document_id} is passed over for {taken.document_id}")

    def _is_the_others(self, one: Document, *, contingency: bool) -> bool:
        """Whether only the resolver takes it: its chain holds what was opened (docs/law.md safety-10)."""
        chains = view(self.desk.dossier).chains_of(one.document_id)
        members = {member for chain in chains if chain.complete for member in chain.members}
        return not contingency and any(self.desk[member].opened for member in members)

    def _stands(self, one: Document) -> None:
        """docs/law.md I3: what it names, and what is found for it, has in the registry's book what the law demands."""
        kinds, statuses = DEMANDS.get((one.kind, one.variant), ((), ()))
        for named in one.antecedents:
            other = self.desk.dossier.documents.get(named.document_id or "")
            if other is None:
                self.must(not kinds, f"{one.document_id} goes on what nobody knows")
            elif other.kind in kinds and other.document_id != one.document_id:
                told = self.book.get(other.document_id)
                self.must(told in statuses, f"{one.kind} {one.document_id} goes on {other.document_id}: {told}")

    def _answered(self, one: Document, *, calm: bool) -> None:
        step = one.doing
        assert step is not None
        if step in SIGNATURES and self.drafts.is_gone(one):
            # CNJ signs nothing that was annulled.
            refused = answer(AnswerClass.DUPLICATE, self.desk.dossier.now, op=step)
            self.tell(StepAnswered(one.document_id, step, refused))
            return
        if not calm and self.chance.random() < 0.2:
            kind = self.chance.choice(BAD)
            lost = kind in (AnswerClass.UNCERTAIN, AnswerClass.FAULT) and self.chance.random() < 0.5
            if lost:
                self._happen(one, step)
            self.tell(StepAnswered(one.document_id, step, answer(kind, self.desk.dossier.now, op=step)))
            return
        if not calm and self.chance.random() < 0.03:
            self.tell(LeaseTakenOver(one.document_id))
            return
        self._happen(one, step)
        brought: dict[str, Any] = good(one, step)
        if step in (Step.CREATE, Step.READ_BACK):
            brought = {"piece": self.drafts.made(one, self.book[one.document_id])}
        if step is Step.LOOK_UP:
            brought = {"pieces": self.drafts.shown(one, self.book.get(one.document_id))}
        self.tell(
            StepAnswered(one.document_id, step, answer(AnswerClass.OK, self.desk.dossier.now, op=step, **brought))
        )

    def _happen(self, one: Document, step: Step) -> None:
        """What a write does in the registry's book."""
        if step is Step.CREATE:
            self.must(one.document_id not in self.book, f"{one.document_id} was made twice")
            self.book[one.document_id] = PecaStatus.EM_ELABORACAO
            self.drafts.make(one.document_id)
        last = Step.SIGN_SERVIDOR if one.kind.startswith("CERTIDAO_") else Step.SIGN_MAGISTRADO
        if step is Step.SIGN_SERVIDOR and step is not last:
            self.book[one.document_id] = PecaStatus.AGUARDANDO_ASSINATURA
        if step is last:
            self.book[one.document_id] = in_effect(one)
            # The order names at the registry what was named, or else was found (docs/law.md safety-24).
            for reached in needs(one, self.desk.dossier).reached if one.kind in DOES else ():
                if self.desk[reached].kind in MANDADOS:
                    self.book[reached] = DOES[one.kind]

    def _annulled(self, one: Document, *, calm: bool) -> None:
        """CNJ may refuse, the answer may be lost after the effect; what is annulled is brought back in the book."""
        if not looks(self.desk, one.document_id):
            return
        wrong = not calm and self.chance.random() < 0.3
        kind = self.chance.choice(BAD) if wrong else AnswerClass.OK
        status = self.book.get(one.document_id)
        if status not in (None, "ANULADO") and (not wrong or kind is AnswerClass.UNCERTAIN):
            if one.state is State.REGISTERED:
                self.book[one.document_id] = "ANULADO"
                named = needs(one, self.desk.dossier).reached if one.kind in BRINGS_BACK else ()
                self.book |= {name: PENDING for name in named if self.book.get(name) in (FULFILLED, REVOKED)}
            else:
                self._draft_goes(one.document_id)
        annul(self.desk, one.document_id, kind, self.book.get(one.document_id))

    def _draft_goes(self, document_id: str) -> None:
        del self.book[document_id]
        self.drafts.go(document_id)

    def _read(self, one: Document, *, calm: bool) -> None:
        if not calm and self.chance.random() < 0.2:
            self.desk.tell(DoubtRead(one.document_id, answer(AnswerClass.CONNECTION, self.desk.dossier.now, op="READ")))
            return
        person = one.doing is Step.PERSON_CREATE
        pieces = self.drafts.shown(one, self.book.get(one.document_id))
        brought: dict[str, Any] = {"rji": RJI} if person else {"pieces": pieces}
        self.desk.tell(DoubtRead(one.document_id, answer(AnswerClass.OK, self.desk.dossier.now, op="READ", **brought)))
