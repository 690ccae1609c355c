"""Access: what SAJ told us of a user, and whether that user may sign (docs/law.md access, safety-5).

It is our own copy and may be old: BNMP has the last word.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.messages import ACCESS, ACCESS_ASKED_AT, HOLDS
from rules.words import Reason, Role


@dataclass(frozen=True, slots=True)
class Duty:
    """A unit, or the region of a plantão, in which a user is on duty from an instant to another, both included."""

    unit: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """What a user may do, as SAJ told it last at `at`: role, position, every lotação, and the two confirmations.

    `sca_confirmed`: CNJ's SCA has the registration; `saj_authenticated`: the user has confirmed their data in SAJ.
    """

    user: str
    role: Role
    at: datetime
    position: str | None = None
    units: frozenset[str] = frozenset()
    duties: tuple[Duty, ...] = ()
    sca_confirmed: bool = True
    saj_authenticated: bool = True

    def acts_in(self, unit: str, at: datetime) -> bool:
        """Whether the user was, or is, of a unit at an instant, by lotação or on duty."""
        return unit in self.units or any(one.unit == unit and one.begins <= at <= one.ends for one in self.duties)


@dataclass(frozen=True, slots=True)
class Signing:
    """A signature that a document needs: by whom, in which unit; `assigned` by the unit, in place of who wrote it."""

    role: Role
    user: str
    unit: str
    position: str | None = None
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class _Moment:
    now: datetime
    issued_at: datetime | None


def _is_in_duty_only(signing: Signing, known: Access) -> bool:
    return signing.unit not in known.units and any(duty.unit == signing.unit for duty in known.duties)


def _of_other_role(signing: Signing, known: Access, _: _Moment) -> bool:
    may = {signing.role} | ({Role.CHEFE_DE_CARTORIO} if signing.role is Role.SERVIDOR else set())
    return known.role not in may


def _of_other_position(signing: Signing, known: Access, _: _Moment) -> bool:
    return None not in (signing.position, known.position) and signing.position != known.position


def _of_other_unit(signing: Signing, known: Access, _: _Moment) -> bool:
    return signing.unit not in known.units and not _is_in_duty_only(signing, known)


def _issued_off_duty(signing: Signing, known: Access, at: _Moment) -> bool:
    """Whether who wrote it was not on duty when it was issued: then it may not be valid."""
    wrote = not signing.assigned and at.issued_at is not None and _is_in_duty_only(signing, known)
    return wrote and at.issued_at is not None and not known.acts_in(signing.unit, at.issued_at)


def _off_duty_now(signing: Signing, known: Access, at: _Moment) -> bool:
    """Whether the duty is not going on: then BNMP lets them sign no more, and the order is as valid as it was."""
    return _is_in_duty_only(signing, known) and not known.acts_in(signing.unit, at.now)


# What may be wrong with a signer's access, and when it is: the pre-flight, read row by row.
PREFLIGHT: tuple[tuple[str, Callable[[Signing, Access, _Moment], bool]], ...] = (
    ("role", _of_other_role),
    ("position", _of_other_position),
    ("unit", _of_other_unit),
    ("issued_on_duty", _issued_off_duty),
    ("on_duty", _off_duty_now),
    ("sca_confirmed", lambda _, known, __: not known.sca_confirmed),
    ("saj_authenticated", lambda _, known, __: not known.saj_authenticated),
)
DOUBT, REFUSED, NO_CREDENTIALS = "access", "refused", "credentials"


def doubts(signing: Signing, known: Access | None, now: datetime, issued_at: datetime | None) -> tuple[str, ...]:
    """What our own copy has against a signature, as dotted paths that name the unit; nothing of whom nothing is known."""
    if known is None:
        return ()
    at = _Moment(now, issued_at)
    wrong = (field for field, holds in PREFLIGHT if holds(signing, known, at))
    return tuple(f"{DOUBT}.{signing.role}.{field}:{signing.unit}" for field in wrong)


def lack(what: str, role: Role, unit: str) -> str:
    """What BNMP or our credentials have against a signature: REFUSED or NO_CREDENTIALS."""
    return f"signatures.{role}.{what}:{unit}"


def is_doubt(missing: Collection[str]) -> bool:
    """Whether all that is missing is what our own copy has against signatures."""
    return bool(missing) and all(one.startswith(f"{DOUBT}.") for one in missing)


def but_doubts(cleared: Iterable[str], role: Role | None = None) -> tuple[str, ...]:
    """These grounds without our copy's, of the signature of this role or of any."""
    gone = f"{DOUBT}.{role}." if role else f"{DOUBT}."
    return tuple(ground for ground in cleared if not ground.startswith(gone))


def remedy(missing: Iterable[str], places: Mapping[str, str]) -> str:
    """What to do about an ACCESS hold: its first lack in a sentence, with the unit and the place where its access is asked."""
    for one in missing:
        field, _, unit = one.rpartition(".")[2].partition(":")
        if field in ACCESS:
            return ACCESS[field].format(unit=unit, where=places.get(unit, ACCESS_ASKED_AT))
    return HOLDS[Reason.ACCESS][1]
