"""The overview: what is open and for how long, what waits, and the link; the figures that only the ledger knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.contingencies import ageing
from ledger.engine import now
from ledger.links import load_link
from ledger.open_documents import IS_OPEN
from ledger.tables import dead_letter, document, outbox, pending_fact
from rules.kinds import KINDS
from rules.words import Effect, LinkState, State

_LIBERTY = sorted(kind for kind, row in KINDS.items() if row.effect is Effect.LIBERTY)


@dataclass(frozen=True, slots=True)
class Open:
    """Documents that are not terminal, of one state and reason: how many, and seconds since the oldest came there."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of rows at one instant; `open` by state and reason (empty where none keeps them).

    `contingencies`: what is left to resolve, by effect and whom it waits for, and since when it may be; zeros are stated.
    """

    open: Mapping[tuple[str, str], Open]
    liberty_held: int
    outbox: int
    waiting_facts: int
    dead_letters: int
    link: LinkState
    link_since: datetime | None
    contingencies: Mapping[tuple[str, str], Open]


def overview(connection: Connection) -> Overview:
    """Read it, in one snapshot. It looks at every open document, so whoever asks often must wait between."""
    liberty = document.c.kind.in_(_LIBERTY)
    columns = (document.c.state, document.c.reason, sa.func.count().label("found"), sa.func.min(document.c.since))
    grouped = sa.select(*columns).where(IS_OPEN).group_by(document.c.state, document.c.reason)
    moment = now(connection)
    found = {
        (state, reason or ""): Open(count, _age(moment, since))
        for state, reason, count, since in connection.execute(grouped)
    }
    link = load_link(connection)
    return Overview(
        open=found,
        liberty_held=_count(connection, document, IS_OPEN, document.c.state == State.HELD, liberty),
        outbox=_count(connection, outbox),
        waiting_facts=_count(connection, pending_fact),
        dead_letters=_count(connection, dead_letter, dead_letter.c.ended_at.is_(None)),
        link=link.state,
        link_since=link.since,
        contingencies={
            (str(one.effect), one.waits_for): Open(one.count, _age(moment, one.since)) for one in ageing(connection)
        },
    )


def _age(moment: datetime, since: datetime | None) -> float:
    return max(0.0, (moment - since).total_seconds()) if since else 0.0


def _count(connection: Connection, table: sa.Table, *where: sa.ColumnElement[bool] | sa.TextClause) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0
