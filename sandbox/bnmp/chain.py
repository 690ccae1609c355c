"""The registry's sequence rules: what may follow what, and what a piece does once it is fully signed.

A piece's effect is written as marks on the pieces it names (`fulfilled_by`, `ended_by`, status); the person's
status is always folded anew from the pieces, so that an annulment only takes marks away.
"""

from collections.abc import Callable
from datetime import date, timedelta

from sandbox.bnmp.book import AT_LIBERTY, Book, Person, Piece
from sandbox.bnmp.fields import day, dig, integer, mark
from sandbox.bnmp.kinds import Effect, Kind
from sandbox.bnmp.labels import (
    ACTIVE,
    ANNULLED,
    DEATH,
    DELETED,
    EXPIRED,
    FULFILLED,
    GUIDES,
    IN_EFFECT,
    INTERNMENT,
    LEGACY_GUIDE,
    LEGACY_INTERNMENT_GUIDE,
    PENDING,
    REVOKED,
    UNSIGNED,
    WARRANTS,
)
from sandbox.bnmp.refusals import ANNULMENT, ANTECEDENT, INACTIVE_PERSON, Refusal, broken_chain, invalid

_CUSTODY = ("Preso", "Internado")
_ENDS_BY_ITSELF = ("CIVIL", "TEMPORARIA")
_LONGEST_TERM_DAYS = 36_500


def living_person(book: Book, rji: str) -> Person:
    """Return the person; refuses one that is unknown, merged into another or deactivated."""
    person = book.persons.get(rji)
    if person is None:
        raise invalid("Pessoa não encontrada para o numeroIndividuo informado")
    if person.main_rji:
        message = f"RJI unificado, utilize o principal: {person.main_rji}"
        raise Refusal(409, INACTIVE_PERSON, message, rjiPrincipal=person.main_rji)
    if not person.active:
        raise Refusal(409, INACTIVE_PERSON, "RJI inativo")
    return person


def named_pieces(book: Book, ids: tuple[int, ...], rji: str) -> list[Piece]:
    """Return the antecedents named; refuses one that is unknown (404) or of another person (409)."""
    found = []
    for piece_id in ids:
        piece = book.pieces.get(piece_id)
        if piece is None or piece.status == DELETED:
            raise Refusal(404, ANTECEDENT, f"Peça antecessora não encontrada: {piece_id}")
        if piece.rji != rji:
            raise broken_chain(f"Peça antecessora de outra pessoa: {piece_id}")
        found.append(piece)
    return found


def check(book: Book, kind: Kind, person: Person, named: list[Piece]) -> None:
    """Refuse (409) unless the kind's demand on antecedents and custody holds now.

    Among the named pieces only warrants and the demanded types count: a certidão named beside its
    warrant does no harm, a pending warrant named under an alvará does.
    """
    if kind.needs_custody and not person.status.startswith(_CUSTODY):
        raise broken_chain("A pessoa não está presa ou internada")
    demand = kind.demand
    if demand is None:
        return
    wanted = " ou ".join(sorted(demand.statuses))
    if not demand.named:
        if not any(
            piece.kind.type_id in demand.types and piece.status in demand.statuses
            for piece in book.of_person(person.rji)
        ):
            raise broken_chain(f"A pessoa não tem peça antecessora na situação {wanted}")
        return
    counted = [piece for piece in named if piece.kind.type_id in demand.types | WARRANTS]
    if not counted:
        raise broken_chain(f"A peça exige peça antecessora na situação {wanted}")
    for piece in counted:
        if piece.kind.type_id not in demand.types or piece.status not in demand.statuses:
            raise broken_chain(f"Peça antecessora {piece.id} na situação {piece.status}, exige-se {wanted}")


def take_effect(book: Book, piece: Piece, today: date) -> None:
    """Put a fully signed piece in effect: its own status, its marks on others, the person's status."""
    piece.status = piece.kind.born
    if piece.status == PENDING and piece.past_validity(today):
        piece.status = EXPIRED
    _EFFECTS[piece.kind.effect](book, piece)
    refold(book, piece.rji)


def refold(book: Book, rji: str) -> None:
    """Fold the person's status anew from the pieces."""
    book.persons[rji].becomes(_fold(book.of_person(rji)), book.clock.now())


def annul(book: Book, piece: Piece) -> None:
    """Annul a piece and take its marks away; refuses (409) what the registry does not annul."""
    own = [other for other in book.of_person(piece.rji) if piece.id in (other.fulfilled_by, other.ended_by)]
    if piece.status in UNSIGNED:
        piece.status = ANNULLED
        return
    if piece.status not in IN_EFFECT or not piece.kind.annullable:
        raise Refusal(409, ANNULMENT, f"O CNJ não permite anular a peça na situação {piece.status}")
    if any(other.fulfilled_by == piece.id and other.ended_by is not None for other in own):
        raise Refusal(409, ANNULMENT, "Há peça posterior que depende desta")
    for other in own:
        _unmark(book, other, piece.id)
    piece.status = ANNULLED
    refold(book, piece.rji)


