"""A desk: one court's dossier in memory, told facts one by one, with a registry that can be made to say anything."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from rules import identifiers
from rules.acts import Act, By, ContingencyAnswered
from rules.casework import Say, is_asking
from rules.certificate import Certificate
from rules.decide import Decision, decide
from rules.dossier import Antecedent, Attempt, ConsentGiven, Court, Document, Dossier, Link, Person
from rules.facts import (
    Answer,
    DocumentIssued,
    DocumentReissued,
    DoubtRead,
    DueFell,
    Fact,
    LookedUp,
    PersonReviewed,
    Piece,
    StepAnswered,
    StepBegun,
)
from rules.history import Custody
from rules.identity import person_of
from rules.kinds import KINDS
from rules.lookup import question
from rules.queue import next_document
from rules.steps import next_step
from rules.words import AnswerClass, Consent, Kind, LinkState, PecaStatus, Role, Step, Variant
from tests.rules.everything import left_behind, looking_at_everything

NOW = datetime(2026, 11, 20, 17, 5, 30, 900_000, tzinfo=UTC)
YESTERDAY = NOW.date() - timedelta(days=1)
COURT = Court("TJMS", ZoneInfo("America/Campo_Grande"))
RJI = "12345678901"
UNIT = "10234"
CASE = "0001234-09.2020.8.12.0001"
MANDADO = Kind.MANDADO_PRISAO_CRIMINAL
CONTRAMANDADO = Kind.CONTRAMANDADO_PRISAO
ALVARA = Kind.ALVARA_SOLTURA
CERTIDAO = Kind.CERTIDAO_CUMPRIMENTO_PRISAO


def document(document_id: str, kind: str = MANDADO, *names: str, **changes: Any) -> Document:
    """A flawless document of person 1 that names these documents as its antecedents."""
    if kind == ALVARA:
        changes.setdefault("variant", Variant.MANDADO_CUMPRIDO)
    plain = Document(
        document_id,
        changes.pop("person", 1),
        kind,
        CASE,
        UNIT,
        NOW - timedelta(minutes=5),
        medium="DIGITAL",
        signer="m007",
        antecedents=tuple(Antecedent(name) for name in names),
    )
    return replace(plain, **changes)


def answer(kind: AnswerClass, at: datetime, **brought: Any) -> Answer:
    """What a call brought back, begun at `at`."""
    return Answer(kind, at, brought.pop("op", "CREATE"), **brought)


class Desk:
    """The dossier, the last decision, and everything said so far.

    Unless it is silent, BNMP shows nothing as soon as it is asked what a document waits for.
    """

    def __init__(self, *issued: Document, **changes: Any) -> None:
        """Start with the link UP and these documents issued in their order; `silent`: BNMP answers no look-up by itself."""
        silent = bool(changes.pop("silent", False))
        self.dossier = Dossier(NOW, COURT, persons={1: Person(1, RJI), 2: Person(2)})
        self.dossier = replace(self.dossier, **changes)
        self.says: list[Say] = []
        self.certificates: dict[str, Certificate] = {}
        self.bnmp_is_silent = silent
        self._touched = False
        for one in issued:
            self.tell(DocumentIssued(one))

    def __getitem__(self, document_id: str) -> Document:
        return self.dossier.documents[document_id]

    def standing(self, document_id: str) -> tuple[str | None, str | None]:
        """State and reason of a document."""
        return self[document_id].state, self[document_id].reason

    def tell(self, fact: Fact) -> Decision:
        """Decide a fact and keep what it changed, as the ledger does.

        Whatever a test tells, looking at everything must decide the same as looking at what the fact can reach;
        but for what a test changed behind the rules' back, which no fact of a ledger does.
        """
        decision, behind = decide(self.dossier, fact), left_behind(self.dossier)
        assert self._touched or decision == looking_at_everything(self.dossier, fact), (
            "a fact moves what it was not thought to reach"
        )
        persons = dict(self.dossier.persons)
        for number, rji in (decision.rjis or {}).items():
            persons[number] = replace(persons[number], rji=rji)
        for number, merge in (decision.merges or {}).items():
            persons[number] = replace(persons[number], merge=merge)
        for number, watched in (decision.watches or {}).items():
            persons[number] = replace(persons[number], watch=watched)
        documents = {**self.dossier.documents, **decision.documents}
        self.dossier = replace(self.dossier, documents=documents, persons=persons)
        assert self._touched or left_behind(self.dossier) <= behind, (
            "a fact moves a banner or a divergence that is not told"
        )
        self.says.extend(decision.says)
        self.certificates |= {made.id: made for made in decision.certificates}
        asking = [one.document_id for one in decision.documents.values() if is_asking(one)]
        if not self.bnmp_is_silent:
            for document_id in asking:
                self.looked_up(document_id)
        return decision

    def looked_up(self, document_id: str, *pieces: Piece, kind: AnswerClass = AnswerClass.OK, **more: Any) -> Decision:
        """BNMP is asked what a document waits for, and shows these pieces; what it was asked may be given as `asked`."""
        asked = more.pop("asked", None) or question(self[document_id], self.dossier)
        told = answer(kind, self.dossier.now, op="LOOK_UP", pieces=pieces, **more)
        return self.tell(LookedUp(document_id, asked, told))

    def tell_issued(self, one: Document) -> Decision:
        """SAJ issues a document."""
        return self.tell(DocumentIssued(one))

    def said(self, kind: str, document_id: str | None = None) -> list[Say]:
        """Everything said under an event type, of one document or of all."""
        return [
            say
            for say in self.says
            if say.type == kind
            and (document_id is None or (say.document is not None and say.document.document_id == document_id))
        ]

    def put(self, document_id: str, **changes: Any) -> None:
        """Change a document behind the rules' back, as a given of a test."""
        self._touched = True
        documents = dict(self.dossier.documents)
        documents[document_id] = replace(documents[document_id], **changes)
        self.dossier = replace(self.dossier, documents=documents)

    def reissue(self, document_id: str, **changes: Any) -> None:
        """SAJ publishes another version, made from what SAJ said before."""
        old = self[document_id]
        fresh = document(document_id, old.kind, variant=old.variant, antecedents=old.antecedents)
        self.tell(DocumentReissued(replace(fresh, version=old.version + 1, **changes)))

    def later(self, seconds: float) -> None:
        """Let time go by."""
        self.dossier = replace(self.dossier, now=self.dossier.now + timedelta(seconds=seconds))

    def dead_letters(self, count: int) -> None:
        """So many unreadable records stand before person 1."""
        persons = {**self.dossier.persons, 1: replace(self.dossier.persons[1], dead_letters=count)}
        self.dossier = replace(self.dossier, persons=persons)
        self.review()

    def link(self, state: LinkState, **changes: Any) -> None:
        """The link changes and everybody is reviewed; out of UP it began to fail now unless said otherwise."""
        now, before = self.dossier.now, self.dossier.link
        since = None if state is LinkState.UP else before.unavailable_since or now
        failed = None if state is LinkState.UP else now
        link = Link(state, now, "CALL_FAILED", unavailable_since=since, last_failed_at=failed)
        self.dossier = replace(self.dossier, link=replace(link, **changes))
        self.review()

    def custody(self, *events: Custody) -> None:
        """The history of parties shows these events of person 1."""
        persons = {**self.dossier.persons, 1: replace(self.dossier.persons[1], custody=events)}
        self.dossier = replace(self.dossier, persons=persons)
        self.review()

    def review(self) -> Decision:
        """Look at the person again."""
        return self.tell(PersonReviewed(1))

    def consent(self, document_id: str, given: Consent = Consent.SIM, **changes: Any) -> Decision:
        """The user of the unit answers the offer."""
        by = By(changes.get("role", Role.SERVIDOR), "u123", changes.get("unit", UNIT), acts_in_unit=True)
        at = changes.get("at", self.dossier.now)
        return self.tell(ContingencyAnswered("c-1", document_id, by, at, given))

    def ask(self, act: type[Act], document_id: str, role: Role = Role.MAGISTRADO, **more: Any) -> str:
        """Somebody of the unit asks something; gives the reason of the answer."""
        by = By(role, "u123", more.pop("unit", UNIT), more.pop("acts_in_unit", True))
        said = len(self.says)
        self.tell(act(f"c-{said}", document_id, by, self.dossier.now, **more))  # type: ignore[arg-type]  # an act's own
        answers = [say for say in self.says[said:] if say.type.startswith("bnmp.command.")]
        assert len(answers) == 1, "every command is answered once"
        return str(answers[0].data["reason"])

    def due(self, document_id: str) -> Decision:
        """The clock tells a document that its hour has come."""
        at = self[document_id].due_at
        if at is not None and at > self.dossier.now:
            self.dossier = replace(self.dossier, now=at)
        return self.tell(DueFell(document_id))

    def takes(self, *, contingency: bool = False) -> str | None:
        """Which document of person 1 a lane would take now."""
        return next_document(self.dossier, 1, contingency=contingency)

    def begin(self, document_id: str) -> Step:
        """A lane asks to send a document's next step."""
        one = self[document_id]
        step = next_step(one, person_of(one, self.dossier))
        self.tell(StepBegun(document_id, step))
        return step

    def answered(self, document_id: str, kind: AnswerClass, **brought: Any) -> Decision:
        """The registry answers the step in flight."""
        step = self[document_id].doing
        assert step is not None, self.standing(document_id)
        told = answer(kind, self.dossier.now, op=step, **brought)
        return self.tell(StepAnswered(document_id, step, told))

    def read(self, document_id: str, kind: AnswerClass = AnswerClass.OK, **brought: Any) -> Decision:
        """A doubt is read."""
        return self.tell(DoubtRead(document_id, answer(kind, self.dossier.now, op="READ", **brought)))

    def advance(self, document_id: str) -> None:
        """One step, answered well."""
        step = self.begin(document_id)
        self.answered(document_id, AnswerClass.OK, **good(self[document_id], step))

    def until(self, document_id: str, step: Step) -> None:
        """Advance a document until this step is the one in flight."""
        while self.begin(document_id) is not step:
            done = self[document_id].doing
            assert done is not None, self.standing(document_id)
            self.answered(document_id, AnswerClass.OK, **good(self[document_id], done))

    def register(self, *documents: str) -> None:
        """Take documents through every step with a registry that agrees."""
        for document_id in documents:
            while not self[document_id].ended:
                before = self[document_id]
                self.advance(document_id)
                assert self[document_id] != before, (document_id, self.standing(document_id))

    def drain(self, *, contingency: bool = False) -> Iterator[str]:
        """What a lane takes one after the other with a registry that agrees; each document once."""
        last = None
        while (found := self.takes(contingency=contingency)) is not None:
            if found != last:
                yield found
            last = found
            self.advance(found)


