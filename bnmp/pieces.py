"""Pieces: created, signed, read, and looked for when the answer to a write was lost."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from bnmp import payloads, persons, readings
from bnmp.answers import What, conflict
from bnmp.desk import Desk, as_json
from bnmp.order import Order
from bnmp.sessions import Result
from bnmp.wire import Ask
from bnmp.words import ANNUL, LIGHT_FILTER, PATHS, PIECE, PIECES_PAGE, SIGN, Conflict
from rules.facts import Piece
from rules.kinds import KINDS
from rules.words import GONE, AnswerClass, Role, Step

FILTER_OP: Final = "POST pecas/light-filter"


async def create(desk: Desk, order: Order, rji: str) -> tuple[Result, Piece | None, str | None]:
    """Create the piece about `rji`; a merged person's piece is created once more about who survived.

    Gives the result, the piece and the RJI it is about in the end: None where the person is inactive, or unknown by now.
    """
    result = await _post(desk, order, rji)
    if result.answer is AnswerClass.CHAIN and conflict(result.body) is Conflict.INACTIVE_PERSON:
        read, survivor = await persons.principal(desk, rji)
        if read.answer is AnswerClass.CHAIN or (read.ok and survivor is None):
            return result, None, None
        if survivor is None:
            return read, None, rji
        rji = survivor
        result = await _post(desk, order, rji)
    piece = readings.piece(result.body) if result.ok else None
    if result.ok and piece is None:
        return result.unreadable(What.WRITE, "piece without id"), None, rji
    return result, piece, rji


async def _post(desk: Desk, order: Order, rji: str) -> Result:
    path = PATHS[order.document.kind]
    body = as_json(payloads.piece(order, rji, desk.settings))
    headers = {"Idempotency-Key": order.idempotency_key}
    return await desk.ask(Ask(What.WRITE, f"POST {_name(order)}", "POST", path, headers=headers, body=body))


async def sign(desk: Desk, order: Order, step: Step, headers: Mapping[str, str]) -> Result:
    """Sign the piece: a GET that changes it, sent once and classed as the write it is."""
    path = _path(SIGN[step], order)
    op = f"GET {_name(order)}/{SIGN[step].split('/')[1]}"
    return await desk.ask(Ask(What.WRITE, op, "GET", path, headers=headers))


async def read(desk: Desk, order: Order) -> tuple[Result, Piece | None]:
    """Read the piece of the order."""
    result, piece, _ = await _read(desk, order, order.bnmp_id or "")
    return result, piece


async def annul(desk: Desk, order: Order) -> tuple[Result, Piece | None]:
    """Take the piece of the order out of BNMP, if it is not out of it already; gives it as BNMP shows it afterwards.

    No piece where BNMP has none under its id. It is read first: whoever asks again after a lost answer asks nothing twice.
    """
    result, piece = await read_if_there(desk, order)
    if not result.ok or piece is None or piece.status in GONE:
        return result, piece
    body = as_json({"justificativaCancelamento": order.justification})
    op = f"POST {_name(order)}/anular"
    asked = await desk.ask(Ask(What.WRITE, op, "POST", _path(ANNUL, order), body=body))
    if not asked.ok:
        return asked, None
    return await read_if_there(desk, order)


async def read_if_there(desk: Desk, order: Order) -> tuple[Result, Piece | None]:
    """Read the piece of the order; that the registry knows none is an answer too."""
    result, piece = await read(desk, order)
    if result.answer is AnswerClass.CHAIN:
        return Result(AnswerClass.OK, result.op, result.detail), None
    return result, piece


async def _read(desk: Desk, order: Order, bnmp_id: str) -> tuple[Result, Piece | None, Mapping[str, Any]]:
    result = await desk.get(f"GET {_name(order)}", _path(PIECE, order, bnmp_id))
    piece = readings.piece(result.body) if result.ok else None
    if result.ok and (piece is None or piece.bnmp_id != bnmp_id):
        return result.unreadable(What.READ, "another piece, or none"), None, {}
    return result, piece, result.body


async def look_for(desk: Desk, order: Order, rji: str, owned: frozenset[str]) -> tuple[Result, tuple[Piece, ...]]:
    """The pieces that may be the order's: same case, type, sort, person, day, antecedents; none of `owned`.

    The person may have been merged since, and the piece be the survivor's. BNMP ignores a filter it does not know, so
    every row is compared with what was asked (docs/law.md safety 26).
    """
    result, survivor = await persons.principal(desk, rji)
    if not result.ok and result.answer is not AnswerClass.CHAIN:
        return result, ()
    found: dict[str, Piece] = {}
    for person in dict.fromkeys((rji, survivor or rji)):
        result, rows = await desk.pages(FILTER_OP, LIGHT_FILTER, _question(order, person), PIECES_PAGE, sort="id,asc")
        if not result.ok:
            return result, ()
        for row in rows:
            if readings.identifier(row.get("id")) in owned or not _is_asked(row, order, person):
                continue
            result, piece = await _if_same(desk, order, row)
            if not result.ok:
                return result, ()
            if piece is not None:
                found[piece.bnmp_id] = piece
    return result, tuple(found.values())


def _question(order: Order, rji: str) -> dict[str, Any]:
    return {
        "numeroProcesso": payloads.case_digits(order.document),
        "numeroIndividuo": rji,
        "tipoPeca": {"id": KINDS[order.document.kind].peca},
    }


def _is_asked(row: Mapping[str, Any], order: Order, rji: str) -> bool:
    """Whether a row is what was asked for."""
    return (
        readings.digits(row.get("numeroProcesso"), 20) == payloads.case_digits(order.document)
        and readings.number(readings.part(row, "tipoPeca").get("id")) == KINDS[order.document.kind].peca
        and readings.rji(readings.part(row, "pessoa")) == rji
    )


async def _if_same(desk: Desk, order: Order, row: Mapping[str, Any]) -> tuple[Result, Piece | None]:
    """The piece of a row if it is the order's; its day, sort, antecedents, signers are read from the piece itself."""
    result, piece, body = await _read(desk, order, readings.identifier(row.get("id")) or "")
    if not result.ok or piece is None:
        return result, None
    body = {**row, **body}
    told, day = readings.antecedents(body), readings.day(body.get("dataExpedicao"))
    if day is None or (told is None and order.antecedents):
        # What is not told cannot be compared, and neither "ours" nor "not there" may be said of it.
        return result.unreadable(What.READ, "piece without day or antecedents"), None
    document = order.document
    clerk, judge = payloads.signer(document, Role.SERVIDOR), payloads.signer(document, Role.MAGISTRADO)
    same = (
        day == payloads.issued_on(document, desk.settings.zone)
        and set(told or ()) == set(order.antecedents)
        and _may_be(body.get("nomeServidor"), clerk.name if clerk else None)
        and _may_be(readings.part(body, "magistrado").get("nome"), judge.name if judge else None)
        and all(_may_be(readings.coded(body, name), mark) for name, mark in payloads.marks(document).items())
    )
    return result, piece if same else None


def _may_be(theirs: Any, ours: str | None) -> bool:
    """Whether two names or marks may be the same one; what is not told contradicts nothing."""
    name = readings.text(theirs)
    return name is None or ours is None or name.casefold() == ours.strip().casefold()


def _path(template: str, order: Order, bnmp_id: str | None = None) -> str:
    return template.format(path=PATHS[order.document.kind], id=quote(bnmp_id or order.bnmp_id or "", safe=""))


def _name(order: Order) -> str:
    return PATHS[order.document.kind].removeprefix("/api/")