def _unmark(book: Book, other: Piece, annulled: int) -> None:
    if other.fulfilled_by == annulled:
        other.fulfilled_by = other.term_until = None
        other.term_over = False
        other.status = PENDING
        for converted in book.of_person(other.rji):
            if converted.ended_by == other.id:
                converted.ended_by = None
    if other.ended_by == annulled:
        other.ended_by = None
        other.status = PENDING if other.status == REVOKED else other.status


def _nothing(_book: Book, _piece: Piece) -> None:
    return


def _reached(book: Book, piece: Piece, types: frozenset[int]) -> list[Piece]:
    return [book.pieces[parent] for parent in piece.antecedents if book.pieces[parent].kind.type_id in types]


def _fulfil(book: Book, piece: Piece) -> None:
    for warrant in _reached(book, piece, WARRANTS):
        warrant.status, warrant.fulfilled_by = FULFILLED, piece.id
        warrant.term_until = _end_of_term(warrant, piece)
        warrant.term_over = warrant.term_until is not None and warrant.term_until < book.clock.today()
        if mark(warrant.body, "especieInternacao") == "CONVERSAO_PRISAO":
            # From here on the internment holds the person, and the arrest it was converted from no longer does.
            _end(_reached(book, warrant, WARRANTS), warrant.id)


def _end_of_term(warrant: Piece, certidao: Piece) -> date | None:
    """The last day of a prison that ends by itself, so many days after the person was taken."""
    days, taken = integer(dig(warrant.body, "prazoPrisao")), day(certidao.body.get("dataCumprimento"))
    if mark(warrant.body, "especiePrisao") not in _ENDS_BY_ITSELF or days is None or taken is None:
        return None
    return taken + timedelta(days=min(days, _LONGEST_TERM_DAYS))


def _revoke(book: Book, piece: Piece) -> None:
    reached = _reached(book, piece, WARRANTS)
    _end(reached, piece.id)
    for warrant in reached:
        warrant.status = REVOKED


def _release(book: Book, piece: Piece) -> None:
    reached = _reached(book, piece, WARRANTS)
    _end(reached, piece.id)
    for warrant in reached:
        # A discharge order over a warrant without certidão: the person was interned, or could not be discharged.
        warrant.status = FULFILLED
    others = book.of_person(piece.rji)
    if not any(_holds(other) for other in others):
        _end([other for other in others if other.kind.type_id in GUIDES], piece.id)


def _archive(book: Book, piece: Piece) -> None:
    _end(_reached(book, piece, GUIDES), piece.id)


def _death(book: Book, piece: Piece) -> None:
    _end([other for other in book.of_person(piece.rji) if other.status in IN_EFFECT and other is not piece], piece.id)


def _end(pieces: list[Piece], by: int) -> None:
    for piece in pieces:
        if piece.ended_by is None:
            piece.ended_by = by


_EFFECTS: dict[Effect, Callable[[Book, Piece], None]] = {
    Effect.NONE: _nothing,
    Effect.FULFIL: _fulfil,
    Effect.REVOKE: _revoke,
    Effect.RELEASE: _release,
    Effect.ARCHIVE: _archive,
    Effect.DEATH: _death,
}


def _holds(piece: Piece) -> bool:
    in_force = piece.ended_by is None and not piece.term_over
    return piece.kind.type_id in WARRANTS and piece.status == FULFILLED and in_force


def _fold(pieces: list[Piece]) -> str:
    live = [piece for piece in pieces if piece.status in IN_EFFECT and piece.ended_by is None]
    pending = [piece for piece in live if piece.status == PENDING]
    holding = [piece for piece in live if _holds(piece)]
    guides = [piece for piece in live if piece.kind.type_id in GUIDES and piece.status == ACTIVE]
    if any(piece.kind.type_id == DEATH for piece in live):
        return "Falecido"
    if any(
        "RECAPTURA" in (mark(piece.body, "especiePrisao"), mark(piece.body, "especieInternacao")) for piece in pending
    ):
        return "Foragido"
    if holding or any(guide.kind.type_id in (LEGACY_GUIDE, LEGACY_INTERNMENT_GUIDE) for guide in guides):
        return _custody(holding, guides)
    return "Procurado" if pending else AT_LIBERTY


def _custody(holding: list[Piece], guides: list[Piece]) -> str:
    names = {guide.kind.name for guide in guides}
    measure = any(name.startswith("GUIA_INTERNACAO") for name in names)
    if any(piece.kind.type_id == INTERNMENT for piece in holding) or (measure and not holding):
        return "Internado em execução de medida de segurança" if measure else "Internado Provisório"
    if names & {"GUIA_RECOLHIMENTO_DEFINITIVA", "GUIA_RECOLHIMENTO_ACERVO"}:
        return "Preso condenado em execução definitiva"
    if "GUIA_RECOLHIMENTO_PROVISORIA" in names:
        return "Preso condenado em execução provisória"
    return "Preso Provisório"
