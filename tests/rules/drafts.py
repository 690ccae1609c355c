"""The pieces that the registry of a play has made, each with an id of its own, and those of them that are gone."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from rules.dossier import Document
from rules.facts import Piece
from rules.words import PecaStatus
from tests.rules.desk import piece

UNSIGNED = (PecaStatus.EM_ELABORACAO, PecaStatus.AGUARDANDO_ASSINATURA)


@dataclass
class Drafts:
    """How many pieces were made of a document, and the ids of those that were annulled before they were in effect."""

    count: Counter[str] = field(default_factory=Counter)
    gone: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def make(self, document_id: str) -> None:
        """A piece is made."""
        self.count[document_id] += 1

    def go(self, document_id: str) -> None:
        """The last piece that was made is annulled."""
        self.gone[document_id].append(self._id(document_id))

    def is_gone(self, one: Document) -> bool:
        """Whether the piece that the ledger knows is annulled."""
        return one.bnmp_id in self.gone[one.document_id]

    def made(self, one: Document, status: str) -> Piece:
        """The last piece that was made, in this status."""
        return replace(piece(one, status), bnmp_id=self._id(one.document_id))

    def shown(self, one: Document, status: str | None) -> tuple[Piece, ...]:
        """What a reading shows: the piece that the ledger knows, or else all; `status` of the one that is there."""
        there = (self.made(one, status),) if status else ()
        gone = [replace(piece(one, PecaStatus.ANULADO), bnmp_id=name) for name in self.gone[one.document_id]]
        known = [found for found in (*there, *gone) if found.bnmp_id == one.bnmp_id]
        return tuple(known) if one.bnmp_id is not None else (*there, *gone)

    def _id(self, document_id: str) -> str:
        return f"b-{document_id}-{self.count[document_id]}"
