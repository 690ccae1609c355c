"""Custody: the history of parties as it is kept, and what was said of a person's custody."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.bulk import upsert
from ledger.tables import custody, custody_watch
from rules.custody import EVENTS
from rules.history import Custody, Watch
from rules.words import CustodyEvent
from schemas.custody_recorded import CustodyRecorded
from schemas.gaps import Gap

_EVENTS = (
    sa.select(custody)
    .where(among(custody.c.person, "persons"), custody.c.event.is_not(None))
    .order_by(custody.c.effective_date, custody.c.event_id)
)
_WATCHES = sa.select(custody_watch).where(among(custody_watch.c.person, "persons"))
DAY = "effective_date"


MOST = 100


@dataclass(frozen=True, slots=True)
class Wrong:
    """An event of the history with `gaps`, the fields that do not hold."""

    event_id: str
    event_code: int | None
    gaps: list[str]


def row_of(body: CustodyRecorded, gaps: Collection[Gap], person: int, now: datetime) -> dict[str, Any]:
    """The row of an event; every field that could be read is in it."""
    told = body.custody
    return {
        "event_id": body.event_id,
        "person": person,
        "case_number": body.case.number if body.case else None,
        "event_code": body.event_code,
        "event": body.event,
        "effective_date": body.effective_date,
        "unit": body.unit,
        "other_court": body.other_court,
        "place": told.place.model_dump(mode="json") if told and told.place else None,
        "recorded_at": body.recorded_at,
        "received_at": now,
        "gaps": [gap.field for gap in gaps],
        "party_id": body.party.party_id,
        "kind_code": told.kind_code if told else None,
        "counts_for_sentence": told.counts_for_sentence if told else None,
        "place_kind": told.place_kind if told else None,
    }


def keep(connection: Connection, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Write events down; the same event again replaces what was typed before."""
    upsert(connection, custody, ("event_id",), [dict(rows[event_id]) for event_id in sorted(rows)])


def events_of(connection: Connection, persons: Sequence[int], zone: tzinfo) -> dict[int, list[Custody]]:
    """The events of these persons that this court's table knows, by day.

    One whose day does not hold counts from its arrival where it frees, so that no mandado goes out against it; one that
    begins a custody waits for its day to be mended.
    """
    found: dict[int, list[Custody]] = defaultdict(list)
    for row in connection.execute(_EVENTS, {"persons": list(persons)}):
        event = CustodyEvent(row.event)
        dated = row.effective_date is not None and DAY not in row.gaps
        if not dated and EVENTS[event].begins:
            continue
        on = row.effective_date if dated else row.received_at.astimezone(zone).date()
        found[row.person].append(
            Custody(
                row.event_id,
                event,
                on,
                row.case_number,
                row.party_id,
                bool(row.other_court),
                row.recorded_at,
                row.received_at,
                dated,
            )
        )
    return found


def watches_of(connection: Connection, persons: Sequence[int]) -> dict[int, Watch]:
    """What was said of the custody of those of these persons of whom anything was."""
    return {row.person: _watch(row) for row in connection.execute(_WATCHES, {"persons": list(persons)})}


def _watch(row: Any) -> Watch:
    banners = frozenset((case, party, banner) for case, party, banner in row.banners)
    return Watch(banners, frozenset(row.divergences), row.due_at)


def write_watches(connection: Connection, watches: Mapping[int, Watch]) -> None:
    """Write down what was said."""
    rows = [
        {
            "person": person,
            "banners": sorted(list(banner) for banner in watch.banners),
            "divergences": sorted(watch.divergences),
            "due_at": watch.due_at,
        }
        for person, watch in sorted(watches.items())
    ]
    upsert(connection, custody_watch, ("person",), rows)


def place_of(connection: Connection, event_id: str) -> str | None:
    """The name of the place of an event's custody, where it was told."""
    place = connection.scalar(sa.select(custody.c.place).where(custody.c.event_id == event_id))
    name: str | None = place.get("name") if place else None
    return name


def due(connection: Connection, now: datetime, limit: int) -> list[int]:
    """The persons whose custody is to be looked at again, the longest due first."""
    chosen = sa.select(custody_watch.c.person).where(custody_watch.c.due_at <= now)
    return list(connection.scalars(chosen.order_by(custody_watch.c.due_at, custody_watch.c.person).limit(limit)))


def wrong_of(connection: Connection, person: int) -> list[Wrong]:
    """The events of a person of which fields do not hold, the latest first, `MOST` at most."""
    columns = (custody.c.event_id, custody.c.event_code, custody.c.gaps)
    chosen = sa.select(*columns).where(custody.c.person == person, sa.cast(custody.c.gaps, sa.Text) != "[]")
    latest = chosen.order_by(custody.c.received_at.desc(), custody.c.event_id).limit(MOST)
    return [Wrong(*row) for row in connection.execute(latest)]
