"""What falls due, and what the link's going or coming moves: the clock's questions."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.access import user_access
from ledger.among import among
from ledger.tables import document
from rules.access import DOUBT
from rules.standing_orders import StandingOrder
from rules.words import DueFact, Reason, State

_WAITING = (Reason.WAITING_LINK, Reason.AWAITING_CONSENT)
_ERRANDS = (DueFact.LOOK_UP, DueFact.ANNUL)
# Link down: these reasons do not stop contingency (docs/law.md safety-18).
_NOT_STOPPING = (
    Reason.WAITING_ANTECEDENT,
    Reason.MISSING_ANTECEDENT,
    Reason.MISSING_DATA,
    Reason.CHAIN_INCOMPLETE,
)


def due(connection: Connection, now: datetime, limit: int, but: Collection[str] = ()) -> list[tuple[str, int]]:
    """Documents whose clock has come, as (document_id, person), the most urgent first; none of `but`."""
    return _pairs(connection, document.c.due_at <= now, limit, but)


def escalations(connection: Connection, now: datetime, limit: int, but: Collection[str] = ()) -> list[tuple[str, int]]:
    """Releases of which somebody more must be told that they are held (docs/law.md safety-4)."""
    return _pairs(connection, document.c.escalate_at <= now, limit, but)


def asked_before(
    connection: Connection, link_since: datetime, limit: int, but: Collection[str] = ()
) -> list[tuple[str, int]]:
    """Documents about which BNMP was asked in vain before the link was back: it is asked again (docs/law.md safety-4)."""
    waits = (document.c.reason == Reason.MISSING_ANTECEDENT) & (document.c.due_fact == DueFact.ASK_AGAIN)
    asks = document.c.due_fact.in_(_ERRANDS) & document.c.due_at.is_not(None)
    before = (waits & (document.c.since < link_since)) | (asks & (document.c.looked_up_at < link_since))
    return _pairs(connection, before, limit, but)


def waiting_for_link(connection: Connection, limit: int, but: Collection[str] = ()) -> list[tuple[str, int]]:
    """Documents that leave when the link is back, liberty first (docs/law.md safety-14)."""
    return _pairs(connection, (document.c.state == State.HELD) & document.c.reason.in_(_WAITING), limit, but)


def may_be_offered(
    connection: Connection, kinds: Collection[str], held_before: datetime, limit: int, but: Collection[str] = ()
) -> list[tuple[str, int]]:
    """Documents of eligible kinds whose hold contingency overrules, held since before the link went."""
    doubted = (document.c.reason == Reason.ACCESS) & sa.cast(document.c.missing, sa.Text).like(f'["{DOUBT}.%')
    held = (document.c.state == State.HELD) & (document.c.reason.in_(_NOT_STOPPING) | doubted)
    return _pairs(connection, held & document.c.kind.in_(sorted(kinds)) & (document.c.since < held_before), limit, but)


def not_offered(
    connection: Connection, kinds: Collection[str], limit: int, but: Collection[str] = ()
) -> list[tuple[str, int]]:
    """Documents of eligible kinds that may go and wait for no instant: each is offered, or was about to be tried."""
    ready = (document.c.state == State.READY) & document.c.due_at.is_(None)
    return _pairs(connection, ready & document.c.kind.in_(sorted(kinds)), limit, but)


def access_changed(
    connection: Connection, now: datetime, limit: int, but: Collection[str] = ()
) -> list[tuple[str, int]]:
    """Documents that wait for a user's access which changed since, the most urgent first.

    One that was held by an answer which was under way at the change is tried once more when it can be no more.
    """
    known, since = user_access.c, document.c.since
    missed = (known.settles_at <= now) & (since < known.settles_at)
    changed = sa.exists().where(known.user == document.c.awaits, (since < known.changed_at) | missed)
    return _pairs(
        connection, (document.c.reason == Reason.ACCESS) & document.c.awaits.is_not(None) & changed, limit, but
    )


def ordered(
    connection: Connection, orders: Iterable[StandingOrder], now: datetime, limit: int, but: Collection[str] = ()
) -> list[tuple[str, int]]:
    """Documents that wait for a SIM for which a judge's standing order stands (docs/law.md safety-16)."""
    columns = document.c
    stands = [columns.kind.in_(sorted(one.kinds)) & (columns.unit == one.unit) for one in orders if one.begins <= now]
    if not stands:
        return []
    asked = (columns.state == State.HELD) & (columns.reason == Reason.AWAITING_CONSENT)
    return _pairs(connection, asked & sa.or_(*stands), limit, but)


def _pairs(
    connection: Connection, where: sa.ColumnElement[bool], limit: int, but: Collection[str]
) -> list[tuple[str, int]]:
    if but:
        where &= sa.not_(among(document.c.document_id, but))
    chosen = sa.select(document.c.document_id, document.c.person).where(where)
    rows = connection.execute(chosen.order_by(document.c.priority, document.c.since).limit(limit))
    return [(row.document_id, row.person) for row in rows]


def asks() -> sa.ColumnElement[bool]:
    """Whether a document's record is an errand that is not done: BNMP is asked, or annuls (rules/casework.py is_errand)."""
    return sa.and_(document.c.due_fact.in_(_ERRANDS), document.c.due_at.is_(None))


def standings(connection: Connection, documents: Collection[str]) -> dict[str, tuple[str, str | None, int, bool]]:
    """State, reason and turn of each of these documents, and whether it asks."""
    asking = sa.func.coalesce(asks(), sa.false())
    chosen = sa.select(document.c.document_id, document.c.state, document.c.reason, document.c.turn, asking)
    rows = connection.execute(chosen.where(among(document.c.document_id, documents)))
    return {row[0]: (row[1], row[2], row[3], bool(row[4])) for row in rows}
