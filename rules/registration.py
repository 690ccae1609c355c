"""Registration: what each step of a lane, and each answer of the registry, does to a document.

The classes of answer are a table; each row says what becomes of the document. A write that lost its
answer is neither success nor failure: the document is UNCERTAIN until the registry was read
(docs/law.md safety-27).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rules import annulment, late, messages, pieces, stock, twins
from rules.casework import Casework, Say
from rules.certificate import of_contingency, resolved
from rules.contingency import is_exhausted, noted, standing_evidence
from rules.dossier import Attempt, Document, Withdrawal, changed
from rules.doubt import (
    again,
    are_candidates,
    choose_person,
    doubt,
    fault_for_good,
    is_fault_for_good,
    looked_for,
    stop,
    unproved,
    with_piece,
)
from rules.effects import effect_of
from rules.facts import Answer, LeaseTakenOver, StepAnswered, StepBegun
from rules.gone import gone
from rules.identifiers import CASE, is_of
from rules.identity import person_of
from rules.kinds import KINDS, PRIORITY_LIBERTY
from rules.merges import follow
from rules.requests import answer
from rules.settling import NO_DUE, apply
from rules.signers import forbidden
from rules.steps import WRITES, only_reading_left, step_of_status
from rules.transmission import Event
from rules.verdict import verdict
from rules.withdrawals import registered_already, to_be_annulled
from rules.words import AnswerClass, Reason, State, Step


def begun(work: Casework, fact: StepBegun) -> None:
    """A lane asks whether it may send a step now; the last look is here (docs/law.md safety-12).

    The document is SENDING with `doing` set afterwards if it may, and anything else if it may not.
    """
    document = work.documents[fact.document_id]
    if fact.step is Step.ANNUL:
        annulment.begun(work, document)
        return
    if document.state is State.CONTINGENCY and document.doing in WRITES:
        # It was opened in doubt: the registry is read before anything else.
        doubt(work, work.move(document, Event.BEGIN), "opened in doubt")
        return
    if document.state not in (State.READY, State.CONTINGENCY, State.SENDING) or document.doing in WRITES:
        return
    seen = work.look(document.document_id)
    said = verdict(document, seen)
    waits = seen.needs[document.document_id].waits and not only_reading_left(document)
    if said.event is not Event.GO or waits:
        # What came between two steps and goes first is not passed by: it would be asked for again and again, and never go.
        apply(work, document, said, seen, doing=None)
        return
    # A release goes under the RJI of the warrant that it reaches where its own person has none (safety-22).
    rji = None if work.persons()[document.person].rji else person_of(document, work.now()).rji
    work.move(document, Event.BEGIN, doing=fact.step, rji=rji, detail=f"{fact.step} begun", **NO_DUE)


def taken_over(work: Casework, fact: LeaseTakenOver) -> None:
    """The holder is gone: a write of it may be under way, so the registry is read first."""
    document = work.documents[fact.document_id]
    if document.state is not State.SENDING:
        return
    if document.doing in WRITES:
        doubt(work, document, "lease taken over")
    elif document.opened:
        work.move(document, Event.RETURN, doing=None, detail="lease taken over")
    else:
        work.move(document, Event.GO, doing=None, detail="lease taken over")


def answered(work: Casework, fact: StepAnswered) -> None:
    """The registry answered, or did not; the class of the answer says what next."""
    document = work.documents[fact.document_id]
    if fact.step is Step.ANNUL:
        annulment.answered(work, document, fact.answer)
        return
    if document.state is not State.SENDING or document.doing is not fact.step:
        work.put(document, f"late answer {fact.answer.answer} to {fact.step}")
        return
    ANSWERED[fact.answer.answer](work, document, fact.answer)


def _succeeded(work: Casework, document: Document, answer: Answer) -> None:
    step, document = document.doing, changed(document, attempts=standing_evidence(document))
    said_nothing = {Step.CREATE: answer.piece is None, Step.PERSON_CREATE: not (answer.rji or answer.candidates)}
    if step is not None and said_nothing.get(step):
        doubt(work, document, f"{step} answered without what it made")
    elif step in (Step.PERSON, Step.PERSON_CREATE):
        _person_found(work, document, answer)
    elif step is Step.LOOK_UP:
        looked_for(work, document, answer)
    elif step is Step.READ_BACK:
        _read_back(work, document, answer)
    elif step is Step.CREATE and answer.piece is not None:
        if answer.rji is not None and document.rji is not None:
            document = changed(document, rji=answer.rji)
        elif answer.rji is not None:
            follow(work, document, answer.rji)
        work.put(changed(with_piece(document, answer.piece), step=Step.CREATE, doing=None), "created")
    else:
        work.put(changed(document, step=step, doing=None), f"{step} done")


def _person_found(work: Casework, document: Document, answer: Answer) -> None:
    """Nobody is taken for a namesake, and nobody is created beside a candidate (docs/law.md safety-22)."""
    if answer.rji is not None and document.doing is Step.PERSON and document.analysis is not None:
        # Of the stock nobody is linked by equal traits either: the unit said that there was nobody.
        choose_person(work, document)
    elif answer.rji is not None:
        work.rjis[document.person] = answer.rji
        work.put(changed(document, step=Step.PERSON, doing=None), "person found")
    elif are_candidates(document, answer):
        choose_person(work, document)
    else:
        work.put(changed(document, step=Step.PERSON, doing=None), "nobody found")


def _read_back(work: Casework, document: Document, answer: Answer) -> None:
    """REGISTERED only with the status that its kind must have (docs/law.md safety-1)."""
    piece = answer.piece
    if piece is None:
        again(work, changed(document, doing=None), work.dossier.windows.probe, "nothing read back")
        return
    document = with_piece(document, piece)
    if piece.status in KINDS[document.kind].in_effect:
        if document.national_number is None:
            # In effect, and BNMP does not say under which number: it is not told as registered before it does.
            again(work, changed(document, doing=None), work.dossier.windows.probe, "read back without a number")
            return
        _register(work, document)
        late.note(work, work.documents[document.document_id], answer.situation)
        return
    proved = step_of_status(document, piece.status)
    if proved is None:
        unproved(work, document, piece)
    else:
        # Signed, and shown as unsigned: the missing hand signs again, at the probe's pace and not at once.
        again(work, changed(document, step=proved, doing=None), work.dossier.windows.probe, f"status {piece.status}")


def _register(work: Casework, document: Document) -> None:
    now = work.dossier.now
    reached = work.look(document.document_id).needs[document.document_id].reached
    settled: dict[str, Any] = {"registered_at": now, "doing": None, "step": Step.READ_BACK, **NO_DUE}
    document = work.move(document, Event.REGISTER, detail="registered", **settled)
    if document.withdrawal is not None:
        document = _taken_back(work, document, document.withdrawal)
    if document.opened:
        rji = document.rji or work.persons()[document.person].rji
        issued = of_contingency(document, rji, work.dossier.court, now)
        work.certificates.append(issued)
        work.put(work.say_outcome(document, ("bnmp.contingency.resolved.v1", resolved(issued))))
    stock.registered(work, work.documents[document.document_id], document.rji or work.persons()[document.person].rji)
    _compare_number(work, document)
    twins.watch_for(work, work.documents[document.document_id])
    row = effect_of(document)
    if row is None or row.reached is None:
        return
    # What registering a piece does to the mandados it reaches (docs/law.md effects).
    for mandado in [work.documents[mandado_id] for mandado_id in reached]:
        if mandado.state is State.REGISTERED and mandado.bnmp_status is not None:
            status = pieces.after(mandado.bnmp_status, row.reached)
            work.put(changed(mandado, bnmp_status=status), f"{status} by {document.kind}")


def _taken_back(work: Casework, document: Document, taken: Withdrawal) -> Document:
    """It was in effect when the withdrawal came to be decided: told, or BNMP is asked to annul it (docs/law.md safety-29)."""
    why = registered_already(document, taken.reason)
    if why is None:
        return work.put(work.wake(to_be_annulled(document)), "to be annulled")
    answer(work, taken.command_id, why, applied=False)
    return document


def _compare_number(work: Casework, document: Document) -> None:
    """A number of another case or type is told and refused by nobody: cases are divided (docs/law.md identifiers)."""
    number, peca = document.national_number, KINDS[document.kind].peca
    if number is None or not document.case_number or is_of(number, document.case_number, peca):
        return
    data = {
        "kind": "NUMBER",
        "ours": f"{CASE.bare(document.case_number)}{peca:02d}",
        "registry": number,
        "document_id": document.document_id,
        "case_number": document.case_number,
        "message": messages.OTHER_NUMBER,
    }
    work.says.append(Say("bnmp.divergence.found.v1", data, document))


def _note(document: Document, answer: Answer) -> Document:
    return noted(document, Attempt(answer.at, answer.op, answer.answer, answer.detail))


def _unconnected(work: Casework, document: Document, answer: Answer) -> None:
    """Retry first, bounded by kind; when its attempts are spent the verdict offers or waits (safety-15)."""
    document = changed(_note(document, answer), doing=None)
    if document.opened or not is_exhausted(document, work.dossier):
        attempts, seconds = work.dossier.windows.retry(liberty=document.liberty)
        again(work, document, seconds / (attempts * 2), answer.detail)
        return
    seen = work.look(work.keep(document).document_id)
    said = verdict(document, seen)
    apply(work, document, said, seen, detail=answer.detail, doing=None)


def _lost(work: Casework, document: Document, answer: Answer) -> None:
    if document.doing in WRITES:
        doubt(work, _note(document, answer), answer.detail)
    else:
        _unconnected(work, document, replace(answer, answer=AnswerClass.CONNECTION))


def _throttled(work: Casework, document: Document, answer: Answer) -> None:
    again(work, changed(document, doing=None), answer.retry_after or work.dossier.windows.probe, "throttled")


def _faulted(work: Casework, document: Document, answer: Answer) -> None:
    """A write that faulted is read back first; bounded, then the operator is told."""
    document = _note(document, answer)
    if document.doing in WRITES:
        doubt(work, document, answer.detail)
    elif is_fault_for_good(document):
        fault_for_good(work, document)
    else:
        again(work, changed(document, doing=None), work.dossier.windows.probe, answer.detail)


def _holding(reason: Reason) -> Callable[[Casework, Document, Answer], None]:
    def hold(work: Casework, document: Document, answer: Answer) -> None:
        stop(work, _note(document, answer), reason, answer.detail)

    return hold


def _chained(work: Casework, document: Document, answer: Answer) -> None:
    """BNMP does not see the antecedent that we see, or that it showed: look again by the clock."""
    if answer.gone:
        gone(work, _note(document, answer), answer)
        return
    document = replace(document, found=())
    windows = work.dossier.windows
    wait = windows.reask_liberty if document.priority == PRIORITY_LIBERTY else windows.reask_other
    due: dict[str, Any] = {"due_at": work.dossier.after(wait), "due_fact": "ASK_AGAIN"}
    stop(work, _note(document, answer), Reason.MISSING_ANTECEDENT, answer.detail, **due)


ANSWERED: dict[AnswerClass, Callable[[Casework, Document, Answer], None]] = {
    AnswerClass.OK: _succeeded,
    AnswerClass.CONNECTION: _unconnected,
    AnswerClass.UNCERTAIN: _lost,
    AnswerClass.THROTTLED: _throttled,
    AnswerClass.ACCESS: lambda work, document, answer: forbidden(work, _note(document, answer), answer),
    AnswerClass.REFUSED: _holding(Reason.REFUSED_BY_BNMP),
    AnswerClass.CHAIN: _chained,
    # "It exists already" is compared before it counts (docs/law.md safety-26): read it like a lost answer.
    AnswerClass.DUPLICATE: _lost,
    AnswerClass.FAULT: _faulted,
}
