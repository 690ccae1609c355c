"""The registry's book: persons and pieces, as they stand."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.bnmp.clock import Clock, stamp
from sandbox.bnmp.fields import day, document_numbers, plain, text
from sandbox.bnmp.kinds import Kind
from sandbox.bnmp.labels import DELETED, DRAFT, EXPIRED, PENDING, STATUS_IDS, UNSIGNED
from sandbox.bnmp.numbers import NumberMaker, masked_rji

UNSIGNED_LIFE = timedelta(days=30)
AT_LIBERTY = "Em Liberdade"
PERSON_STATUS_IDS = {
    AT_LIBERTY: 1,
    "Procurado": 2,
    "Foragido": 3,
    "Preso Provisório": 4,
    "Preso condenado em execução provisória": 5,
    "Preso condenado em execução definitiva": 6,
    "Internado Provisório": 7,
    "Internado em execução de medida de segurança": 8,
    "Falecido": 9,
}
_CPF_TYPE = "6"


@dataclass(slots=True)
class Person:
    """A person of the registry; `main_rji` is set when merged into another.

    `status` is what the pieces say since `changed_at` (UTC), `former` what they said before.
    """

    id: int
    rji: str
    data: dict[str, Any]
    created_at: datetime
    changed_at: datetime | None = None
    former: str = AT_LIBERTY
    active: bool = True
    status: str = AT_LIBERTY
    main_rji: str | None = None

    def cpf(self) -> str | None:
        """Return the CPF, eleven digits, if the person was created with one."""
        for document in self.data.get("documentos") or []:
            if text(document, "tipoDocumento.id") == _CPF_TYPE:
                return text(document, "numero")
        return None

    def becomes(self, status: str, at: datetime) -> None:
        """Note the status that the pieces give the person from an instant on."""
        if status != self.status:
            self.former, self.status, self.changed_at = self.status, status, at

    def as_json(self, noticed: datetime) -> dict[str, Any]:
        """Return the person as the API shows it: a change of the status after `noticed` is not shown yet."""
        status = self.former if self.changed_at is not None and self.changed_at > noticed else self.status
        merged = {"rjiPrincipal": self.main_rji} if self.main_rji else {}
        return {
            "id": self.id,
            "numeroIndividuo": self.rji,
            "numeroIndividuoFormatado": masked_rji(self.rji),
            "ativo": self.active,
            "statusPessoa": {"id": PERSON_STATUS_IDS[status], "descricao": status},
            "dadosGeraisPessoa": self.data.get("dadosGeraisPessoa", {}),
            "documentos": self.data.get("documentos", []),
            **merged,
        }

    def as_line(self) -> dict[str, Any]:
        """Return the person as a line of the control port's book."""
        general = self.data.get("dadosGeraisPessoa", {})
        named = {name: general.get(name) for name in ("nome", "nomeMae", "dataNascimento")}
        return {
            "id": self.id,
            "numeroIndividuo": self.rji,
            **named,
            "cpf": self.cpf(),
            "ativo": self.active,
            "rjiPrincipal": self.main_rji,
            "status": self.status,
        }


@dataclass(slots=True)
class Signature:
    """Whose hand signed, and when (UTC)."""

    hand: str
    at: datetime


@dataclass(slots=True)
class Piece:
    """A piece; `fulfilled_by` and `ended_by` are the ids of the pieces that fulfilled it or ended its effect.

    `term_until` is the last day of a civil or temporary prison, known once it is fulfilled; `term_over` when it is past.
    """

    id: int
    number: str
    kind: Kind
    body: dict[str, Any]
    rji: str
    unit: str
    antecedents: tuple[int, ...]
    created_at: datetime
    idempotency_key: str | None
    status: str = DRAFT
    fulfilled_by: int | None = None
    ended_by: int | None = None
    term_until: date | None = None
    term_over: bool = False
    signatures: list[Signature] = field(default_factory=list)

    @property
    def case(self) -> str:
        """The case number, 20 digits."""
        return str(self.body["numeroProcesso"])

    def past_validity(self, today: date) -> bool:
        """Tell whether the piece has a validity and it is over."""
        until = day(self.body.get("dataValidade"))
        return until is not None and until < today

    def as_row(self) -> dict[str, Any]:
        """Return the piece as a row of light-filter."""
        return {
            "id": self.id,
            "numeroPeca": self.number,
            "tipoPeca": {"id": self.kind.type_id},
            "status": {"id": STATUS_IDS[self.status], "descricao": self.status},
            "dataExpedicao": self.body["dataExpedicao"],
            "numeroProcesso": self.case,
            "pessoa": {"numeroIndividuo": self.rji},
            "orgao": {"id": self.unit},
            "outrasPecas": [{"idPecaPai": parent} for parent in self.antecedents],
        }

    def as_json(self) -> dict[str, Any]:
        """Return the whole piece as the API shows it: what was posted, under what the registry says of it."""
        return {**self.body, **self.as_row(), "dataCriacao": stamp(self.created_at)}

    def as_line(self) -> dict[str, Any]:
        """Return the piece as a line of the control port's book."""
        row = self.as_row()
        kept = {name: row[name] for name in ("id", "numeroPeca", "numeroProcesso", "dataExpedicao", "outrasPecas")}
        return {
            **kept,
            "tipoPeca": self.kind.type_id,
            "numeroIndividuo": self.rji,
            "status": self.status,
            "justificativa": self.body.get("justificativa"),
            "idempotency_key": self.idempotency_key,
            "created_at": stamp(self.created_at),
            "signed_at": [stamp(signature.at) for signature in self.signatures],
        }


