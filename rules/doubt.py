"""Doubt: a write that lost its answer is neither success nor failure until the registry was read.

One piece that matches is adopted; nothing found, after the readings of its window, means that the write
may be sent again (docs/law.md safety-27); what "exists already" and is not there is a divergence
(docs/law.md safety-26).
"""

from collections.abc import Sequence
from typing import Any

from rules.casework import Casework
from rules.contingency import standing_evidence
from rules.dossier import Document, changed
from rules.facts import Answer, DoubtRead, Piece
from rules.kinds import PRIORITY_LIBERTY
from rules.settling import NO_DUE
from rules.steps import is_behind, only_reading_left, step_of_status
from rules.transmission import Event
from rules.words import GONE, GONE_PIECE, AnswerClass, LinkState, PecaStatus, Reason, Role, State, Step

FAULT_LIMIT = 3
_KNOWN = frozenset(PecaStatus)


def doubt(work: Casework, document: Document, detail: str) -> None:
    """Ask before acting: the first reading is at once, the others by the doubt window."""
    due: dict[str, Any] = {"due_at": work.dossier.now, "due_fact": "READ_AGAIN"}
    work.move(document, Event.DOUBT, reads=0, detail=detail, **due)


def with_piece(document: Document, piece: Piece) -> Document:
    """The document with what the registry's piece says of it."""
    number = piece.national_number or document.national_number
    return changed(document, bnmp_id=piece.bnmp_id, national_number=number, bnmp_status=piece.status)


def stop(
    work: Casework, document: Document, reason: Reason, detail: str, *, keep_doing: bool = False, **changes: Any
) -> None:
    """Hold a document, or let an opened one wait in CONTINGENCY, for `reason`."""
    changes["doing"] = document.doing if keep_doing else None
    event = Event.RETURN if document.opened else Event.HOLD
    work.move(document, event, reason=reason, detail=detail, **({**NO_DUE, **changes}))


def doubt_read(work: Casework, fact: DoubtRead) -> None:
    """The registry was read: adopt the one piece that matches, or after the window send again."""
    document = work.documents[fact.document_id]
    if document.state is not State.UNCERTAIN:
        work.put(document, "late reading")
        return
    answer = fact.answer
    found = _that_count(document, answer)
    if answer.answer is not AnswerClass.OK:
        _read_later(work, document, f"reading failed: {answer.answer}", failed=True)
    elif answer.rji is not None:
        work.rjis[document.person] = answer.rji
        _resume(work, changed(document, step=Step.PERSON), "person found on reading")
    elif _are_several(found):
        stop(work, document, Reason.UNCERTAIN_OUTCOME, f"{len(found)} pieces match", keep_doing=True)
    elif found:
        _one_found(work, document, found[0])
    elif document.bnmp_id is not None and answer.pieces:
        _resume(work, without_piece(document), "draft cancelled")
    elif document.doing is Step.PERSON_CREATE and are_candidates(document, answer):
        choose_person(work, document)
    else:
        _nothing_happened(work, document)


def looked_for(work: Casework, document: Document, answer: Answer) -> None:
    """What was issued under contingency was looked for before it is created: what is there is not made again (resolution)."""
    pieces = _that_count(document, answer)
    if _are_several(pieces):
        stop(work, document, Reason.UNCERTAIN_OUTCOME, f"{len(pieces)} pieces match")
        return
    found = pieces[0] if pieces else None
    proved = step_of_status(document, found.status) if found else Step.LOOK_UP
    if found is not None and proved is None:
        unproved(work, document, found)
        return
    document = with_piece(document, found) if found else document
    work.put(
        changed(document, step=proved, doing=None), "registered by hand: adopted" if found else "not registered yet"
    )


def are_candidates(document: Document, answer: Answer) -> bool:
    """Whether BNMP has somebody beside whom nobody is created; a release, and what it waits for, waits for nobody removed.

    No document can be about somebody inactive, and the unit can choose nobody else (docs/law.md safety-22, 23).
    """
    return bool(answer.candidates or (answer.inactive and document.priority != PRIORITY_LIBERTY))


def choose_person(work: Casework, document: Document) -> None:
    """Nobody is created beside a candidate: the unit chooses (docs/law.md safety-22)."""
    gaps = (*document.gaps, "rji")
    stop(work, changed(document, gaps=gaps, step=None), Reason.MISSING_DATA, "candidates found", missing=gaps)


def _one_found(work: Casework, document: Document, piece: Piece) -> None:
    proved = step_of_status(document, piece.status)
    if proved is None:
        unproved(work, document, piece)
    elif document.doing is not None and is_behind(document, proved, document.doing):
        _nothing_happened(work, with_piece(document, piece))
    else:
        _resume(work, changed(with_piece(document, piece), step=proved), "adopted on reading")


def unproved(work: Casework, document: Document, piece: Piece) -> None:
    """A status that proves no step: one we know is a divergence for the unit, an unknown label is read again.

    What is gone is named, so that a retry settles that it counts no more (docs/law.md cancellation).
    """
    said = f"status {piece.status}"
    if piece.status in GONE and gone_piece(piece.bnmp_id) in document.cleared:
        again(work, changed(without_piece(document), doing=None), work.dossier.windows.probe, "draft cancelled")
    elif piece.status in _KNOWN:
        named = (gone_piece(piece.bnmp_id),) if piece.status in GONE else ()
        stop(work, document, Reason.DIVERGENCE, said, missing=named)
    elif document.state is State.UNCERTAIN:
        _read_later(work, document, said)
    else:
        again(work, changed(document, doing=None), work.dossier.windows.probe, said)


