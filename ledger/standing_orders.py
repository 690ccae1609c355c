"""Standing orders: judges' orders for releases of their units, as they are kept (docs/law.md safety-16)."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.bulk import upsert
from ledger.tables import Instant, metadata
from rules.standing_orders import StandingOrder

standing_order = sa.Table(
    "standing_order",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("kinds", sa.JSON, nullable=False),
    sa.Column("begins", Instant, nullable=False),
    sa.Column("ends", Instant, nullable=False, index=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("given_at", Instant, nullable=False),
)


def keep(connection: Connection, orders: Iterable[StandingOrder], now: datetime) -> None:
    """Write orders down; one whose command is known already stays as it is."""
    rows = [
        {
            "order_id": one.order_id,
            "unit": one.unit,
            "kinds": sorted(one.kinds),
            "begins": one.begins,
            "ends": one.ends,
            "by": one.by,
            "given_at": now,
        }
        for one in sorted(orders, key=lambda order: order.order_id)
    ]
    upsert(connection, standing_order, ("order_id",), rows, keep=True)


def in_force(connection: Connection, now: datetime) -> tuple[StandingOrder, ...]:
    """The orders that have not ended, in the order of their ids; a day's at most."""
    chosen = sa.select(standing_order).where(standing_order.c.ends > now).order_by(standing_order.c.order_id)
    return tuple(
        StandingOrder(row.order_id, row.unit, frozenset(row.kinds), row.begins, row.ends, row.by)
        for row in connection.execute(chosen)
    )
