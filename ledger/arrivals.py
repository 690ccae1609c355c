"""Arrivals: a batch of records becomes one transaction.

Cursor, inbox, persons in their order, decisions, dead letters, outbox, next offsets: all or nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger import cursors, hearing, limits
from ledger.batches import Arrival, Batch, Beside, BesideError, GapError, Taken, ends_of, in_order, next_of
from ledger.bulk import claim, insert
from ledger.deployment import Deployment
from ledger.engine import Database
from ledger.letters import alias_of, dead, letter_of, redriven
from ledger.outbox import Composer
from ledger.persons import Names, bound_to, find, find_or_add, holders, persons_of
from ledger.record import Recorder, record
from ledger.regularising import items_of
from ledger.requests import chosen_in, document_of, link_of, names_of
from ledger.stock import concerned
from ledger.tables import inbox
from ledger.tables import outbox as outbox_table
from rules.facts import PersonReviewed
from schemas.codes import Code
from schemas.reading import Event, Unreadable

__all__ = ["Arrival", "Beside", "BesideError", "GapError", "Taken", "in_order", "take"]

_INBOX_KEY = ("source", "ce_id")


def take(
    database: Database,
    deployment: Deployment,
    group: str,
    arrivals: Sequence[Arrival],
    now: datetime,
    *,
    gaps: bool,
    beside: Beside | None = None,
) -> Taken:
    """Take a batch in one transaction; where `gaps` are looked for, GapError and NoCursorError leave nothing written."""
    ordered = in_order(arrivals)
    with database.transaction() as connection:
        known = cursors.lock_cursors(connection, group, {(a.record.topic, a.record.partition) for a in ordered})
        stopped = {place for place, cursor in known.items() if cursor.stopped_at is not None}
        going = [a for a in ordered if (a.record.topic, a.record.partition) not in stopped] if stopped else ordered
        new = [a for a in going if a.record.offset >= next_of(known, a.record)]
        ends = ends_of(known, new, gaps=gaps)
        batch = Batch(connection, deployment, now, Recorder(connection, deployment, now))
        counted = {"already_consumed": len(going) - len(new), "stopped": len(ordered) - len(going)}
        batch.counts |= {what: amount for what, amount in counted.items() if amount}
        _apply(batch, new)
        cursors.advance(connection, group, ends)
        stopped |= limits.stop(batch, group, known, ends)
        if beside is not None:
            beside(batch, new)
        return Taken(ends, batch.counts, frozenset(stopped))


def _apply(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    _claim(batch, arrivals)
    named = find_or_add(batch.connection, _named(batch, arrivals))
    fresh = [arrival for arrival in arrivals if _is_fresh(batch, arrival)]
    _letters(batch, fresh)
    issued = [arrival.document for arrival in fresh if arrival.document]
    ids = [document.document_id for document in issued]
    events = [a.event for a in fresh if isinstance(a.event, Event)]
    asked = [found for event in events if (found := document_of(event))]
    tribunal = batch.deployment.court.tribunal
    asked_of = {name for event in events for name in names_of(event, tribunal)}
    chosen = [antecedent for event in events for antecedent in chosen_in(event)]
    of_stock = [items_of(event) for event in events]
    items, listed = ({one for pair in of_stock for one in pair[at]} for at in (0, 1))
    batch.recorder.claim(_to_link(batch.connection, dict(link for e in events if (link := link_of(e, tribunal)))))
    hearing.history_of_parties(batch, fresh, named)
    redriven(batch, fresh)

    def bound() -> set[int]:
        known = persons_of(batch.connection, [*asked, *ids])
        return {
            *known.values(),
            *holders(batch.connection, asked_of),
            *bound_to(batch.connection, ids, [a for d in issued for a in d.antecedents] + chosen),
            *concerned(batch.connection, items, listed),
        }

    by_key = sorted(batch.behind_letters)
    # Who is known to be meant before anybody is locked; nearly always that is everybody.
    meant = {*(named[a.names.party] for a in fresh if a.names), *by_key}
    meant.update(persons_of(batch.connection, asked).values(), holders(batch.connection, asked_of))
    batch.recorder.lock(meant, bound)
    hearing.hear(batch, fresh, named)
    _count_keys(batch, fresh, named)
    for person in by_key:
        batch.recorder.decide(PersonReviewed(person))
    batch.recorder.write()
    # Letters found while deciding stand before persons who were loaded without them.
    late = sorted(batch.behind_letters - set(by_key))
    if late:
        record(batch.connection, batch.deployment, batch.now, [PersonReviewed(person) for person in late], late)
    hearing.write(batch)
    _bury(batch)
    composer = Composer(batch.deployment, batch.now, {}, {})
    answers = [composer.row(said, key=key) for said, key in batch.answers]
    insert(batch.connection, outbox_table, batch.letters + batch.says + answers)


def _count_keys(batch: Batch, fresh: Sequence[Arrival], named: Mapping[str, int]) -> None:
    """Count the records whose key is not their person's: it costs speed, never order (contract: KEY_MISMATCH)."""
    odd: list[tuple[str | None, int]] = []
    for arrival in fresh:
        alias, event = alias_of(batch, arrival.record.key), arrival.event
        about = document_of(event) if isinstance(event, Event) else None
        document = batch.recorder.document(about) if about else None
        if arrival.names is not None:
            if alias is None or alias not in (arrival.names.party, arrival.names.rji):
                odd.append((alias, named[arrival.names.party]))
        elif document is not None:
            odd.append((alias, document.person))
    known = find(batch.connection, {alias for alias, _ in odd if alias}) if odd else {}
    for alias, person in odd:
        if known.get(alias or "") not in batch.recorder.of(person).same(person):
            batch.count("key_mismatch")