def in_effect(one: Document) -> PecaStatus:
    """The status that a registry gives a piece with its last signature."""
    if not one.kind.startswith("MANDADO_"):
        return PecaStatus.ATIVO
    return PecaStatus.CUMPRIDO if one.variant == Variant.CONVERSAO_FLAGRANTE else PecaStatus.PENDENTE_CUMPRIMENTO


def piece(one: Document, status: str) -> Piece:
    """The piece of a document as the registry has it."""
    case, own = identifiers.CASE.bare(one.case_number), crc32(one.document_id.encode()) % 10**6
    return Piece(one.bnmp_id or f"b-{one.document_id}", f"{case}{KINDS[one.kind].peca:02d}{own:06d}", status)


def good(one: Document, step: Step) -> dict[str, Any]:
    """What a registry that agrees brings with its OK."""
    if step in (Step.PERSON, Step.PERSON_CREATE):
        return {"rji": RJI}
    if step is Step.CREATE:
        return {"piece": piece(one, PecaStatus.EM_ELABORACAO)}
    return {"piece": piece(one, in_effect(one))} if step is Step.READ_BACK else {}


def failure(at: datetime) -> Attempt:
    """An attempt that could not connect."""
    return Attempt(at, "CREATE", AnswerClass.CONNECTION)


def given(at: datetime, consent: Consent = Consent.SIM) -> ConsentGiven:
    """A user's answer."""
    return ConsentGiven(consent, "u123", at)
