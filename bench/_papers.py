"""One person's papers in every state, of all the sandbox's kinds, and the facts that can be told of them.

Every dozen is the file of one case, so that what one fact reaches does not grow with the person: documents that
stand on each other, most of them done, one or two on their way, held, in doubt or under contingency.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rules.acts import (
    By,
    ContingencyAnswered,
    DataSupplied,
    DocumentWithdrawn,
    ExclusionAsked,
    RetryAsked,
    RjiLinked,
    RjiUnlinked,
    SignerAssigned,
    StatementGiven,
)
from rules.decide import decide
from rules.dossier import Antecedent, Court, Document, Dossier, Hand, Person, Withdrawal
from rules.facts import (
    Answer,
    AnsweredLate,
    ChainBroke,
    DocumentIssued,
    DocumentReissued,
    DoubtRead,
    DueFell,
    EscalationFell,
    Fact,
    LeaseTakenOver,
    PersonReviewed,
    Piece,
    SignerUnknown,
    StepAnswered,
    StepBegun,
)
from rules.kinds import KINDS as LAW
from rules.words import AnswerClass, Consent, PecaStatus, Reason, Role, State, Statement, Step
from sandbox.saj.documents import KINDS, TRIBUNAL, KindName, case_number

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
COURT = Court(TRIBUNAL, ZoneInfo("America/Campo_Grande"))
UNIT = "90101"
_BY = By(Role.MAGISTRADO, "m901", UNIT, acts_in_unit=True)


class _Paper(NamedTuple):
    """One document of a case's file: what it is, on which of the file's documents it stands, and how it stands."""

    kind: KindName
    on: KindName | None
    state: State
    more: dict[str, Any] = {}  # noqa: RUF012 (a default that nobody changes)


_PENDING: dict[str, Any] = {"bnmp_status": PecaStatus.PENDENTE_CUMPRIMENTO}
_FULFILLED: dict[str, Any] = {"bnmp_status": PecaStatus.CUMPRIDO}
_OPENED: dict[str, Any] = {"opened_at": NOW, "failed_access_at": NOW, "text": "…", "retroactive": True}
_DONE, _READY, _HELD = State.REGISTERED, State.READY, State.HELD
_SENDING, _DOUBT = State.SENDING, State.UNCERTAIN
# The first of each file are what a fact is told of; the rest is the past, and what a court has beside it.
_FILES: tuple[tuple[_Paper, ...], ...] = (
    (
        _Paper("MANDADO", None, _DONE, _FULFILLED),
        _Paper("ALVARA", "MANDADO", _SENDING, {"doing": Step.CREATE}),
        _Paper("CERTIDAO", "MANDADO", _DONE),
        _Paper("GUIA_PROVISORIA", "MANDADO", _DONE),
        _Paper("ALTERACAO", "GUIA_PROVISORIA", _DONE),
        _Paper("GUIA_DEFINITIVA", "MANDADO", _HELD, {"reason": Reason.MISSING_DATA, "gaps": ("fields.pena",)}),
        _Paper("ARQUIVAMENTO", "GUIA_PROVISORIA", _DONE),
        _Paper("MANDADO_CIVIL", None, _DONE, _PENDING),
        _Paper("CONTRAMANDADO", "MANDADO_CIVIL", _HELD, {"reason": Reason.ACCESS}),
        _Paper("RECAPTURA", None, State.REJECTED, {"reason": Reason.OUT_OF_SCOPE, "owner_system": "SEEU"}),
    ),
    (
        _Paper("INTERNACAO", None, _DONE, _FULFILLED),
        _Paper("DESINTERNACAO", "INTERNACAO", _DOUBT, {"doing": Step.CREATE, "due_at": NOW, "due_fact": "READ_AGAIN"}),
        _Paper("CERTIDAO_INTERNACAO", "INTERNACAO", _DONE),
        _Paper("GUIA_INTERNACAO_PROVISORIA", "INTERNACAO", _DONE),
        _Paper("GUIA_INTERNACAO_DEFINITIVA", "INTERNACAO", _DONE),
        _Paper("GUIA_INTERNACAO_ACERVO", None, _READY),
        _Paper("FLAGRANTE", None, _DONE, _FULFILLED),
        _Paper("LIBERACAO", "FLAGRANTE", State.EXCLUDED, {"reason": Reason.NOT_COMMUNICATING, "institutional": False}),
        _Paper("CONVERSAO", "FLAGRANTE", State.CONTINGENCY, _OPENED),
        _Paper("ALVARA_FLAGRANTE", None, _DONE),
    ),
    (
        _Paper("MANDADO", None, _READY),
        _Paper("CERTIDAO", "MANDADO", _HELD, {"reason": Reason.WAITING_ANTECEDENT, "missing": ("MANDADO",)}),
        _Paper("GUIA_ACERVO", None, _SENDING, {"step": Step.CREATE, "doing": Step.SIGN_SERVIDOR, "bnmp_id": "b"}),
        _Paper("INTERNACAO", None, _DONE, _PENDING),
        _Paper("CONTRAMANDADO_INTERNACAO", "INTERNACAO", _DONE),
        _Paper("RECAPTURA", None, _DONE, {"bnmp_status": PecaStatus.EXPIRADO}),
        _Paper("MANDADO_CIVIL", None, _DONE, _FULFILLED),
        _Paper("ALVARA", "MANDADO_CIVIL", _DONE),
        _Paper("MANDADO", None, _HELD, {"reason": Reason.REFUSED_BY_BNMP}),
        _Paper("MORTE", None, State.EXCLUDED, {"reason": Reason.WITHDRAWN, "withdrawal": "…"}),
    ),
)


def dossier(count: int) -> Dossier:
    """Give a person's dossier of `count` documents as settled as a ledger's: nothing in it would move by itself."""
    documents = {one.document_id: one for one in _some(count)}
    whole = Dossier(NOW, COURT, persons={1: Person(1, "12345678901")}, documents=documents)
    settled = decide(whole, PersonReviewed(1)).documents
    return replace(whole, documents={**documents, **settled})


def _some(count: int) -> Iterator[Document]:
    for index in range(count):
        file, place = divmod(index, len(_FILES[0]))
        papers = _FILES[file % len(_FILES)]
        yield _document(papers[place], file, place, [paper.kind for paper in papers])


def _id(file: int, place: int) -> str:
    return f"{file}-{place}"


def _document(paper: _Paper, file: int, place: int, kinds: list[KindName]) -> Document:
    row = KINDS[paper.kind]
    done: dict[str, Any] = {}
    if paper.state is State.REGISTERED:
        done = {"bnmp_id": f"b-{file}-{place}", "national_number": f"{file:020d}{place:08d}", "step": Step.READ_BACK}
        done |= {"bnmp_status": PecaStatus.ATIVO, "registered_at": NOW}
    more = {**done, **paper.more}
    if "missing" in more:
        more["missing"] = tuple(_id(file, kinds.index(kind)) for kind in more["missing"])
    if "withdrawal" in more:
        more["withdrawal"] = Withdrawal("CANCELADO", "c", Role.SERVIDOR, "s901", UNIT, NOW)
    return Document(
        document_id=_id(file, place),
        person=1,
        kind=row.word,
        case_number=case_number(file + 1, 2025),
        unit=UNIT,
        issued_at=NOW - timedelta(days=60 - place),
        variant=row.variant,
        medium="DIGITAL",
        antecedents=(Antecedent(_id(file, kinds.index(paper.on))),) if paper.on else (),
        signer="m901",
        state=paper.state,
        since=NOW,
        priority=LAW[row.word].priority,
        sequence=1,
        turn=1,
        **more,
    )


def facts(person: Dossier) -> dict[str, Fact]:
    """Give one fact of each kind that this person's documents know, by its name; small files do not know them all."""
    told: dict[str, Fact] = {}
    for document in person.documents.values():
        for name, fact in _about(document):
            told.setdefault(name, fact)
    kept = person.documents["0-0"]
    new = replace(_fresh(kept), document_id="new", national_number=None)
    told["DocumentIssued mandado"] = DocumentIssued(replace(new, case_number=case_number(9999, 2026)))
    stands_on = (Antecedent("0-0"),)
    told["DocumentIssued guia"] = DocumentIssued(
        replace(new, kind=KINDS["GUIA_DEFINITIVA"].word, antecedents=stands_on)
    )
    told["DocumentIssued ordem"] = DocumentIssued(replace(new, kind=KINDS["LIBERACAO"].word, antecedents=stands_on))
    told["RjiLinked"] = RjiLinked("c", 1, "12345678901", _BY)
    told["RjiUnlinked"] = RjiUnlinked("c", 1, "98765432109", _BY)
    told["PersonReviewed"] = PersonReviewed(1)
    return told


