"""Look-ups: BNMP is asked what a document waits for, before anybody is told that it is missing (docs/law.md safety-2).

A document that is held and whose `due_fact` is LOOK_UP asks now where it has no `due_at`, and otherwise by the clock.
The sender's lane reads, under the person's claim and without a write; what is read comes back as a fact.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rules import late, twins
from rules.antecedents import needs, to_ask
from rules.casework import Casework, is_asking
from rules.chain import MERGE
from rules.contingency import noted, standing_evidence
from rules.dossier import Attempt, Document, Dossier, Found, changed
from rules.doubt import is_fault_for_good
from rules.facts import Answer, LookedUp, Piece, Question
from rules.kinds import KINDS
from rules.merges import follow
from rules.prerequisites import row_of
from rules.settling import decide_one, reask
from rules.signers import forbidden
from rules.words import AnswerClass, DueFact, PecaStatus, State

MOST_SHOWN = 10
_STATUSES = frozenset(PecaStatus)


def question(document: Document, dossier: Dossier) -> Question:
    """What a document that asks has to be told."""
    if twins.is_watched(document):
        return twins.question(document)
    if late.is_watched(document):
        return late.question(document, dossier)
    merge = dossier.merge_of(document.person)
    if merge is not None and document.missing == (MERGE,):
        return Question(merged=merge.from_rji)
    names, row = _names(document, dossier), row_of(document, dossier.court)
    pecas = {KINDS[kind].peca for kind in row.on} if row and None in names.values() else set()
    return Question(tuple(sorted({number for number in names.values() if number})), tuple(sorted(pecas)))


def looked_up(work: Casework, fact: LookedUp) -> None:
    """BNMP was asked what a document waits for; the class of its answer says what next."""
    document = work.documents[fact.document_id]
    if not is_asking(document):
        work.put(document, f"late look-up {fact.answer.answer}")
        return
    if twins.is_watched(document):
        _mirror(work, fact.answer.pieces)
        twins.searched(work, work.documents[fact.document_id], fact)
        return
    if late.is_watched(document):
        late.looked_up(work, document, fact)
        return
    ANSWERED[fact.answer.answer](work, document, fact)
    after = work.documents[fact.document_id]
    left = question(after, work.now())
    if (
        fact.answer.answer is AnswerClass.OK
        and after.due_fact == DueFact.LOOK_UP
        and left not in (fact.asked, Question())
    ):
        # What it waits for has changed while BNMP was asked.
        ask_again(work, after)


def ask_again(work: Casework, document: Document) -> None:
    """The clock says that BNMP is to be asked again; with the link down it would say nothing."""
    if work.dossier.link.blocked:
        work.put(_later(work, document, reask(document, work.dossier)))
    elif not is_asking(document):
        work.put(work.wake(changed(document, due_at=None, due_fact=DueFact.LOOK_UP)))


def _told(work: Casework, document: Document, fact: LookedUp) -> None:
    answer = fact.answer
    _mirror(work, answer.pieces)
    # By what is the matter with them now that their statuses are known: the same is not asked twice.
    names = _names(document, work.now())
    document = changed(work.documents[document.document_id], attempts=standing_evidence(document))
    if fact.asked.merged is not None:
        follow(work, document, answer.rji)
    else:
        if answer.rji is not None:
            document = _named_by_it(work, document, answer.rji)
        asked = {name: number for name, number in names.items() if number in fact.asked.numbers or not number}
        kept = (one for one in document.found if one.name not in asked)
        document = changed(document, found=(*kept, *_found(asked, answer.pieces)))
    document = work.put(
        _later(work, document, reask(document, work.dossier)), f"looked up: {len(answer.pieces)} pieces"
    )
    decide_one(work, document)


def _named_by_it(work: Casework, document: Document, rji: str) -> Document:
    """Another RJI of the person since a merge; else a release takes the RJI of the warrant that it reaches (safety-22).

    Its person is linked to nobody by it: their other documents are not meant.
    """
    if work.now().persons[document.person].rji is not None:
        follow(work, document, rji)
        return document
    return changed(document, rji=rji) if document.liberty else document


def _found(names: Mapping[str, str | None], pieces: tuple[Piece, ...]) -> list[Found]:
    """What BNMP showed under each name: the piece of its number, else the pieces of the case among which to choose."""
    rows = []
    for name, number in names.items():
        mine = [piece for piece in pieces if number is None or piece.national_number == number]
        rows += [_shown(name, piece) for piece in mine[:MOST_SHOWN]] or [Found(name)]
    return rows


def _shown(name: str, piece: Piece) -> Found:
    return Found(name, piece.bnmp_id, piece.national_number, piece.status, piece.peca, piece.rji)


def _mirror(work: Casework, pieces: tuple[Piece, ...]) -> None:
    """The status of a piece of ours is the one that BNMP shows (docs/law.md safety-2)."""
    status = {piece.bnmp_id: piece.status for piece in pieces if piece.status in _STATUSES}
    for one in list(work.documents.values()):
        said = status.get(one.bnmp_id or "")
        if said is not None and one.state is State.REGISTERED and one.bnmp_status != said:
            told = ("bnmp.document.status-changed.v1", {"bnmp_status": said, "person_status": None})
            work.put(work.say_outcome(changed(one, bnmp_status=said), told), f"{said} at BNMP")


def _unconnected(work: Casework, document: Document, fact: LookedUp) -> None:
    """An attempt of its own that failed: evidence like any other (docs/law.md safety-15), and asked again soon."""
    noted = _note(document, replace(fact.answer, answer=AnswerClass.CONNECTION))
    decide_one(work, work.put(_later(work, noted, work.dossier.windows.probe), fact.answer.detail))


def _throttled(work: Casework, document: Document, fact: LookedUp) -> None:
    work.put(_later(work, document, fact.answer.retry_after or work.dossier.windows.probe), "throttled")


def _faulted(work: Casework, document: Document, fact: LookedUp) -> None:
    document = _note(document, fact.answer)
    if is_fault_for_good(document):
        _in_vain(work, document, fact)
    else:
        work.put(_later(work, document, work.dossier.windows.probe), fact.answer.detail)


def _in_vain(work: Casework, document: Document, fact: LookedUp) -> None:
    """BNMP does not say: what is missing is told as missing, and asked for again by the clock."""
    known = {found.name for found in document.found}
    unknown = tuple(Found(name) for name in _names(document, work.now()) if name not in known)
    document = changed(document, found=(*document.found, *unknown), attempts=standing_evidence(document))
    document = _later(work, document, reask(document, work.dossier))
    decide_one(work, work.put(document, f"looked up in vain: {fact.answer.answer}"))


def _refused(work: Casework, document: Document, fact: LookedUp) -> None:
    forbidden(work, _note(document, fact.answer), fact.answer)


def _names(document: Document, dossier: Dossier) -> dict[str, str | None]:
    return to_ask(document, needs(document, dossier), dossier)


def _note(document: Document, answer: Answer) -> Document:
    return noted(document, Attempt(answer.at, answer.op, answer.answer, answer.detail))


def _later(work: Casework, document: Document, seconds: float) -> Document:
    due: dict[str, Any] = {"due_at": work.dossier.after(seconds), "due_fact": DueFact.LOOK_UP}
    return changed(document, looked_up_at=work.dossier.now, **due)


ANSWERED: dict[AnswerClass, Callable[[Casework, Document, LookedUp], None]] = {
    AnswerClass.OK: _told,
    AnswerClass.CONNECTION: _unconnected,
    AnswerClass.UNCERTAIN: _unconnected,
    AnswerClass.THROTTLED: _throttled,
    AnswerClass.ACCESS: _refused,
    AnswerClass.REFUSED: _in_vain,
    AnswerClass.CHAIN: _in_vain,
    AnswerClass.DUPLICATE: _in_vain,
    AnswerClass.FAULT: _faulted,
}
