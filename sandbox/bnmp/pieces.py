"""The pieces' part of the API: create, read, sign, annul, search."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sandbox.bnmp import chain
from sandbox.bnmp.book import Piece, Signature
from sandbox.bnmp.clock import BRASILIA, stamp
from sandbox.bnmp.fields import COMMON, check_forms, dig, integer, mark, require, text
from sandbox.bnmp.kinds import kind_of
from sandbox.bnmp.labels import AWAITING, DELETED, STATUS_IDS, UNSIGNED, WARRANTS
from sandbox.bnmp.refusals import ACCESS, NOT_FOUND, SIGNATURE, UNAUTHENTICATED, Refusal, invalid, malformed
from sandbox.bnmp.sessions import User
from sandbox.bnmp.world import Answer, Call, World, page_of

_HANDS = {"assinar-servidor": "SERVIDOR", "assinar-magistrado": "MAGISTRADO"}
_MARKS = ("especiePrisao", "especieInternacao", "tipoAlvara", "tipoGuia")


def create(world: World, call: Call) -> Answer:
    """Answer `POST /api/<path>`: a new draft each time, whatever was posted before."""
    body, book = call.json(), world.book
    require(body, COMMON)
    check_forms(body)
    world.sessions.permit(call.holder(), text(body, "orgao.id"))
    _meddle(world, text(body, "pessoa.numeroIndividuo"))
    person = chain.living_person(book, text(body, "pessoa.numeroIndividuo"))
    antecedents = _antecedents(body)
    named = chain.named_pieces(book, antecedents, person.rji)
    kind = kind_of(call.ids["path"], integer(dig(body, "tipoPeca.id")) or 0, _marks(body, named))
    require(body, kind.required)
    chain.check(book, kind, person, named)
    piece = book.add_piece(kind, body, antecedents, world.clock.now(), call.headers.get("Idempotency-Key"))
    row = world.labelled(piece.as_row())
    receipt = {name: row[name] for name in ("id", "numeroPeca", "status", "pessoa")}
    return Answer(201, {**receipt, "dataCriacao": stamp(piece.created_at)})


def read(world: World, call: Call) -> Answer:
    """Answer `GET /api/<path>/{id}`."""
    return Answer(200, world.labelled(_piece(world, call).as_json()))


def sign(world: World, call: Call) -> Answer:
    """Answer `GET /api/<path>/assinar-servidor|assinar-magistrado/{id}`: one hand signs, the last one puts it in effect."""
    piece, hand = _piece(world, call), _HANDS[call.ids["hand"]]
    _signer(world, call, piece, hand)
    _check_turn(piece, hand)
    now, last = world.clock.now(), hand == "MAGISTRADO" or not piece.kind.judge_signs
    if last:
        person = chain.living_person(world.book, piece.rji)
        chain.check(world.book, piece.kind, person, chain.named_pieces(world.book, piece.antecedents, piece.rji))
    piece.signatures.append(Signature(hand, now))
    if last:
        chain.take_effect(world.book, piece, world.clock.today())
    else:
        piece.status = AWAITING
    return Answer(200, world.labelled(piece.as_json()))


def annul(world: World, call: Call) -> Answer:
    """Answer `POST /api/<path>/{id}/anular`: what is annullable, only the registry decides."""
    piece, body = _piece(world, call), call.json()
    require(body, ("justificativaCancelamento",))
    if len(text(body, "justificativaCancelamento")) > 150:
        raise invalid("Campo com mais de 150 caracteres: justificativaCancelamento")
    world.sessions.permit(call.holder(), piece.unit)
    chain.annul(world.book, piece)
    piece.body["justificativaCancelamento"] = body["justificativaCancelamento"]
    return Answer(200, world.labelled(piece.as_json()))


def search(world: World, call: Call) -> Answer:
    """Answer `POST /api/pecas/light-filter`: the known filters narrow, any other field is silently ignored."""
    body = call.json()
    wanted = {name: value for name, path in _FILTERS.items() if (value := text(body, path))}
    pieces = world.book.visible(wanted.get("numeroIndividuo"), wanted.get("numeroProcesso"))
    found = [piece for piece in pieces if _matches(piece, wanted)]
    found.sort(key=lambda piece: piece.id, reverse=call.query.get("sort", "id,asc").endswith(",desc"))
    page = page_of(world.in_some_order(found), call.number("page", 0), call.number("size", 50))
    return Answer(200, page | {"content": [world.labelled(piece.as_row()) for piece in page["content"]]})


def _meddle(world: World, rji: str) -> None:
    """Let the registry find out something about the person, where those moods strike."""
    person, dice = world.book.persons.get(rji), world.dice
    merged = dice.strikes("merge", world.moods.merge)
    removed = dice.strikes("deactivate", world.moods.deactivate)
    if person is None or not person.active:
        return
    if merged:
        older = world.book.uncover_older(rji, world.clock.today().year - 1)
        chain.refold(world.book, rji)
        chain.refold(world.book, older.rji)
    elif removed and not world.book.visible(rji, None):
        person.active = False


_FILTERS = {
    "numeroProcesso": "numeroProcesso",
    "numeroIndividuo": "numeroIndividuo",
    "tipoPeca": "tipoPeca.id",
    "status": "status.id",
    "orgao": "orgaoExpeditor.id",
}


_HAVE: dict[str, Callable[[Piece], str]] = {
    "numeroProcesso": lambda piece: piece.case,
    "numeroIndividuo": lambda piece: piece.rji,
    "tipoPeca": lambda piece: str(piece.kind.type_id),
    "status": lambda piece: str(STATUS_IDS[piece.status]),
    "orgao": lambda piece: piece.unit,
}


def _matches(piece: Piece, wanted: Mapping[str, str]) -> bool:
    return all(_HAVE[name](piece) == value for name, value in wanted.items())


def _piece(world: World, call: Call) -> Piece:
    piece = world.book.pieces.get(int(call.ids["id"]))
    if piece is None or piece.status == DELETED or piece.kind.path != call.ids["path"]:
        raise Refusal(404, NOT_FOUND, "Peça não encontrada")
    return piece


def _antecedents(body: Mapping[str, Any]) -> tuple[int, ...]:
    rows = body.get("outrasPecas") or []
    ids = [integer(dig(row, "idPecaPai")) for row in rows] if isinstance(rows, list) else [None]
    known = [piece_id for piece_id in ids if piece_id is not None]
    if len(known) != len(ids):
        raise invalid("outrasPecas deve ser uma lista de {idPecaPai}")
    return tuple(dict.fromkeys(known))


def _marks(body: Mapping[str, Any], named: list[Piece]) -> dict[str, str]:
    warrants = {str(piece.kind.type_id) for piece in named if piece.kind.type_id in WARRANTS}
    return {name: mark(body, name) for name in _MARKS} | {"outrasPecas": warrants.pop() if len(warrants) == 1 else ""}


def _signer(world: World, call: Call, piece: Piece, hand: str) -> User:
    session = call.holder()
    login, password = call.headers.get("login"), call.headers.get("senha")
    if not login or not password:
        raise malformed("Cabeçalhos de assinatura ausentes: login, senha")
    _check_local_time(call.headers.get("dataZoneLocal"))
    if login != session.user:
        raise Refusal(403, ACCESS, "A assinatura é pessoal: login de outro usuário")
    user = world.sessions.permit(session, piece.unit)
    if password != user.password:
        raise Refusal(401, UNAUTHENTICATED, "Usuário ou senha inválidos")
    if user.position != hand:
        raise Refusal(403, ACCESS, "Cargo do usuário não permite esta assinatura")
    return user


def _check_local_time(value: str | None) -> None:
    try:
        local = parsedate_to_datetime(value or "")
    except ValueError:
        raise malformed("dataZoneLocal ausente ou ilegível, use RFC 1123") from None
    if local.utcoffset() is None or local.utcoffset() != _brasilia_offset(local):
        raise malformed("dataZoneLocal fora do fuso America/Sao_Paulo")


def _brasilia_offset(instant: datetime) -> Any:
    return instant.astimezone(BRASILIA).utcoffset()


def _check_turn(piece: Piece, hand: str) -> None:
    if any(signature.hand == hand for signature in piece.signatures):
        raise Refusal(409, SIGNATURE, "Peça já assinada por este cargo")
    if piece.status not in UNSIGNED:
        raise Refusal(409, SIGNATURE, f"Peça na situação {piece.status} não pode ser assinada")
    if hand == "MAGISTRADO" and not piece.kind.judge_signs:
        raise Refusal(409, SIGNATURE, "A peça não exige assinatura de magistrado")
    if hand == "MAGISTRADO" and not piece.signatures:
        raise Refusal(409, SIGNATURE, "Falta a assinatura do servidor")
