"""Comparing the court's ledger with the registry's book, and changing that book behind everybody's back."""

from dataclasses import replace
from typing import Any

from bnmp.survey import Survey
from operations.reconciling import DifferenceShown, Reconciled, Reconciliation
from rules.windows import Windows
from sandbox.bnmp.book import Piece
from tests.story.court import Court

DAY = 86400
SECRET = "um segredo inventado para os testes"


def fast(court: Court, rows: int = 500) -> Survey:
    """A survey of the court's registry by pages of so many rows."""
    settings = replace(court._registry._registry._settings, windows=Windows(connect=5, send=5, answer=5, attempt=10))
    return Survey(settings, per_second=1000, rest=0.01, rows=rows)


async def compared(
    court: Court, survey: Survey, *, cursor: str = "", limit: int | None = None, unit: str | None = None
) -> Reconciled:
    """What a run finds."""
    comparison = Reconciliation(court.office.database, court.office.deployment, survey, SECRET, cursor)
    await comparison.run(unit, limit, lambda _: None)
    return comparison.shown()


async def found(court: Court, survey: Survey) -> list[tuple[str, str | None]]:
    """The kinds that a run finds, each with the document it is about."""
    shown = await compared(court, survey)
    assert (shown.unread, shown.stopped, shown.next_cursor) == ((), None, None)
    return [(one.kind, one.document_id) for one in shown.items]


async def only(court: Court, survey: Survey) -> DifferenceShown:
    """The one difference that a run finds."""
    shown = await compared(court, survey)
    assert len(shown.items) == 1, shown.items
    return shown.items[0]


def at_registry(court: Court, document_id: str) -> Piece:
    """The registry's own piece of a document, to be changed behind everybody's back."""
    return court.simulator.world.book.pieces[int(court.office.row(document_id)["bnmp_id"])]


def twin(court: Court, document_id: str, **body: Any) -> Piece:
    """A piece like a document's, which the registry has without our knowing."""
    own, book = at_registry(court, document_id), court.simulator.world.book
    made = book.add_piece(own.kind, own.body | body, own.antecedents, own.created_at, None)
    made.status = own.status
    return made
