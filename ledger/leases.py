"""Leases: who may work on a person, and who is the one active relay or clock.

A lease is an owner, an epoch that grows with every change of owner, and an instant on the database's
clock. Whoever settles must still hold the epoch.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from ledger.among import among
from ledger.engine import now
from ledger.tables import lease, person


@dataclass(frozen=True, slots=True)
class PersonLease:
    """A claim on one person."""

    person: int
    owner: str
    epoch: int


@dataclass(slots=True)
class _Row:
    """Who has a person, as it stands under the person's lock."""

    owner: str | None
    epoch: int
    until: datetime | None


class Claims:
    """The leases of locked persons: read once, changed here in one owner's name, written once for all.

    `moment` is the transaction's instant on the database's clock; a claim lasts `seconds` from it.
    """

    def __init__(
        self, connection: Connection, locked: Collection[int], owner: str, moment: datetime, seconds: float
    ) -> None:
        """Read who has these persons, who must be locked: nobody else changes it before the transaction ends."""
        self._connection, self._owner, self._moment = connection, owner, moment
        rows = connection.execute(_LEASES, {"persons": locked}) if locked else ()
        self._rows = {row.person: _Row(row.owner, row.epoch, row.until) for row in rows}
        # Always later than before: by its end alone it can be told whether a renewal was committed.
        ends = [row.until + timedelta(microseconds=1) for row in self._rows.values() if row.until]
        self.until = max([moment + timedelta(seconds=seconds), *ends])
        self._taken: list[int] = []
        self._renewed: list[int] = []
        self._released: list[int] = []
        self._ended: list[int] = []

    def ends_at(self, person: int) -> datetime | None:
        """When the claim that this owner has on a person ends; None when it has none."""
        row = self._rows[person]
        return row.until if row.owner == self._owner else None

    def take(self, person: int, grace: float, same: Collection[int] = ()) -> PersonLease | None:
        """Claim a person, or None while another owner may still be at work, or where there is no such person.

        Nobody may be at work on who is the `same` either (all of them locked); the claim is for them all. A lease that ran out is taken over only after `grace` seconds more: an answer may be under way. A process's own
        earlier lease is waited for like anybody's, for another life of it may have written.
        """
        row = self._rows.get(person)
        if row is None or self.is_at_work({person, *same}, grace):
            return None
        for other in sorted(set(same) - {person}):
            # Their claims have run out: whoever comes late with one of them must find it gone.
            if self._rows[other].owner is not None:
                self._rows[other] = _Row(None, self._rows[other].epoch + 1, None)
                self._ended.append(other)
        row.owner, row.epoch, row.until = self._owner, row.epoch + 1, self.until
        self._taken.append(person)
        return PersonLease(person, self._owner, row.epoch)

    def is_at_work(self, persons: Collection[int], grace: float) -> bool:
        """Whether somebody may be at work on one of these persons."""
        rows = [self._rows[one] for one in persons]
        since = self._moment - timedelta(seconds=grace)
        return any(row.owner is not None and row.until is not None and row.until > since for row in rows)

    def renew(self, held: PersonLease) -> bool:
        """Renew a claim for the next call; False when it is somebody else's by now."""
        if not self._is(held):
            return False
        self._renewed.append(held.person)
        return True

    def release(self, held: PersonLease) -> None:
        """Let a person go; a claim that was lost is left alone."""
        if self._is(held):
            self._released.append(held.person)

    def write(self) -> None:
        """Write what was taken, renewed and released."""
        for persons, statement, values in (
            (self._ended, _END, {}),
            (self._taken, _TAKE, {"by": self._owner, "ends": self.until}),
            (self._renewed, _RENEW, {"ends": self.until}),
            (self._released, _RELEASE, {}),
        ):
            if persons:
                self._connection.execute(statement, {"persons": persons, **values})

    def _is(self, held: PersonLease) -> bool:
        row = self._rows[held.person]
        return (row.owner, row.epoch) == (held.owner, held.epoch)


_OWNER, _ENDS = sa.bindparam("by", type_=person.c.owner.type), sa.bindparam("ends", type_=person.c.until.type)
_OF_THESE = person.update().where(among(person.c.person, "persons"))
_END = _OF_THESE.values(owner=sa.null(), epoch=person.c.epoch + 1, until=sa.null())
_TAKE = _OF_THESE.values(owner=_OWNER, epoch=person.c.epoch + 1, until=_ENDS)
_RENEW = _OF_THESE.values(until=_ENDS)
_RELEASE = _OF_THESE.values(owner=sa.null(), until=sa.null())
_LEASES = sa.select(person.c.person, person.c.owner, person.c.epoch, person.c.until).where(
    among(person.c.person, "persons")
)


def take_singleton(connection: Connection, name: str, owner: str, *, seconds: float) -> bool:
    """Take or renew the lease of the one active relay or clock; False while another holds it."""
    moment = now(connection)
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(lease)
    asked = insert.values(name=name, owner=owner, epoch=1, until=moment + timedelta(seconds=seconds))
    same = lease.c.owner == asked.excluded.owner
    taken = asked.on_conflict_do_update(
        index_elements=("name",),
        set_={
            "owner": asked.excluded.owner,
            "until": asked.excluded.until,
            "epoch": sa.case((same, lease.c.epoch), else_=lease.c.epoch + 1),
        },
        where=same | (lease.c.until <= moment),
    )
    return connection.scalar(taken.returning(lease.c.epoch)) is not None


def release_singleton(connection: Connection, name: str, owner: str) -> None:
    """Let the lease end now, so that a standby goes on at once; the row stays, for its epoch never goes back."""
    mine = (lease.c.name == name) & (lease.c.owner == owner)
    connection.execute(lease.update().where(mine).values(until=now(connection)))