class Book:
    """Keeps persons by RJI and pieces by id. It judges nothing: see chain.py."""

    def __init__(self, seed: int, clock: Clock) -> None:
        """Open an empty book whose numbers follow from the seed."""
        self.clock = clock
        self.numbers = NumberMaker(seed)
        self.persons: dict[str, Person] = {}
        self.pieces: dict[int, Piece] = {}
        # By what a search compares; of thousands nobody is looked at one by one.
        self._alike: dict[str, list[Person]] = {}
        self._of_person: dict[str, list[Piece]] = {}
        self._of_case: dict[str, list[Piece]] = {}

    def add_person(self, data: dict[str, Any], year: int) -> Person:
        """Write a new person down, with a new RJI."""
        person = Person(self.numbers.next_id("person"), self.numbers.rji(year), data, self.clock.now())
        self.persons[person.rji] = person
        for key in {plain(text(data, "dadosGeraisPessoa.nome")), *document_numbers(data)} - {""}:
            self._alike.setdefault(key, []).append(person)
        return person

    def resembling(self, name: str, numbers: set[str]) -> list[Person]:
        """Return the persons of this name, as it is compared, or of one of these documents' numbers, oldest first."""
        found = {person.id: person for key in {plain(name), *numbers} - {""} for person in self._alike.get(key, ())}
        return [found[number] for number in sorted(found)]

    def add_piece(
        self, kind: Kind, body: dict[str, Any], antecedents: tuple[int, ...], at: datetime, idempotency_key: str | None
    ) -> Piece:
        """Write a new draft down, with a new national number."""
        number = self.numbers.piece(text(body, "numeroProcesso"), kind.type_id)
        rji, unit = text(body, "pessoa.numeroIndividuo"), text(body, "orgao.id")
        piece_id = self.numbers.next_id("piece")
        piece = Piece(piece_id, number, kind, body, rji, unit, antecedents, at, idempotency_key)
        self.pieces[piece.id] = piece
        self._of_person.setdefault(piece.rji, []).append(piece)
        self._of_case.setdefault(piece.case, []).append(piece)
        return piece

    def of_person(self, rji: str) -> list[Piece]:
        """Return the person's pieces, oldest first."""
        return self._of_person.get(rji, [])

    def uncover_older(self, rji: str, year: int) -> Person:
        """Find that the person has an older RJI, of that year, and merge them into it; gives who survived."""
        newer = self.persons[rji]
        older = self.add_person(newer.data, year)
        self.merge(rji, older.rji)
        return older

    def merge(self, rji: str, into: str) -> None:
        """Merge a person into another: the pieces move, the RJI stays as an inactive pointer."""
        merged = self.persons[rji]
        merged.active, merged.main_rji = False, into
        moving = self._of_person.pop(rji, [])
        for piece in moving:
            piece.rji = into
        self._of_person[into] = sorted(self._of_person.get(into, []) + moving, key=lambda piece: piece.id)

    def visible(self, rji: str | None, case: str | None) -> list[Piece]:
        """Return the pieces that the API still shows, of a person, of a case, or all: a deleted one is absent."""
        if rji is not None:
            pieces = self.of_person(rji)
        elif case is not None:
            pieces = self._of_case.get(case, [])
        else:
            pieces = list(self.pieces.values())
        return [piece for piece in pieces if piece.status != DELETED]

    def age(self, now: datetime, today: date) -> set[str]:
        """Run the daily routine; return the persons whose status it may have changed.

        Unsigned pieces over 30 days old are purged, then persons of that age who have none; warrants past their validity
        expire; a civil or temporary prison ends with its term.
        """
        touched = set()
        for piece in self.pieces.values():
            if piece.status in UNSIGNED and now - piece.created_at > UNSIGNED_LIFE:
                piece.status = DELETED
            elif piece.status == PENDING and piece.past_validity(today):
                piece.status = EXPIRED
                touched.add(piece.rji)
            elif piece.term_until is not None and piece.term_until < today and not piece.term_over:
                piece.term_over = True
                touched.add(piece.rji)
        for person in self.persons.values():
            if now - person.created_at > UNSIGNED_LIFE and not self.visible(person.rji, None):
                person.active = False
        return touched
