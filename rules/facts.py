"""Facts: what happened, in the past tense. Every change of a document is the answer to one of these."""

from dataclasses import dataclass
from datetime import date, datetime

from rules.acts import (
    DataSupplied,
    DocumentAct,
    PersonAct,
    RegularisationAsked,
    ResolutionAsked,
    RjiLinked,
    StockAct,
)
from rules.dossier import Document, Hand
from rules.words import AnswerClass, Step


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece as the registry has it; `status` is a PecaStatus or the registry's own unknown label.

    `peca` is its type id and `rji` its person, where they were read.
    """

    bnmp_id: str
    national_number: str | None
    status: str
    issued_on: date | None = None
    antecedents: tuple[str, ...] = ()
    peca: int | None = None
    rji: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call to the registry brought back, as a fact.

    `at` is when the attempt began; `detail` never holds personal data; `retry_after` is in seconds. `gone`: the registry
    has no such piece, or at its creation no such person, any more. `user` is as whom BNMP was asked, `hand` whose turn it
    was, credentials or none. `inactive` are candidates whom the registry has removed;
    `situation` is the person's status, as rules/situation.py or verbatim: empty where it was asked for and not told.
    """

    answer: AnswerClass
    at: datetime
    op: str
    detail: str = ""
    retry_after: float | None = None
    piece: Piece | None = None
    pieces: tuple[Piece, ...] = ()
    rji: str | None = None
    candidates: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()
    situation: str | None = None
    gone: bool = False
    user: str | None = None
    hand: Hand | None = None


@dataclass(frozen=True, slots=True)
class DocumentIssued:
    """SAJ issued a document; `document.state` is None."""

    document: Document


@dataclass(frozen=True, slots=True)
class DocumentReissued:
    """SAJ published other content for a document that is not on its way yet."""

    document: Document


@dataclass(frozen=True, slots=True)
class PersonReviewed:
    """Something outside the documents changed: the link, a dead letter, the hour."""

    person: int


@dataclass(frozen=True, slots=True)
class StepBegun:
    """A lane is about to send a request."""

    document_id: str
    step: Step


@dataclass(frozen=True, slots=True)
class StepAnswered:
    """The registry answered a request, or did not."""

    document_id: str
    step: Step
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnsweredLate:
    """An answer came when its asker had lost the person's lease: evidence, and nothing to act upon."""

    document_id: str
    step: Step
    answer: Answer


@dataclass(frozen=True, slots=True)
class DoubtRead:
    """The registry was asked what became of a write whose answer was lost.

    `answer.pieces` are the pieces that may be this document and belong to no other of ours.
    """

    document_id: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Question:
    """What BNMP is asked: pieces by national number, pieces of these types in the document's case, or who survived.

    Or, with `person`, an RJI, that person's status, and where it is another than `expects` the pieces about them too.
    """

    numbers: tuple[str, ...] = ()
    pecas: tuple[int, ...] = ()
    merged: str | None = None
    person: str | None = None
    expects: str | None = None


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The registry was asked what a document waits for (rules/lookup.py), and answered or did not.

    `answer.pieces` are the pieces asked for; `answer.rji` is who survived a merge of the person asked about, or, for a
    document whose person has no RJI, whom the pieces asked for by number are about.
    """

    document_id: str
    asked: Question
    answer: Answer


@dataclass(frozen=True, slots=True)
class PieceSwept:
    """BNMP was read about the unsigned piece of a document; None: it has none under its id (rules/unsigned.py)."""

    document_id: str
    bnmp_id: str
    status: str | None


@dataclass(frozen=True, slots=True)
class LeaseTakenOver:
    """The holder of the person's lease is gone; a write of it may be under way."""

    document_id: str


@dataclass(frozen=True, slots=True)
class DueFell:
    """The clock says that a document's `due_at` has come."""

    document_id: str


@dataclass(frozen=True, slots=True)
class EscalationFell:
    """The clock says that a release is held too long (docs/law.md safety-4)."""

    document_id: str


@dataclass(frozen=True, slots=True)
class SignerUnknown:
    """There are no credentials for a user who must sign; found before the first request (safety-10)."""

    document_id: str
    missing: tuple[str, ...] = ()
    user: str | None = None


@dataclass(frozen=True, slots=True)
class AccessDoubted:
    """Our own copy of a user's access has something against a signature; found before the first request (safety-5)."""

    document_id: str
    doubts: tuple[str, ...]
    user: str


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """The access of the user for whom a document waits has changed."""

    document_id: str


@dataclass(frozen=True, slots=True)
class ChainBroke:
    """A chain stopped after one of its links was already registered."""

    document_id: str


Fact = (
    DocumentIssued
    | DocumentReissued
    | DocumentAct
    | PersonAct
    | StockAct
    | PersonReviewed
    | StepBegun
    | StepAnswered
    | AnsweredLate
    | DoubtRead
    | LookedUp
    | PieceSwept
    | LeaseTakenOver
    | DueFell
    | EscalationFell
    | SignerUnknown
    | AccessDoubted
    | AccessChanged
    | ChainBroke
)


def stated(fact: Fact) -> tuple[Document, ...]:
    """The documents that a fact states, with what they stand on."""
    if isinstance(fact, DocumentIssued | DocumentReissued | DataSupplied):
        return (fact.document,)
    if isinstance(fact, ResolutionAsked):
        return (fact.document,) if fact.document else ()
    return fact.documents if isinstance(fact, RegularisationAsked) else ()


def brought(fact: Fact) -> str | None:
    """The RJI that a fact may give its person."""
    if isinstance(fact, StepAnswered | DoubtRead | LookedUp):
        return fact.answer.rji
    return fact.rji if isinstance(fact, RjiLinked) else None
