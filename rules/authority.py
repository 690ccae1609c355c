"""Authority: who may give which command (docs/law.md safety-28).

The table is read row by row. Role and unit are the user's own as SAJ told them (rules/access.py), not what was typed;
who is no user of SAJ's, an operator or an administrator, is taken at their word. Only a MAGISTRADO of whom nothing is
known is heard all the same, where the act frees a person or keeps one free, and that is an incident.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.access import Access
from rules.acts import (
    Act,
    By,
    CertificateReleased,
    ContingencyAnswered,
    DataSupplied,
    DocumentWithdrawn,
    ExclusionAsked,
    ResolutionAsked,
    RetryAsked,
    RjiLinked,
    RjiMerged,
    RjiUnlinked,
    SignerAssigned,
    StatementGiven,
)
from rules.dossier import Document
from rules.kinds import MANDADOS, effect
from rules.words import Effect, Role, Statement

_NOBODY: frozenset[Role] = frozenset()
_JUDGE = frozenset({Role.MAGISTRADO})
_CHIEF = frozenset({Role.CHEFE_DE_CARTORIO})
_UNIT = frozenset({Role.MAGISTRADO, Role.SERVIDOR, Role.CHEFE_DE_CARTORIO})
_OPERATOR = frozenset({Role.OPERADOR})
_REGION = frozenset({Role.ADMINISTRADOR_REGIONAL})
_ALL = frozenset(Role)
RESOLUTION = "saj.contingency.resolution-requested.v1"
ORDERED = "saj.unit.contingency-standing-order.v1"
ACCESS_CHANGED = "saj.user.access-changed.v1"
FORCED = "saj.link.forced.v1"


@dataclass(frozen=True, slots=True)
class May:
    """Who may give a command: these roles `of_unit`, the unit it is about, and those `anywhere`.

    `against_liberty`: the roles of the unit, where the act would hold a person or arrest one.
    """

    of_unit: frozenset[Role]
    anywhere: frozenset[Role] = _NOBODY
    against_liberty: frozenset[Role] | None = None


# The table is read row by row, so the formatter leaves it alone.
# fmt: off
TABLE: Mapping[str, May] = {
    "saj.document.withdrawn.v1": May(_UNIT, against_liberty=_JUDGE),
    "saj.contingency.answered.v1": May(_UNIT),
    RESOLUTION: May(_UNIT),
    "saj.document.data-supplied.v1": May(_UNIT),
    "saj.document.retry-requested.v1": May(_UNIT, _OPERATOR),
    "saj.document.excluded.v1": May(_UNIT, against_liberty=_JUDGE),
    "saj.document.signer-assigned.v1": May(_UNIT),
    "saj.document.statement-given.v1": May(_JUDGE),
    ORDERED: May(_JUDGE),
    "saj.certificate.released.v1": May(_UNIT),
    "saj.person.rji-linked.v1": May(_UNIT),
    "saj.person.rji-unlinked.v1": May(_UNIT),
    "saj.person.rji-merged.v1": May(_UNIT),
    ACCESS_CHANGED: May(_NOBODY, _REGION),
    "saj.legacy.item-listed.v1": May(_NOBODY, _ALL),
    "saj.legacy.regularisation-requested.v1": May(_UNIT),
    "saj.legacy.item-excluded.v1": May(_CHIEF),
    "saj.link.tested.v1": May(_NOBODY, _ALL),
    FORCED: May(_NOBODY, _OPERATOR | _JUDGE | _REGION),
}
# fmt: on

COMMAND_OF: Mapping[type, str] = {
    DocumentWithdrawn: "saj.document.withdrawn.v1",
    ContingencyAnswered: "saj.contingency.answered.v1",
    DataSupplied: "saj.document.data-supplied.v1",
    RetryAsked: "saj.document.retry-requested.v1",
    ExclusionAsked: "saj.document.excluded.v1",
    SignerAssigned: "saj.document.signer-assigned.v1",
    StatementGiven: "saj.document.statement-given.v1",
    CertificateReleased: "saj.certificate.released.v1",
    ResolutionAsked: RESOLUTION,
    RjiLinked: "saj.person.rji-linked.v1",
    RjiUnlinked: "saj.person.rji-unlinked.v1",
    RjiMerged: "saj.person.rji-merged.v1",
}
"""What each act was asked with."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether an act is heard: `refusal` says why not; `unknown`: heard although nothing is known of its user."""

    refusal: str | None = None
    unknown: bool = False


def identified(role: Role, user: str, unit: str, at: datetime, users: Mapping[str, Access]) -> By:
    """Who gives a command that says it was given at `at`: what was typed, and what is known of its user."""
    known = users.get(user)
    return By(known.role, user, unit, known.acts_in(unit, at)) if known else By(role, user, unit)


def ruling(command: str, by: By, units: Collection[str] = (), does: Effect = Effect.NEUTRAL) -> Ruling:
    """Judge a command about one of these units; `does` is what it does to a person's freedom."""
    row = TABLE[command]
    unknown = by.role in _UNIT and by.acts_in_unit is None
    if by.role in row.anywhere:
        return Ruling("ACCESS_UNKNOWN" if unknown and row.anywhere != _ALL else None)
    roles = row.against_liberty if does is Effect.ARREST and row.against_liberty is not None else row.of_unit
    if by.role not in _UNIT or by.unit not in units or by.acts_in_unit is False:
        return Ruling("NOT_COMPETENT")
    if by.role not in roles:
        return Ruling("JUDGE_ONLY" if roles == _JUDGE else "NOT_COMPETENT")
    if unknown and not (by.role is Role.MAGISTRADO and does is Effect.LIBERTY):
        return Ruling("ACCESS_UNKNOWN")
    return Ruling(unknown=unknown)


def effect_of(act: Act, document: Document) -> Effect:
    """What an act does to a person's freedom: whatever takes a release back arrests, what takes a mandado back frees."""
    if isinstance(act, DocumentWithdrawn | ExclusionAsked):
        taken = Effect.LIBERTY if document.kind in MANDADOS else Effect.NEUTRAL
        return Effect.ARREST if document.liberty else taken
    if isinstance(act, StatementGiven):
        return Effect.LIBERTY if act.statement is Statement.DO_NOT_SEND else Effect.ARREST
    return effect(document.kind)
