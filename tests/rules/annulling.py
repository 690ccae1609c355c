"""A lane has a piece annulled: the last look, and what BNMP answers."""

from rules.casework import is_annulling
from rules.facts import StepAnswered, StepBegun
from rules.words import AnswerClass, PecaStatus, Step
from tests.rules.desk import Desk, answer, piece


def looks(desk: Desk, document_id: str) -> bool:
    """The last look: whether a lane may ask for the annulment after it."""
    desk.tell(StepBegun(document_id, Step.ANNUL))
    return is_annulling(desk[document_id])


def annul(
    desk: Desk, document_id: str, kind: AnswerClass = AnswerClass.OK, status: str | None = PecaStatus.ANULADO
) -> bool:
    """Ask, if the last look allows it, and let BNMP show the piece afterwards in this status, or none; whether it was asked."""
    if not looks(desk, document_id):
        return False
    one = desk[document_id]
    shown = piece(one, status) if kind is AnswerClass.OK and status is not None else None
    told = answer(kind, desk.dossier.now, op="POST anular", piece=shown)
    desk.tell(StepAnswered(document_id, Step.ANNUL, told))
    return True