def gone_piece(bnmp_id: str) -> str:
    """The ground, among those that are cleared, that this piece is gone and counts no more for its document."""
    return f"{GONE_PIECE}{bnmp_id}"


def without_need_of_piece(document: Document) -> Document:
    """The document whose own piece counts no more as soon as it is gone."""
    return document if document.bnmp_id is None else _settled(document, gone_piece(document.bnmp_id))


def without_piece(document: Document) -> Document:
    """The document whose piece is gone: what is created for it is another one."""
    document = without_need_of_piece(document)
    return changed(document, bnmp_id=None, national_number=None, bnmp_status=None, step=None)


def _settled(document: Document, *grounds: str) -> Document:
    return changed(document, cleared=tuple(dict.fromkeys((*document.cleared, *grounds))))


def settled_by_retry(document: Document, role: Role) -> Document:
    """The document after another try of it was asked for in this role by somebody who was told what is gone.

    A draft was annulled in BNMP by somebody of the unit, and is no operator's; what may have been in effect is the judge's.
    """
    may = role is Role.MAGISTRADO or (role is not Role.OPERADOR and not only_reading_left(document))
    grounds = tuple(one for one in document.missing if may and one.startswith(GONE_PIECE))
    document = _settled(document, *grounds) if grounds else document
    return without_piece(document) if gone_piece(document.bnmp_id or "") in grounds else document


def _that_count(document: Document, answer: Answer) -> list[Piece]:
    """Of the pieces that BNMP shows those that count: what is gone, where nothing else is there and nobody has settled it."""
    there = [one for one in answer.pieces if one.status not in GONE]
    return there or [one for one in answer.pieces if gone_piece(one.bnmp_id) not in document.cleared]


def _are_several(found: Sequence[Piece]) -> bool:
    """Whether the unit has to choose; of several that are gone each is told and settled after the other."""
    return len(found) > 1 and found[0].status not in GONE


def again(work: Casework, document: Document, seconds: float, detail: str) -> None:
    """Put a document back in its queue, not to be taken before `seconds` have gone by."""
    due: dict[str, Any] = {"due_at": work.dossier.after(seconds), "due_fact": "RETRY"}
    work.move(document, Event.RETURN if document.opened else Event.GO, detail=detail, **due)


def _resume(work: Casework, document: Document, detail: str) -> None:
    _go_on(work, changed(document, reads=0), detail)


def _go_on(work: Casework, document: Document, detail: str) -> None:
    work.move(document, Event.RETURN if document.opened else Event.GO, doing=None, detail=detail, **NO_DUE)


def _nothing_happened(work: Casework, document: Document) -> None:
    """The write left no trace yet: one reading more, and after the last the write is sent again (safety-27).

    Not where BNMP said that it exists already, and not at once where BNMP had failed for the last time.
    """
    reads = document.reads + 1
    last = document.attempts[-1].answer if document.attempts else None
    if reads < _window(work, document)[0]:
        _read_later(work, changed(document, reads=reads), f"no trace, reading {reads}")
    elif last is AnswerClass.DUPLICATE:
        stop(work, document, Reason.DIVERGENCE, "exists already, and cannot be found")
    elif is_fault_for_good(document):
        fault_for_good(work, document)
    else:
        # Of a creation it is remembered that it was sent again (rules/twins.py).
        sent_again = changed(_waited(work, document), reads=reads if document.doing is Step.CREATE else 0)
        _go_on(work, sent_again, f"no trace after {reads} readings: may be sent again")


def _waited(work: Casework, document: Document) -> Document:
    """A creation that was lost in an unavailability waited for its end: it is registered with justification (safety-17).

    What was offered and opened carries its own instant already; a signature is of a piece that is registered.
    """
    link = work.dossier.link
    began, ended = document.since, link.since
    over = link.state is LinkState.UP and (began is None or ended is None or ended < began)
    if over or document.doing not in (Step.CREATE, Step.PERSON_CREATE):
        return document
    lost = next((one.at for one in reversed(document.attempts) if one.answer is AnswerClass.UNCERTAIN), began)
    return changed(document, retroactive=True, failed_access_at=document.failed_access_at or lost)


def is_fault_for_good(document: Document) -> bool:
    """Whether the registry has failed on it often enough to leave it alone for a while."""
    since = document.attempts[len(standing_evidence(document)) :]
    return sum(attempt.answer is AnswerClass.FAULT for attempt in since) >= FAULT_LIMIT


def fault_for_good(work: Casework, document: Document) -> None:
    """Hold for the operator and ask again by the clock; nothing of it is in doubt any more."""
    due: dict[str, Any] = {"due_at": work.dossier.after(work.dossier.windows.reask_other), "due_fact": "ASK_AGAIN"}
    stop(work, document, Reason.REGISTRY_FAULT, "the registry fails on it", **due)


def _read_later(work: Casework, document: Document, detail: str, *, failed: bool = False) -> None:
    """Read again by the doubt window; only a reading that failed is repeated sooner, for it counts for nothing."""
    reads, seconds = _window(work, document)
    wait = seconds / max(reads - 1, 1)
    if failed and work.dossier.link.state is not LinkState.UP:
        wait = min(wait, work.dossier.windows.probe)
    work.put(changed(document, due_at=work.dossier.after(wait), due_fact="READ_AGAIN"), detail)


def _window(work: Casework, document: Document) -> tuple[int, float]:
    windows = work.dossier.windows
    if document.priority == PRIORITY_LIBERTY:
        return windows.doubt_liberty_reads, windows.doubt_liberty
    return windows.doubt_arrest_reads, windows.doubt_arrest
