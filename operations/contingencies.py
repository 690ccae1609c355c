"""Contingencies: what was issued under one and is not registered yet, and what its unit must do today."""

from datetime import datetime

from pydantic import AwareDatetime

from ledger import contingencies
from ledger.contingencies import Waiting
from ledger.engine import Database
from operations.answers import Answer
from rules import messages
from rules.contingency import CONFIRMATION
from rules.kinds import resolution
from rules.words import Reason, Resolution

__all__ = ["ContingenciesShown", "ContingencyLine", "listed"]


class ContingencyLine(Answer):
    """A document that was issued under contingency and is not registered; `what` is left to do, null when nothing.

    `waits_seconds`: since it may be resolved, that is since it was opened and the link is back; null while it is away.
    """

    document_id: str
    category: str
    kind: str
    unit: str | None
    person: int
    state: str
    reason: str | None
    missing: tuple[str, ...]
    who: str | None
    what: str | None
    opened_at: AwareDatetime
    waits_seconds: int | None


class ContingenciesShown(Answer):
    """A page of what is left; `left` counts all of it by category, and zeros say that nothing is."""

    left: dict[str, int]
    items: tuple[ContingencyLine, ...]
    next_cursor: str | None = None


def listed(
    database: Database,
    among: Resolution,
    limit: int,
    cursor: str = "",
    *,
    category: str | None = None,
    unit: str | None = None,
) -> ContingenciesShown:
    """What is left in the order of the documents' ids; `among` says where contramandados are resolved."""
    kinds = contingencies.kinds_of(category, among)
    with database.reading() as connection:
        counts = contingencies.left(connection, unit)
        link_since = contingencies.link_since(connection)
        found = contingencies.waiting(connection, kinds, limit + 1, cursor, unit)
    left = dict.fromkeys((str(one) for one in Resolution), 0)
    for kind, count in counts.items():
        left[resolution(kind, among)] += count
    now = database.clock()
    items = tuple(_line(one, among, link_since, now) for one in found[:limit])
    return ContingenciesShown(left=left, items=items, next_cursor=items[-1].document_id if len(found) > limit else None)


def _line(one: Waiting, among: Resolution, link_since: datetime | None, now: datetime) -> ContingencyLine:
    who, remedy = messages.HOLDS[Reason(one.reason)] if one.reason else (None, None)
    what = messages.CONFIRM if one.missing == [CONFIRMATION] else remedy
    since = None if link_since is None else max(link_since, one.opened_at)
    return ContingencyLine(
        document_id=one.document_id,
        category=resolution(one.kind, among),
        kind=one.kind,
        unit=one.unit,
        person=one.person,
        state=one.state,
        reason=one.reason,
        missing=tuple(one.missing),
        who=who,
        what=what,
        opened_at=one.opened_at,
        waits_seconds=None if since is None else int((now - since).total_seconds()),
    )
