"""Reconciliation: what the ledger has of a person, or of a unit, against what BNMP shows (docs/law.md reconciliation).

Pure comparison: whoever reads both sides says when. The ledger moves while BNMP is read, so the reader compares what it
had before with the answer, then what it has afterwards, and only what differs both times stands (`standing`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rules.chain import View
from rules.deadlines import is_overdue, term_ends
from rules.dossier import Document, Dossier
from rules.effects import expected
from rules.identifiers import CASE, is_of
from rules.kinds import KINDS
from rules.pieces import IDLE
from rules.sides import Difference, Row, Shown, Sides
from rules.situation import Situation
from rules.unsigned import UNSIGNED
from rules.words import GONE, PecaStatus, State

# What may have a piece at BNMP of which the ledger does not know yet.
_ON_ITS_WAY = frozenset({State.READY, State.SENDING, State.UNCERTAIN})
_SIGNED_WITHIN = timedelta(days=1)


def compare(dossier: Dossier, shown: Shown, organs: frozenset[str]) -> list[Difference]:
    """Everything in which the two sides differ, in the order of the table."""
    sides = Sides(dossier, shown, organs)
    return [found for row in TABLE.values() for found in row.look(sides)]


def standing(before: Iterable[Difference], after: Iterable[Difference]) -> list[Difference]:
    """What differs by what the ledger had before BNMP was read, and by what it has afterwards."""
    earlier = set(before)
    return [found for found in after if found in earlier]


def of_unit(
    rows: Iterable[Row], known: frozenset[str], on_the_way: frozenset[tuple[str, int]], today: date
) -> list[Difference]:
    """What BNMP shows of a unit and no document of ours owns.

    `known` are the ids that documents own, `on_the_way` case (20 digits) and type of those that may soon own one.
    """
    strange = [row for row in rows if row.piece.bnmp_id not in known and row.piece.status not in GONE]
    return [_unknown(row, None, today) for row in strange if (row.case or "", row.piece.peca or 0) not in on_the_way]


def _missing_there(sides: Sides) -> Iterator[Difference]:
    there = {row.piece.bnmp_id for row in sides.shown.rows}
    for one in sides.dossier.documents.values():
        if one.state is State.REGISTERED and not one.gone and one.bnmp_id not in there:
            yield Difference("MISSING_AT_REGISTRY", one.document_id, (one.bnmp_id or "",), one.case_number, _said(one))


def _status(sides: Sides) -> Iterator[Difference]:
    for one, row in sides.ours():
        status, bnmp_id = row.piece.status, (row.piece.bnmp_id,)
        ended = one.state in (State.EXCLUDED, State.REJECTED) and status not in GONE
        differs = one.state is State.REGISTERED and status != one.bnmp_status and status not in UNSIGNED
        if ended or differs:
            yield Difference("STATUS", one.document_id, bnmp_id, one.case_number, _said(one), status)
        elif is_overdue(one, sides.today) and status == PecaStatus.PENDENTE_CUMPRIMENTO:
            # It shows somebody as sought beyond its validity, which BNMP's daily routine was to end.
            yield Difference("STATUS", one.document_id, bnmp_id, one.case_number, PecaStatus.EXPIRADO, status)


def _number(sides: Sides) -> Iterator[Difference]:
    for one, row in sides.ours():
        number, known = row.piece.national_number, KINDS.get(one.kind)
        if number is None or one.national_number is None:
            continue
        divided = known is not None and one.case_number and not is_of(number, one.case_number, known.peca)
        if number != one.national_number or divided:
            found = (row.piece.bnmp_id,)
            yield Difference("NUMBER", one.document_id, found, one.case_number, one.national_number, number)


def _duplicate(sides: Sides) -> Iterator[Difference]:
    owned = {document.document_id: row for document, row in sides.ours()}
    extra: dict[str, list[Row]] = {}
    for row in sides.strange():
        for one in sides.alike(row):
            extra.setdefault(one.document_id, []).append(row)
    for document_id, rows in extra.items():
        own = owned.get(document_id)
        every = ([own] if own is not None and own.piece.status not in GONE else []) + rows
        if len(every) > 1:
            one = sides.dossier.documents[document_id]
            ids = tuple(row.piece.bnmp_id for row in every)
            statuses = " ".join(row.piece.status for row in every)
            yield Difference("DUPLICATE", document_id, ids, one.case_number, _said(one), statuses)


def _doubles(sides: Sides) -> set[str]:
    return {bnmp_id for found in _duplicate(sides) for bnmp_id in found.pieces}


def _missing_here(sides: Sides) -> Iterator[Difference]:
    doubles = _doubles(sides)
    for row in sides.strange():
        alike = [one for one in sides.alike(row) if one.bnmp_id is None]
        if row.piece.bnmp_id in doubles or row.piece.status in UNSIGNED or not sides.concerns_us(row):
            continue
        if not any(one.state in _ON_ITS_WAY for one in alike):
            yield _unknown(row, alike[0] if len(alike) == 1 else None, sides.today)


def _unsigned(sides: Sides) -> Iterator[Difference]:
    for one, row in sides.ours():
        issued = row.piece.issued_on
        young = issued is not None and sides.today - issued < _SIGNED_WITHIN
        if row.piece.status in UNSIGNED and not (young and one.state in _ON_ITS_WAY):
            yield _unknown(row, one, sides.today)
    doubles = _doubles(sides)
    for row in sides.strange():
        coming = any(one.bnmp_id is None and one.state in _ON_ITS_WAY for one in sides.alike(row))
        told = coming or row.piece.bnmp_id in doubles
        if row.piece.status in UNSIGNED and not told and sides.concerns_us(row):
            yield _unknown(row, None, sides.today)


def _person_status(sides: Sides) -> Iterator[Difference]:
    """Compared only where all that BNMP has of them is ours, and long enough ago for BNMP to have followed."""
    documents = sides.dossier.documents
    registered = [one for one in documents.values() if one.state is State.REGISTERED]
    late = timedelta(seconds=sides.dossier.windows.confirm_alarm)
    settled = all(one.registered_at and one.registered_at + late <= sides.dossier.now for one in registered)
    moving = any(one.state in (State.SENDING, State.UNCERTAIN) for one in documents.values())
    unlike = any(True for look in (_missing_there, _status) for _ in look(sides))
    beside = [row for one, row in sides.ours() if one.state is not State.REGISTERED and row.piece.status not in IDLE]
    if sides.strange() or beside or moving or unlike or not settled:
        return
    needs = View(sides.dossier).needs
    told = [(one.fulfilled_on, needs[one.document_id].reached) for one in registered if one.fulfilled_on is not None]
    ends = [term_ends(on, [documents[one] for one in reached if one in documents]) for on, reached in told]
    if any(end is not None and end <= sides.today for end in ends):
        # BNMP ends it by itself, and no document says so.
        return
    ours = expected(documents.values(), lambda one: needs[one].reached)
    for person in sides.shown.people:
        if person.active and person.into is None and person.status in frozenset(Situation) - {ours}:
            yield Difference("PERSON_STATUS", ours=ours, registry=person.status)


def _rji(sides: Sides) -> Iterator[Difference]:
    for person in sides.shown.people:
        if not person.there or not person.active or person.into is not None:
            yield Difference("RJI", ours=person.rji, registry=person.into)
    ours = {person.rji for person in sides.shown.people}
    for one, row in sides.ours():
        if row.piece.rji is not None and row.piece.rji not in ours | {person.into for person in sides.shown.people}:
            whose = next(iter(sorted(ours)), None)
            yield Difference("RJI", one.document_id, (row.piece.bnmp_id,), one.case_number, whose, row.piece.rji)
    yield from _humans(sides)


def _humans(sides: Sides) -> Iterator[Difference]:
    """One human under several RJIs: counted twice, and one of their warrants may stay open (docs/law.md FAIL-7)."""
    humans = sides.shown.humans
    if len(humans) > 1:
        yield Difference("RJI", ours=humans[0], registry=" ".join(humans[1:]))


def _secrecy(sides: Sides) -> Iterator[Difference]:
    for document_id, (ours, theirs) in sides.shown.secrets.items():
        one = sides.dossier.documents.get(document_id)
        if one is not None and ours != theirs:
            yield Difference("SECRECY", document_id, (one.bnmp_id or "",), one.case_number, ours, theirs)


def _unknown(row: Row, one: Document | None, today: date) -> Difference:
    """A piece of which we do not know, or that nobody has signed; `one` is the document that it is, or may be."""
    kind = "UNSIGNED" if row.piece.status in UNSIGNED else "MISSING_HERE"
    age = max(0, (today - row.piece.issued_on).days) if row.piece.issued_on else None
    case = CASE.shown(row.case) if row.case else None
    ours = _said(one) if one is not None else None
    document_id = one.document_id if one is not None else None
    return Difference(kind, document_id, (row.piece.bnmp_id,), case, ours, row.piece.status, age)


def _said(one: Document) -> str:
    """What the ledger says of a document: BNMP's status as it was read, while it is registered, else its state."""
    return str(one.bnmp_status if one.state is State.REGISTERED else one.state)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of difference: how it is found, what has likely caused it, and the command that mends or explains it.

    In `mends`, `{document_id}` and `{person}` are filled in; `strange` is for a piece that no document of ours may be.
    """

    look: Callable[[Sides], Iterator[Difference]]
    cause: str
    mends: str
    strange: str = ""

    def told(self, document_id: str | None, person: int | None) -> str:
        """The command that mends it, filled in."""
        named = document_id is not None or not self.strange
        return (self.mends if named else self.strange).format(document_id=document_id, person=person)


_SHOW = "saj-bnmp documents show {document_id}"
_PERSON = "saj-bnmp person show {person}"
_ELSEWHERE = "see Consulta de Peças; what the unit must answer for is issued in SAJ as EXCEPCIONAL or ACERVO"
TABLE: Mapping[str, Kind] = {
    "MISSING_AT_REGISTRY": Kind(
        _missing_there,
        "BNMP deleted it, or CNJ annulled it",
        f"{_SHOW}; a new document in SAJ registers it anew",
    ),
    "MISSING_HERE": Kind(
        _missing_here,
        "issued in BNMP itself or by another system; with a document, a lost answer",
        "saj-bnmp documents retry {document_id}",
        _ELSEWHERE,
    ),
    "STATUS": Kind(
        _status,
        "another piece of BNMP has moved it, its validity is over, or CNJ annulled it",
        f"{_SHOW}; the registry is right",
    ),
    "NUMBER": Kind(_number, "the case was divided or renumbered", _SHOW),
    "DUPLICATE": Kind(
        _duplicate,
        "BNMP accepted a creation later than the window of doubt",
        f"{_SHOW}; the unit compares the pieces and has the superfluous one revoked, or asks CNJ",
    ),
    "UNSIGNED": Kind(
        _unsigned,
        "who must sign has lost access or left; BNMP deletes it 30 days after it was made",
        "saj-bnmp documents sign-as {document_id}, or documents retry {document_id}",
        "sign or delete it in BNMP itself",
    ),
    "PERSON_STATUS": Kind(_person_status, "BNMP follows late, or another court's piece moved them", _PERSON),
    "SECRECY": Kind(
        _secrecy,
        "changed on the CNJ portal, or in SAJ after the registration",
        f"{_SHOW}; the unit has it corrected on the CNJ portal",
    ),
    "RJI": Kind(
        _rji,
        "BNMP merged the person into another, removed them, or has them under several RJIs",
        "saj-bnmp person merge, once Consulta de Pessoas shows who survived; saj-bnmp person show {person}",
    ),
}
