"""Contingencies: what was issued under one and is not registered yet, and what its unit must do today."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from ledger import contingencies
from ledger.contingencies import Waiting
from ledger.engine import Database
from operations.answers import Answer
from rules import annex, holds, messages
from rules.contingency import CONFIRMATION
from rules.kinds import resolution
from rules.words import Reason, Resolution

__all__ = ["Asked", "ContingenciesShown", "ContingencyLine", "listed"]


class ContingencyLine(Answer):
    """A document that was issued under contingency and is not registered; `what` is left to do, in Portuguese, and by whom.

    `waits_seconds`: since it may be resolved, that is since it was opened and the link is back; null while it is away.
    `overdue`: it waits for longer than anything should. `lacks`: what the paper lacks of annex I, in Portuguese.
    """

    document_id: str
    category: str
    kind: str
    unit: str | None
    person: int
    state: str
    reason: str | None
    missing: tuple[str, ...]
    lacks: tuple[str, ...]
    who: str | None
    what: str
    opened_at: AwareDatetime
    waits_seconds: int | None
    overdue: bool


class ContingenciesShown(Answer):
    """A page of what is left; `left` counts all of it by category, and zeros say that nothing is.

    `unreleased` are certidões of resolved ones that SAJ has not said to be released, or attached to a case on paper.
    """

    left: dict[str, int]
    unreleased: int
    items: tuple[ContingencyLine, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which are asked for, and how the court reads the law: where contramandados are resolved, and what is too long."""

    among: Resolution
    overdue_after: float
    category: str | None = None
    unit: str | None = None


def listed(database: Database, asked: Asked, limit: int, cursor: str = "") -> ContingenciesShown:
    """What is left in the order of the documents' ids, from the one after `cursor`."""
    kinds = contingencies.kinds_of(asked.category, asked.among)
    with database.reading() as connection:
        counts = contingencies.left(connection, asked.unit)
        link_since = contingencies.link_since(connection)
        found = contingencies.waiting(connection, kinds, limit + 1, cursor, asked.unit)
        unreleased = contingencies.unreleased(connection, asked.unit)
    left = dict.fromkeys((str(one) for one in Resolution), 0)
    for kind, count in counts.items():
        left[resolution(kind, asked.among)] += count
    now = database.clock()
    items = tuple(_line(one, asked, link_since, now) for one in found[:limit])
    following = items[-1].document_id if len(found) > limit else None
    return ContingenciesShown(left=left, unreleased=unreleased, items=items, next_cursor=following)


def _line(one: Waiting, asked: Asked, link_since: datetime | None, now: datetime) -> ContingencyLine:
    waits = None if link_since is None else int((now - max(link_since, one.opened_at)).total_seconds())
    return ContingencyLine(
        document_id=one.document_id,
        category=resolution(one.kind, asked.among),
        kind=one.kind,
        unit=one.unit,
        person=one.person,
        state=one.state,
        reason=one.reason,
        missing=tuple(one.missing),
        lacks=annex.lacks(one.kind, one.variant, one.gaps, names_antecedents=one.names_antecedents),
        who=messages.HOLDS[Reason(one.reason)][0] if one.reason else None,
        what=_what(one, away=link_since is None),
        opened_at=one.opened_at,
        waits_seconds=waits,
        overdue=waits is not None and waits > asked.overdue_after,
    )


def _what(one: Waiting, *, away: bool) -> str:
    """What is left to do of it today."""
    if one.reason is None:
        return messages.LEFT_AWAY if away else messages.LEFT_ALONE
    if one.reason == Reason.MISSING_DATA and one.missing != [CONFIRMATION] and one.missing:
        return messages.LACKING.format(lacks=", ".join(annex.LABELS.get(name, name) for name in one.missing))
    return holds.remedy(one.kind, one.variant, Reason(one.reason), one.missing, {})
