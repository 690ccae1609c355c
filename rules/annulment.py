"""Annulment: a piece is taken out of BNMP again, if CNJ allows it (docs/law.md cancellation, safety-12, safety-29).

Theory of operation. Two sorts of piece are annulled: one in effect whose unit has taken it back, and the draft of a
document that was stopped, which is cancelled and not left. The sender's lane does it under the person's claim, like a
look-up (`due_fact` ANNUL; without `due_at`, now). The adapter reads the piece before it asks and again after it: what
follows a lost answer is a reading, nothing of it is ever in doubt, and done twice it is done once. CNJ alone decides;
what it refuses stands, and the unit is told. A document that was in effect stays REGISTERED, with the status that BNMP
gave it, and what it had done is undone; one that was stopped loses its draft, and ends or is created anew.
"""

from collections.abc import Callable, Iterable

from rules import pieces
from rules.antecedents import needs
from rules.casework import Casework, is_annulling
from rules.certificate import of_annulment
from rules.dossier import Document, Dossier, Hand, changed
from rules.doubt import without_need_of_piece, without_piece
from rules.facts import Answer
from rules.history import FREEING
from rules.kinds import BRINGS_BACK, undone_as
from rules.pieces import PieceEvent
from rules.reach import DEATH
from rules.requests import answer
from rules.settling import NO_DUE, apply, decide_one, reask
from rules.verdict import verdict
from rules.withdrawals import DRAFT, is_to_be_cancelled
from rules.words import GONE, AnswerClass, DueFact, Effect, Role, State

LIMIT = 150
_TAKEN_BACK = "Documento retirado pela unidade no SAJ."
_STOPPED = "Registro interrompido antes da última assinatura."


def terms(document: Document) -> tuple[str, tuple[Hand, ...]]:
    """With what justification (150 characters at most) its piece is annulled, and by whom instead of its signers.

    What is in effect is annulled in the name of who took it back and of nobody else; a draft by whoever made it.
    """
    taken = document.withdrawal
    if taken is None:
        return _STOPPED, ()
    signs = (Role.SERVIDOR, Role.MAGISTRADO) if document.state is State.REGISTERED else ()
    return (taken.why or _TAKEN_BACK)[:LIMIT], tuple(Hand(role, taken.user, taken.unit) for role in signs)


def fallen_due(work: Casework, document: Document) -> None:
    """The clock says that BNMP is to be asked again; with the link down it would say nothing."""
    document = changed(document, due_at=None, due_fact=DueFact.ANNUL)
    if work.dossier.link.blocked:
        _later(work, document, reask(document, work.dossier), "link down")
    else:
        work.put(work.wake(document))


def begun(work: Casework, document: Document) -> None:
    """A lane is about to ask: the last look, after which it may ask only if `due_fact` still says so."""
    if not is_annulling(document):
        return
    if document.state is State.REGISTERED:
        why = why_not(document, work.now())
        if why is not None:
            _give_up(work, document, why)
        return
    # Only another word of its unit moves what it has taken back.
    if document.missing != (DRAFT,):
        seen = work.look(document.document_id)
        said = verdict(document, seen)
        if not is_to_be_cancelled(document, said.reason, said.missing):
            apply(work, document, said, seen)
            return
    # Also where no answer comes, and the document may go meanwhile.
    work.put(without_need_of_piece(document))


def why_not(document: Document, dossier: Dossier) -> str | None:
    """Why what is in effect is not annulled now although its unit wants it; None where nothing speaks against it.

    What would have somebody sought or held again is stopped by what stops a mandado (docs/law.md safety-6, 12, 23).
    """
    if undone_as(document.kind) is not Effect.ARREST:
        return None
    same = dossier.same(document.person)
    others = [one for one in dossier.documents.values() if one.document_id != document.document_id and one.stands]
    stops = (
        ("DEAD_LETTER_AHEAD", any(dossier.persons[one].dead_letters for one in same)),
        ("MERGE_UNCONFIRMED", dossier.merge_of(document.person) is not None),
        ("DEAD", any(one.kind == DEATH and one.person in same for one in others)),
        ("FREED_SINCE", _is_freed_since(document, dossier)),
        ("ANOTHER_RELEASE", _is_released_otherwise(document, others, dossier)),
    )
    return next((name for name, holds in stops if holds), None)


def _is_freed_since(document: Document, dossier: Dossier) -> bool:
    """Whether the history shows a release since, or on the day on which, it was issued."""
    issued, zone = document.issued_at, dossier.court.zone
    events = (event for one in dossier.same(document.person) for event in dossier.persons[one].custody)
    return any(e.event in FREEING and (issued is None or e.on >= issued.astimezone(zone).date()) for e in events)


