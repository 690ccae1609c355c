"""Contingencies that are left: opened documents that are not registered yet, as their units look for them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.certificates import certificate
from ledger.links import load_link
from ledger.open_documents import IS_OPEN
from ledger.tables import antecedent, document
from rules.contingency import CONFIRMATION
from rules.kinds import KINDS, resolution
from rules.kinds import effect as effect_of
from rules.words import CertificateStatus, Effect, LinkState, OwnCertificate, Reason, Resolution

_NAMES = sa.exists().where(antecedent.c.document_id == document.c.document_id)
_LEFT = sa.and_(document.c.opened_at.is_not(None), IS_OPEN)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An opened document that is not registered, without what SAJ wrote in it."""

    document_id: str
    kind: str
    unit: str | None
    person: int
    state: str
    reason: str | None
    missing: list[str]
    opened_at: datetime
    variant: str | None
    gaps: list[str]
    names_antecedents: bool


@dataclass(frozen=True, slots=True)
class Left:
    """How many contingencies of an effect wait for the same, and the instant since which the oldest of them may be resolved.

    `waits_for` is one of WAITS_FOR; `since` is None while the link is away.
    """

    effect: Effect
    waits_for: str
    count: int
    since: datetime | None


# The unit's word, its data or another act of its, its judge; or nobody: the service is at it.
WAITS_FOR = ("CONFIRMATION", "UNIT", "JUDGE", "SERVICE")


def kinds_of(category: str | None, contramandados: Resolution) -> list[str]:
    """The kinds that are resolved under a category; without one, all that may be issued under contingency."""
    eligible = [kind for kind, row in KINDS.items() if row.eligible]
    return [kind for kind in eligible if category in (None, resolution(kind, contramandados))]


def waiting(
    connection: Connection, kinds: Collection[str], limit: int, after: str = "", unit: str | None = None
) -> list[Waiting]:
    """What is left of these kinds, in the order of the documents' ids from the one after `after`."""
    columns: list[sa.Column[Any]] = [document.c[name] for name in Waiting.__slots__ if name in document.c]
    chosen = sa.select(*columns, _NAMES).where(_LEFT, document.c.kind.in_(kinds), document.c.document_id > after)
    if unit is not None:
        chosen = chosen.where(document.c.unit == unit)
    return [Waiting(*row) for row in connection.execute(chosen.order_by(document.c.document_id).limit(limit))]


def left(connection: Connection, unit: str | None = None) -> dict[str, int]:
    """How many are left, by kind."""
    chosen = sa.select(document.c.kind, sa.func.count()).where(_LEFT).group_by(document.c.kind)
    rows = connection.execute(chosen if unit is None else chosen.where(document.c.unit == unit))
    return {kind: int(count) for kind, count in rows}


def ageing(connection: Connection) -> list[Left]:
    """What is left by effect and by whom it waits for, every pair of them, so that zeros are stated."""
    missing = sa.cast(document.c.missing, sa.Text)
    columns = (document.c.kind, document.c.reason, missing, sa.func.count(), sa.func.min(document.c.opened_at))
    back, found = link_since(connection), dict[tuple[Effect, str], Left]()
    for effect in (Effect.LIBERTY, Effect.ARREST):
        found |= {(effect, who): Left(effect, who, 0, None) for who in WAITS_FOR}
    grouped = sa.select(*columns).where(_LEFT).group_by(document.c.kind, document.c.reason, missing)
    for kind, reason, lacks, count, opened_at in connection.execute(grouped):
        key = (effect_of(kind), _waits_for(reason, json.loads(lacks)))
        before, since = found[key], max(back, opened_at) if back else None
        oldest = min(filter(None, (before.since, since)), default=None)
        found[key] = Left(*key, before.count + count, oldest)
    return list(found.values())


def _waits_for(reason: str | None, missing: list[str]) -> str:
    if reason is None:
        return "SERVICE"
    if missing == [CONFIRMATION]:
        return "CONFIRMATION"
    return "JUDGE" if reason == Reason.NEEDS_JUDGE else "UNIT"


def unreleased(connection: Connection, unit: str | None = None) -> int:
    """How many certidões of contingency SAJ has not said to be released."""
    chosen = (
        sa.select(sa.func.count())
        .select_from(certificate.join(document))
        .where(
            certificate.c.kind == OwnCertificate.CERTIDAO_CONTINGENCIA,
            certificate.c.status == CertificateStatus.PENDING_RELEASE,
        )
    )
    return connection.scalar(chosen if unit is None else chosen.where(document.c.unit == unit)) or 0


@dataclass(frozen=True, slots=True)
class StandsOn:
    """What else a contingency stands on: the answer that counts, and the unit's word, as the ledger keeps them.

    `gaps` are what its form lacks; `names_antecedents`: it names at least one.
    """

    consent: dict[str, str] | None
    confirmed: dict[str, str] | None
    gaps: list[str]
    names_antecedents: bool


def stands_on(connection: Connection, document_id: str) -> StandsOn:
    """What a document's contingency stands on; the document is there."""
    chosen = sa.select(document.c.consent, document.c.confirmed, document.c.gaps, _NAMES)
    return StandsOn(*connection.execute(chosen.where(document.c.document_id == document_id)).one())


def link_since(connection: Connection) -> datetime | None:
    """Since when the link is back, from which on what is left has its clock, a flap or not; None while it is away."""
    link = load_link(connection)
    never_away = link.since or datetime.min.replace(tzinfo=UTC) if link.state is LinkState.UP else None
    return None if link.blocked else link.back_at or never_away
