"""Differences between the ledger and BNMP that were told and stand, and how far the comparison of both has come.

Each is told once, when it is first found, and again where it was gone in the meantime (docs/law.md reconciliation).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.bulk import insert, upsert
from ledger.deployment import Deployment
from ledger.open_documents import IS_OPEN
from ledger.outbox import Composer
from ledger.tables import Identifier, Instant, document, history, metadata, outbox
from rules.casework import Say
from rules.kinds import PRIORITY_LIBERTY
from rules.unsigned import UNSIGNED
from rules.words import State, Step

divergence = sa.Table(
    "divergence",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person", Identifier, nullable=True, index=True),
    sa.Column("unit", sa.Text, nullable=True, index=True),
    sa.Column("document_id", sa.Text, nullable=True),
    sa.Column("told_at", Instant, nullable=False),
)
comparison = sa.Table(
    "comparison",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("cursor", sa.Text, nullable=True),
    sa.Column("at", Instant, nullable=False),
)
EVERYBODY = "everybody"
_DONE = "everybody done"
_AT_REST = (State.HELD, State.CONTINGENCY)
_WAITS_FOR_HANDS = (document.c.unit != "", document.c.bnmp_id.is_not(None), document.c.bnmp_status.in_(UNSIGNED))


@dataclass(frozen=True, slots=True)
class Difference:
    """Something to be told: of a person or of a unit, `data` as the outcome has it, `about` what tells it from the next."""

    person: int | None
    unit: str | None
    document_id: str | None
    data: dict[str, Any]
    about: tuple[Any, ...]

    @property
    def name(self) -> str:
        """What tells it from the next, as a digest: an RJI stands in nobody's way."""
        told = json.dumps([self.person, self.unit, self.document_id, self.data["kind"], *self.about])
        return hashlib.sha256(told.encode()).hexdigest()


def tell(
    connection: Connection,
    deployment: Deployment,
    now: datetime,
    found: Sequence[Difference],
    *,
    person: int | None = None,
    unit: str | None = None,
    unsigned: bool = False,
) -> int:
    """Say what was not told yet of this person or unit, and forget what is found no more; gives how many were said.

    `unsigned` are a unit's documents that wait for a signature, which are read by themselves; of a unit there is else what
    no document of ours owns.
    """
    ours = divergence.c.document_id.is_not(None)
    mine = (
        divergence.c.person == person if unit is None else (divergence.c.unit == unit) & (ours if unsigned else ~ours)
    )
    before = set(connection.scalars(sa.select(divergence.c.name).where(mine)))
    there = {one.name: one for one in found}
    gone = before - set(there)
    if gone:
        connection.execute(divergence.delete().where(among(divergence.c.name, gone)))
    fresh = [one for name, one in sorted(there.items()) if name not in before]
    rows = [
        {
            "name": one.name,
            "kind": one.data["kind"],
            "person": one.person,
            "unit": one.unit,
            "document_id": one.document_id,
            "told_at": now,
        }
        for one in fresh
    ]
    insert(connection, divergence, rows)
    composer = Composer(deployment, now, {}, {})
    said = [composer.row(Say("bnmp.divergence.found.v1", one.data), _key(connection, one)) for one in fresh]
    insert(connection, outbox, said)
    return len(fresh)


def _key(connection: Connection, one: Difference) -> bytes | None:
    """The key under which SAJ published the document, else the latest of the person's."""
    mine = document.c.document_id == one.document_id if one.document_id else document.c.person == one.person
    chosen = sa.select(document.c.saj_key).where(mine, document.c.saj_key.is_not(None))
    return connection.scalar(chosen.order_by(document.c.document_id.desc()).limit(1))


def reached(connection: Connection, name: str) -> tuple[str | None, datetime | None]:
    """How far a comparison came, None at its end, and when it began; (None, None) where there was none yet."""
    row = connection.execute(sa.select(comparison.c.cursor, comparison.c.at).where(comparison.c.name == name)).first()
    return (row.cursor, row.at) if row else (None, None)


def reach(connection: Connection, name: str, cursor: str | None, began: datetime) -> None:
    """Remember how far a comparison has come."""
    upsert(connection, comparison, ("name",), [{"name": name, "cursor": cursor, "at": began}])


def finish(connection: Connection, now: datetime) -> None:
    """Remember that everybody was compared to the end."""
    reach(connection, _DONE, None, now)


def compared(connection: Connection) -> tuple[datetime | None, dict[str, int]]:
    """When everybody was last compared to the end, or before the first time begun, and what differs by now, by its kind."""
    grouped = sa.select(divergence.c.kind, sa.func.count()).group_by(divergence.c.kind)
    found = {row[0]: row[1] for row in connection.execute(grouped)}
    return reached(connection, _DONE)[1] or reached(connection, EVERYBODY)[1], found


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An open document of ours whose piece waits for a signature; `made_at` is when its creation was last begun."""

    document_id: str
    person: int
    kind: str
    bnmp_id: str
    state: str
    case_number: str | None
    made_at: datetime | None
    at_rest: bool


def unit_to_sweep(connection: Connection, before: datetime) -> str | None:
    """The unit with pieces that wait for a signature that were last read before then, or never: releases first."""
    swept = sa.select(comparison.c.name).where(comparison.c.at > before, comparison.c.name.like("unsigned %"))
    fresh = {name.removeprefix("unsigned ") for name in connection.scalars(swept)}
    units = sa.select(document.c.unit).where(IS_OPEN, *_WAITS_FOR_HANDS).group_by(document.c.unit)
    ordered = connection.scalars(units.order_by(sa.func.min(document.c.priority), document.c.unit))
    return next((unit for unit in ordered if unit not in fresh), None)


def unsigned(connection: Connection, unit: str, limit: int) -> list[Unsigned]:
    """A unit's open documents whose pieces wait for a signature, releases first."""
    made = sa.select(sa.func.max(history.c.at)).where(
        history.c.document_id == document.c.document_id, history.c.doing == Step.CREATE
    )
    names = ("document_id", "person", "kind", "bnmp_id", "state", "case_number")
    chosen = sa.select(
        *(document.c[name] for name in names),
        sa.type_coerce(made.scalar_subquery(), Instant).label("made_at"),
        (document.c.state.in_(_AT_REST) & document.c.reason.is_not(None)).label("at_rest"),
    ).where(IS_OPEN, *_WAITS_FOR_HANDS, document.c.unit == unit)
    rows = connection.execute(chosen.order_by(document.c.priority, document.c.document_id).limit(limit))
    return [Unsigned(*row[:7], at_rest=bool(row.at_rest)) for row in rows]


def is_release_waiting(connection: Connection) -> bool:
    """Whether a release, or what one waits for, stands in a queue now: who only compares lets it go first."""
    waits = document.c.state.in_((State.READY, State.SENDING)) & (document.c.priority == PRIORITY_LIBERTY)
    return connection.scalar(sa.select(sa.literal(1)).where(sa.exists().where(waits))) is not None