def _fresh(kept: Document) -> Document:
    content = ("document_id", "person", "kind", "case_number", "unit", "issued_at", "variant", "medium", "antecedents")
    return Document(**{name: getattr(kept, name) for name in content}, signer="m901")


def _about(one: Document) -> Iterator[tuple[str, Fact]]:
    who, state = one.document_id, one.state
    if state is State.REGISTERED:
        yield "ChainBroke", ChainBroke(who)
        yield "ContingencyAnswered", ContingencyAnswered("c", who, _BY, NOW, Consent.SIM)
        return
    if one.ended:
        return
    yield "DueFell", DueFell(who)
    yield "SignerAssigned", SignerAssigned("c", who, _BY, NOW, Hand(Role.MAGISTRADO, "m902", UNIT))
    yield "StatementGiven", StatementGiven("c", who, _BY, NOW, Statement.SEND)
    if state is State.READY:
        yield "StepBegun", StepBegun(who, Step.CREATE)
        yield "SignerUnknown", SignerUnknown(who)
        yield "DocumentReissued", DocumentReissued(replace(_fresh(one), version=2))
        yield "DocumentWithdrawn", DocumentWithdrawn("c", who, _BY, NOW, "CANCELADO")
        yield "ExclusionAsked", ExclusionAsked("c", who, _BY, NOW)
    if state is State.HELD:
        yield "RetryAsked", RetryAsked("c", who, _BY, NOW)
        yield "EscalationFell", EscalationFell(who)
        yield "DataSupplied", DataSupplied("c", who, _BY, NOW, replace(_fresh(one), version=2))
    if state is State.UNCERTAIN:
        yield "DoubtRead nothing", DoubtRead(who, _answer(AnswerClass.OK, one))
        yield "DoubtRead found", DoubtRead(who, replace(_answer(AnswerClass.OK, one), pieces=(_piece(one, "ATIVO"),)))
    if state is State.SENDING and one.doing is not None:
        yield "LeaseTakenOver", LeaseTakenOver(who)
        yield "AnsweredLate", AnsweredLate(who, one.doing, _answer(AnswerClass.OK, one))
        created = replace(_answer(AnswerClass.OK, one), piece=_piece(one, "EM_ELABORACAO"))
        yield f"StepAnswered {one.doing} OK", StepAnswered(who, one.doing, created)
        for kind in (AnswerClass.CONNECTION, AnswerClass.UNCERTAIN, AnswerClass.REFUSED):
            yield f"StepAnswered {kind}", StepAnswered(who, one.doing, _answer(kind, one))


def _answer(kind: AnswerClass, one: Document) -> Answer:
    return Answer(kind, NOW, str(one.doing or "CREATE"))


def _piece(one: Document, status: str) -> Piece:
    return Piece("b-found", f"{abs(hash(one.document_id)) % 10**28:028d}", status)


def read_back(person: Dossier) -> tuple[Dossier, Fact]:
    """Give the person with a first document that is being read back, and the fact that it is in effect."""
    kept = person.documents["0-0"]
    at = replace(kept, state=State.SENDING, doing=Step.READ_BACK, step=Step.SIGN_MAGISTRADO, registered_at=None)
    fact = StepAnswered("0-0", Step.READ_BACK, replace(_answer(AnswerClass.OK, at), piece=_piece(at, "CUMPRIDO")))
    return replace(person, documents={**person.documents, "0-0": at}), fact
