"""Look-ups: what a document waits for is asked of BNMP, with reads alone (docs/law.md safety-2, 23)."""

from collections.abc import Mapping
from typing import Any, Final

from bnmp import payloads, persons, readings
from bnmp.desk import Desk
from bnmp.order import Order
from bnmp.pieces import FILTER_OP
from bnmp.sessions import Result
from bnmp.words import LIGHT_FILTER, PIECES_PAGE
from rules.facts import Piece, Question
from rules.words import AnswerClass

_CASE_DIGITS: Final = 20
MOST_CASES: Final = 10


async def look_up(desk: Desk, order: Order) -> tuple[Result, tuple[Piece, ...], str | None]:
    """Answer the order's question about pieces or a merge: the pieces asked for, and an RJI.

    The RJI is who survived the merge asked about, or a merge of the order's person that comes to light; for an order
    without one, whom the pieces asked for by number are about, where they are about one person.
    """
    question = order.question or Question()
    if question.merged is not None:
        result, survivor = await _survivor(desk, question.merged)
        return result, (), survivor
    result, rows = await _rows(desk, order, question)
    numbered = [row for row in rows if readings.digits(row.get("numeroPeca"), 28) in question.numbers]
    people = {rji for row in numbered if (rji := readings.rji(readings.part(row, "pessoa"))) is not None}
    survivor = None
    if result.ok and order.rji is not None and people - {order.rji}:
        result, survivor = await _survivor(desk, order.rji)
    if not result.ok:
        return result, (), None
    mine = {order.rji, survivor} - {None}
    found = {read.bnmp_id: read for row in rows if (read := readings.piece(row)) and _is_asked(read, question, mine)}
    only = next(iter(people)) if order.rji is None and len(people) == 1 else survivor
    return result, tuple(found.values()), only


async def about(desk: Desk, rji: str) -> tuple[Piece, ...]:
    """Every piece about a person; none where they could not be read."""
    _, rows = await desk.pages(FILTER_OP, LIGHT_FILTER, {"numeroIndividuo": rji}, PIECES_PAGE, sort="id,asc")
    return tuple(read for row in rows if (read := readings.piece(row)) is not None and read.rji == rji)


async def _rows(desk: Desk, order: Order, question: Question) -> tuple[Result, list[Mapping[str, Any]]]:
    """Every piece of the cases in which to look: that of the document, and those that the numbers begin with."""
    own = payloads.case_digits(order.document)
    found: list[Mapping[str, Any]] = []
    cases = dict.fromkeys(filter(None, (own, *(number[:_CASE_DIGITS] for number in question.numbers))))
    result = Result(AnswerClass.OK, FILTER_OP)
    for case in list(cases)[:MOST_CASES]:
        result, rows = await desk.pages(FILTER_OP, LIGHT_FILTER, {"numeroProcesso": case}, PIECES_PAGE, sort="id,asc")
        if not result.ok:
            return result, []
        # BNMP ignores a filter that it does not know: each row is compared with what was asked (safety-26).
        found += [row for row in rows if readings.digits(row.get("numeroProcesso"), _CASE_DIGITS) == case]
    return result, found


def _is_asked(piece: Piece, question: Question, mine: set[str | None]) -> bool:
    return piece.national_number in question.numbers or (piece.peca in question.pecas and piece.rji in mine)


async def _survivor(desk: Desk, rji: str) -> tuple[Result, str | None]:
    """Who survived; nobody, too, where BNMP knows no such person."""
    result, survivor = await persons.principal(desk, rji)
    if result.answer is AnswerClass.CHAIN:
        return Result(AnswerClass.OK, result.op, result.detail), None
    return result, survivor
