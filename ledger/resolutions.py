"""Resolutions: a request about many contingencies becomes one waiting fact for each document, which the clock applies.

So one transaction never holds more persons than the clock's own, however many documents a unit resolves at once.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ledger import pending
from ledger.among import among
from ledger.batches import Batch
from ledger.contingencies import kinds_of
from ledger.open_documents import IS_OPEN
from ledger.persons import find
from ledger.requests import by_of
from ledger.supplies import rji_in
from ledger.tables import document, person
from rules.naming import why_not_chosen
from rules.resolving import Opened, why_not
from rules.transmission import TERMINAL
from rules.words import Resolution
from schemas import commands
from schemas.reading import Event

# A request about a category takes this many at most; the answer says when there are more.
MOST = 1000
_SEEN = sa.select(
    document.c.document_id,
    document.c.unit,
    document.c.kind,
    document.c.opened_at,
    document.c.state,
    document.c.person,
    person.c.rji,
).join(person, person.c.person == document.c.person)


def spread(batch: Batch, event: Event, key: bytes | None) -> tuple[str, bool]:
    """Let each document that a request is about wait for it; gives how the request is answered, and whether it was applied.

    To be called when the batch's own documents are written.
    """
    body: Any = event.body
    by = by_of(body, batch.users)
    found = _found(batch, body, by.unit, _chosen(event))
    refusal = why_not(by, body.document_ids, found)
    if refusal is not None:
        return refusal, False
    left = [one.document_id for one in found if not one.ended]
    rows = [_row(event, document_id, key, batch) for document_id in left[:MOST]]
    pending.keep(batch.connection, rows)
    return "MORE_LEFT" if len(left) > MOST else "RESOLVING", True


def _chosen(event: Event) -> dict[str, str]:
    """The RJI that the unit chooses, by document."""
    supplied: Mapping[str, Mapping[str, Any]] = event.data.get("data") or {}
    found = ((document_id, rji_in(data)) for document_id, data in supplied.items())
    return {document_id: rji for document_id, rji in found if rji is not None}


def _found(batch: Batch, body: commands.ResolutionRequested, unit: str, chosen_rjis: Mapping[str, str]) -> list[Opened]:
    if body.category is None:
        chosen = _SEEN.where(among(document.c.document_id, body.document_ids))
    else:
        category, among_ = Resolution(body.category), batch.deployment.court.contramandados_among
        kinds = kinds_of(category, among_)
        chosen = _SEEN.where(
            document.c.opened_at.is_not(None),
            IS_OPEN,
            document.c.unit == unit,
            document.c.kind.in_(kinds),
        )
    ordered = chosen.order_by(document.c.priority, document.c.document_id).limit(MOST + 1)
    owners = find(batch.connection, chosen_rjis.values())

    def opened(row: Any) -> Opened:
        rji = chosen_rjis.get(row.document_id)
        is_anothers = rji is not None and owners.get(rji, row.person) != row.person
        refused = why_not_chosen(rji, row.rji, is_anothers=is_anothers)
        stands = row.opened_at is not None
        return Opened(row.document_id, row.kind, row.unit or "", stands, row.state in TERMINAL, refused)

    return [opened(row) for row in batch.connection.execute(ordered)]


def _row(event: Event, document_id: str, key: bytes | None, batch: Batch) -> dict[str, Any]:
    supplied = event.data.get("data") or {}
    data = {name: value for name, value in event.data.items() if name != "category"}
    data |= {
        "document_ids": [document_id],
        "data": {document_id: supplied[document_id]} if document_id in supplied else {},
    }
    # A version that comes of it is known by its event: each document has one of its own.
    return pending.row(document_id, replace(event, data=data, ce_id=f"{event.ce_id}/{document_id}"), key, batch.now)