def _to_link(connection: Connection, links: Mapping[str, str]) -> dict[str, int]:
    """The RJIs that are to be linked, each with the party's person where one is known."""
    known = find(connection, links.values()) if links else {}
    return {rji: known[party] for rji, party in links.items() if party in known}


def _claim(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    """Claim the events' ids in the inbox, all in their order; what was there before, or comes twice, is not ours."""
    events: dict[tuple[str, str], Event] = {}
    for arrival in arrivals:
        if isinstance(arrival.event, Event):
            events.setdefault((arrival.event.source, arrival.event.ce_id), arrival.event)
    rows = [_inbox_row(batch, event) for event in events.values()]
    claimed = claim(batch.connection, inbox, _INBOX_KEY, rows) | _claimed_again(batch, arrivals)
    batch.unclaimed = _seen(batch.connection, [key for key in events if key not in claimed])
    batch.claimed = {key: events[key].digest for key in events if key in claimed}


def _claimed_again(batch: Batch, arrivals: Sequence[Arrival]) -> set[tuple[str, str]]:
    """What came to nothing before and was redriven takes its place in the inbox, once."""
    again = [a.event for a in arrivals if isinstance(a.event, Event) and letter_of(a.record) is not None]
    if not again:
        return set()
    here = sa.tuple_(inbox.c.source, inbox.c.ce_id, inbox.c.digest).in_([(e.source, e.ce_id, e.digest) for e in again])
    taken = inbox.update().where(here, inbox.c.outcome == "DEAD").values(outcome="APPLIED")
    return {(row.source, row.ce_id) for row in batch.connection.execute(taken.returning(inbox.c.source, inbox.c.ce_id))}


def _named(batch: Batch, arrivals: Sequence[Arrival]) -> Iterator[Names]:
    """Who is named in a batch, by what was read or by the key: whoever is a dead letter's later is known by then."""
    for arrival in arrivals:
        if arrival.names is not None:
            yield arrival.names
        alias = alias_of(batch, arrival.record.key)
        asked = arrival.names is None and isinstance(arrival.event, Event)
        if alias is not None and not asked and (arrival.names is None or alias != arrival.names.rji):
            yield Names(alias)


def _is_fresh(batch: Batch, arrival: Arrival) -> bool:
    """Whether the event was never seen; the same id with other content becomes a dead letter."""
    event = arrival.event
    if isinstance(event, Unreadable):
        return True
    key = (event.source, event.ce_id)
    if key in batch.claimed and key not in batch.unclaimed:
        batch.unclaimed[key] = event.digest
        return True
    if batch.unclaimed[key] == event.digest:
        batch.count("duplicate")
    else:
        dead(batch, arrival.record, Code.CONFLICTING_DUPLICATE, None, arrival.document)
    return False


def _seen(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The digests under which these ids were taken before."""
    asked = sa.tuple_(inbox.c.source, inbox.c.ce_id).in_(sorted(keys))
    rows = connection.execute(sa.select(inbox.c.source, inbox.c.ce_id, inbox.c.digest).where(asked)) if keys else ()
    return {(row.source, row.ce_id): row.digest for row in rows}


def _inbox_row(batch: Batch, event: Event) -> dict[str, Any]:
    return {
        "source": event.source,
        "ce_id": event.ce_id,
        "type": event.type,
        "digest": event.digest,
        "outcome": "APPLIED",
        "received_at": batch.now,
    }


def _bury(batch: Batch) -> None:
    """Note in the inbox which events came to nothing: a redriven one may claim its place again."""
    if batch.dead:
        here = sa.tuple_(inbox.c.source, inbox.c.ce_id).in_(sorted(batch.dead))
        batch.connection.execute(inbox.update().where(here).values(outcome="DEAD"))


def _letters(batch: Batch, fresh: Sequence[Arrival]) -> None:
    """Write the dead letters down before the persons behind them are loaded."""
    for arrival in fresh:
        event = arrival.event
        if isinstance(event, Unreadable):
            dead(batch, arrival.record, event.code, event.document_id, None)


def apply_waiting(database: Database, deployment: Deployment, documents: Sequence[str], now: datetime) -> None:
    """Apply what waits for documents that are here: it came while they were being written by another process."""
    with database.transaction() as connection:
        batch = Batch(connection, deployment, now, Recorder(connection, deployment, now))
        batch.recorder.lock(persons_of(connection, documents).values())
        hearing.hear_late(batch, documents)
        batch.recorder.write()
        hearing.write(batch)
