"""Checking what SAJ published: each version of a document is held against the entry of the history that vouches for it."""

from collections.abc import Iterator
from typing import Literal, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.chains import payload_code, seal_head
from ledger.tables import history, payload

_PAGE = 1000
Altered = tuple[Literal["EDITED", "REMOVED", "INSERTED"], str, int | None]
"""What became of a version of a document: its id, and its number where that is known."""


class Counts(Protocol):
    """Where it is counted how many versions were looked at."""

    payloads: int


def payloads_altered(connection: Connection, counts: Counts) -> Iterator[Altered]:
    """Every version that is not as it was received, was taken out or put in."""
    last = ""
    while documents := documents_after(connection, last, _PAGE):
        yield from altered_of(connection, documents, counts)
        last = documents[-1]


def documents_after(connection: Connection, after: str, limit: int) -> list[str]:
    """Documents of which there is a version or an entry that vouches for one, in the order of their ids."""
    told = sa.select(payload.c.document_id).where(payload.c.document_id > after)
    vouched = sa.select(history.c.document_id).where(history.c.document_id > after, history.c.payload.is_not(None))
    pages = (each.distinct().order_by("document_id").limit(limit) for each in (told, vouched))
    return sorted({name for page in pages for name in connection.scalars(page)})[:limit]


def altered_of(connection: Connection, documents: list[str], counts: Counts) -> Iterator[Altered]:
    """What does not hold of these documents.

    Those whose first entries a release made that vouched for nothing are held to what is vouched for of them.
    """
    unvouched_to = connection.scalar(sa.select(seal_head.c.unvouched_to)) or 0
    vouched: dict[str, set[str]] = {name: set() for name in documents}
    old: set[str] = set()
    told = sa.select(history.c.document_id, history.c.id, history.c.payload)
    for document_id, entry, code in connection.execute(told.where(among(history.c.document_id, documents))):
        if code is not None:
            vouched[document_id].add(code)
        if entry <= unvouched_to:
            old.add(document_id)
    kept: dict[str, dict[str, int]] = {name: {} for name in documents}
    for row in connection.execute(sa.select(payload).where(among(payload.c.document_id, documents))).mappings():
        counts.payloads += 1
        kept[row["document_id"]][payload_code(dict(row))] = row["version"]
    for document_id in documents:
        yield from _held(document_id, kept[document_id], vouched[document_id], old=document_id in old)


def _held(document_id: str, versions: dict[str, int], vouched: set[str], *, old: bool) -> Iterator[Altered]:
    unmet = len(vouched - set(versions))
    strange = sorted(version for code, version in versions.items() if code not in vouched)
    if old:
        # What came before is not vouched for: as many of the strange ones as are missing were edited, the latest first.
        strange = strange[max(0, len(strange) - unmet) :]
    for at, version in enumerate(strange):
        yield ("EDITED" if at < unmet else "INSERTED"), document_id, version
    for _ in range(unmet - len(strange)):
        yield "REMOVED", document_id, None
