"""The two sides of a comparison: what the ledger has of a person, and what BNMP shows of them (docs/law.md reconciliation)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from rules.dossier import Document, Dossier
from rules.facts import Piece
from rules.identifiers import CASE
from rules.kinds import KINDS
from rules.words import GONE


@dataclass(frozen=True, slots=True)
class Row:
    """A piece in BNMP's listing: its case as 20 digits, and the organ that issued it, where they were read."""

    piece: Piece
    case: str | None
    organ: str | None


@dataclass(frozen=True, slots=True)
class Individual:
    """A person in BNMP: `there` is false where it knows nobody by this RJI, `into` is who they were merged into."""

    rji: str
    there: bool
    active: bool = True
    into: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """One piece as it is read by itself: its status, None where there is none, and its secrecy as SAJ writes it."""

    bnmp_id: str
    status: str | None = None
    secrecy: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What BNMP shows of a person: every piece about them, and ours of their cases whoever they are about by now.

    `secrets` has of our documents, by their ids, the secrecy that SAJ gave each and the one that BNMP shows; `humans` the
    RJIs under each of which BNMP has this very human, where there are several.
    """

    rows: tuple[Row, ...]
    people: tuple[Individual, ...]
    secrets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    humans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in which the two sides differ; `pieces` are BNMP's ids, `age_days` counts from the piece's issue."""

    kind: str
    document_id: str | None = None
    pieces: tuple[str, ...] = ()
    case_number: str | None = None
    ours: str | None = None
    registry: str | None = None
    age_days: int | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides; `organs` are BNMP's ids of this court's units: what others issued is theirs to answer for."""

    dossier: Dossier
    shown: Shown
    organs: frozenset[str]

    @property
    def today(self) -> date:
        """The day in the court."""
        return self.dossier.now.astimezone(self.dossier.court.zone).date()

    def owners(self) -> dict[str, Document]:
        """Our document of each of BNMP's pieces that has one."""
        return {one.bnmp_id: one for one in self.dossier.documents.values() if one.bnmp_id is not None}

    def ours(self) -> Iterator[tuple[Document, Row]]:
        """Each piece that one of our documents owns, with it."""
        owners = self.owners()
        for row in self.shown.rows:
            if row.piece.bnmp_id in owners:
                yield owners[row.piece.bnmp_id], row

    def strange(self) -> list[Row]:
        """The pieces that none of our documents owns, and that BNMP still has."""
        owners = self.owners()
        return [row for row in self.shown.rows if row.piece.bnmp_id not in owners and row.piece.status not in GONE]

    def alike(self, row: Row) -> list[Document]:
        """Our documents that a piece may be: same type, case and day of issue."""
        return [one for one in self.dossier.documents.values() if one.stands and self._is_alike(one, row)]

    def _is_alike(self, one: Document, row: Row) -> bool:
        known = KINDS.get(one.kind)
        if known is None or known.peca != row.piece.peca or not row.case or CASE.bare(one.case_number) != row.case:
            return False
        issued = one.issued_at.astimezone(self.dossier.court.zone).date() if one.issued_at else None
        return row.piece.issued_on in (None, issued)

    def concerns_us(self, row: Row) -> bool:
        """Whether a piece is of a case of ours or was issued by a unit of ours."""
        cases = {CASE.bare(one.case_number) for one in self.dossier.documents.values() if one.case_number}
        return row.case in cases or row.organ in self.organs
