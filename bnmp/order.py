"""What the registry is asked to do: one document with what the ledger knows besides."""

from dataclasses import dataclass

from rules.dossier import Hand
from rules.facts import Question
from schemas.document_issued import DocumentIssued


@dataclass(frozen=True, slots=True)
class Order:
    """One document on its way.

    `rji` has 11 digits; `bnmp_id` is the piece's id once it was created; `antecedents` are the BNMP ids of the pieces
    it stands on; `justification` (150 characters at most) goes with a retroactive registration only. `text` is the
    dispensation text of a document issued under contingency: it stands on the paper and is not sent. `hands` sign in
    place of the document's own signers of their roles. `question` is what a look-up asks.
    """

    document: DocumentIssued
    rji: str | None
    bnmp_id: str | None
    antecedents: tuple[str, ...]
    justification: str | None
    text: str | None
    idempotency_key: str
    hands: tuple[Hand, ...] = ()
    question: Question | None = None