def _is_released_otherwise(document: Document, others: Iterable[Document], dossier: Dossier) -> bool:
    """Whether another release that is not registered yet reaches the same mandados; or any, where these would live again."""
    mandados = set(needs(document, dossier).reached)
    return any(
        not mandados.isdisjoint(needs(one, dossier).reached)
        for one in others
        if one.liberty and (document.kind in BRINGS_BACK or not one.ended)
    )


def answered(work: Casework, document: Document, told: Answer) -> None:
    """BNMP annulled the piece, or did not, or nobody answered."""
    if document.bnmp_id is None or (document.ended and document.state is not State.REGISTERED):
        work.put(document, f"late annulment {told.answer}")
        return
    ANSWERED[told.answer](work, document, told)


def _told(work: Casework, document: Document, told: Answer) -> None:
    status = told.piece.status if told.piece is not None else None
    if document.state is not State.REGISTERED and (status is None or status in GONE):
        _forget(work, document)
    elif document.state is not State.REGISTERED:
        _later(work, document, reask(document, work.dossier), f"still {status}")
    elif status is None:
        _give_up(work, document, "NOT_AT_BNMP")
    elif status in GONE:
        _undo(work, document, status)
    else:
        _later(work, document, reask(document, work.dossier), f"still {status}")


def _forget(work: Casework, document: Document) -> None:
    """The draft is gone: what was taken back ends, and what may go later is created anew then."""
    decide_one(work, work.put(changed(without_piece(document), **NO_DUE), "draft cancelled"))


def _undo(work: Casework, document: Document, status: str) -> None:
    """What was in effect is annulled: the mandado that it had ended or fulfilled is pending again."""
    reached = needs(document, work.now()).reached if document.kind in BRINGS_BACK else ()
    document = work.put(changed(document, bnmp_status=status, **NO_DUE), f"{status} at BNMP")
    rji = document.rji or work.persons()[document.person].rji
    issued = of_annulment(document, rji, work.dossier.now)
    work.certificates.append(issued)
    _say_status(work, document, certificate=issued.told())
    if document.withdrawal is not None:
        answer(work, document.withdrawal.command_id, "ANNULLED")
    for mandado in [work.documents[one] for one in reached]:
        if mandado.state is State.REGISTERED and mandado.bnmp_status is not None:
            back = pieces.after(mandado.bnmp_status, PieceEvent.UNDONE)
            if back != mandado.bnmp_status:
                _say_status(work, work.put(changed(mandado, bnmp_status=back), f"{back} by an annulment"))


def _say_status(work: Casework, document: Document, **more: object) -> None:
    told = {"bnmp_status": document.bnmp_status, "person_status": None, **more}
    work.put(work.say_outcome(document, ("bnmp.document.status-changed.v1", told)))


def _give_up(work: Casework, document: Document, why: str) -> None:
    """What is in effect stands; whoever took it back is told why (docs/law.md cancellation)."""
    taken = document.withdrawal
    work.put(changed(document, withdrawal=None, **NO_DUE), f"not annulled: {why}")
    if taken is not None:
        answer(work, taken.command_id, why, applied=False)


def _refused(why: str) -> Callable[[Casework, Document, Answer], None]:
    def stands(work: Casework, document: Document, told: Answer) -> None:
        if document.state is State.REGISTERED:
            _give_up(work, document, why)
        else:
            # A draft is for its unit, and CNJ is asked again by the clock.
            _later(work, document, reask(document, work.dossier), told.detail)

    return stands


def _again(work: Casework, document: Document, told: Answer) -> None:
    _later(work, document, told.retry_after or work.dossier.windows.probe, told.detail)


def _faulted(work: Casework, document: Document, told: Answer) -> None:
    _later(work, document, reask(document, work.dossier), told.detail)


def _later(work: Casework, document: Document, seconds: float, detail: str) -> None:
    """Ask again by the clock, where it is still to be asked."""
    if document.due_fact == DueFact.ANNUL:
        now = work.dossier.now
        document = changed(document, due_at=work.dossier.after(seconds), looked_up_at=now)
    work.put(document, f"not annulled yet: {detail}")


ANSWERED: dict[AnswerClass, Callable[[Casework, Document, Answer], None]] = {
    AnswerClass.OK: _told,
    AnswerClass.CONNECTION: _again,
    AnswerClass.UNCERTAIN: _again,
    AnswerClass.THROTTLED: _again,
    AnswerClass.ACCESS: _refused("ANNULMENT_ACCESS"),
    AnswerClass.REFUSED: _refused("CNJ_REFUSED"),
    AnswerClass.CHAIN: _refused("CNJ_REFUSED"),
    AnswerClass.DUPLICATE: _refused("CNJ_REFUSED"),
    AnswerClass.FAULT: _faulted,
}
