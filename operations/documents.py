"""Documents: what the ledger knows of them, and the way each has come."""

from dataclasses import dataclass

from ledger import listing
from ledger.engine import Database
from ledger.listing import DocumentRow, HistoryRow


@dataclass(frozen=True, slots=True)
class Shown:
    """A document and its way."""

    document: DocumentRow
    history: list[HistoryRow]


def show(database: Database, document_id: str) -> Shown | None:
    """One document with every decision about it, oldest first; None where the ledger does not know it."""
    with database.reading() as connection:
        row = listing.document_row(connection, document_id)
        return Shown(row, listing.history_of(connection, document_id)) if row else None


def listed(database: Database, limit: int, cursor: str) -> list[DocumentRow]:
    """Documents in the order of their ids, from the one after `cursor`."""
    with database.reading() as connection:
        return listing.documents(connection, limit, cursor)
