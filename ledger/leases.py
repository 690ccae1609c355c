"""Leases: who may work on a person, and who is the one active relay or clock.

A lease is an owner, an epoch that grows with every change of owner, and an instant on the database's
clock. Whoever settles must still hold the epoch.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ledger.engine import now
from ledger.tables import lease, person


class LeaseLostError(Exception):
    """Somebody else holds the lease now; what this process does about it must not be settled."""


@dataclass(frozen=True, slots=True)
class PersonLease:
    """A claim on one person."""

    person: int
    owner: str
    epoch: int


def take_person(connection: Connection, number: int, owner: str, *, seconds: float, grace: float) -> PersonLease | None:
    """Claim a person, or None while another owner may still be at work.

    A lease that ran out is taken over only after `grace` seconds more: an answer may be under way. A
    process's own earlier lease is waited for like anybody's, for another life of it may have written.
    """
    row = connection.execute(sa.select(person).where(person.c.person == number)).one_or_none()
    moment = now(connection)
    if row is None or (
        row.owner is not None and row.until is not None and row.until + timedelta(seconds=grace) > moment
    ):
        return None
    epoch = row.epoch + 1
    values = {"owner": owner, "epoch": epoch, "until": moment + timedelta(seconds=seconds)}
    connection.execute(person.update().where(person.c.person == number).values(**values))
    return PersonLease(number, owner, epoch)


def renew_person(connection: Connection, held: PersonLease, *, seconds: float) -> None:
    """Renew a claim for the next call; raises LeaseLostError when it is somebody else's by now."""
    until = now(connection) + timedelta(seconds=seconds)
    done = connection.execute(person.update().where(_is(held)).values(until=until))
    if done.rowcount != 1:
        raise LeaseLostError


def check_person(connection: Connection, held: PersonLease) -> None:
    """Raise LeaseLostError unless the claim still stands."""
    if connection.scalar(sa.select(person.c.person).where(_is(held))) is None:
        raise LeaseLostError


def release_person(connection: Connection, held: PersonLease) -> None:
    """Let a person go; a claim that was lost is left alone."""
    connection.execute(person.update().where(_is(held)).values(owner=None, until=None))


def _is(held: PersonLease) -> sa.ColumnElement[bool]:
    return (person.c.person == held.person) & (person.c.owner == held.owner) & (person.c.epoch == held.epoch)


def take_singleton(connection: Connection, name: str, owner: str, *, seconds: float) -> bool:
    """Take or renew the lease of the one active relay or clock; False while another holds it."""
    row = connection.execute(sa.select(lease).where(lease.c.name == name)).one_or_none()
    moment = now(connection)
    until = moment + timedelta(seconds=seconds)
    if row is None:
        connection.execute(lease.insert().values(name=name, owner=owner, epoch=1, until=until))
        return True
    if row.owner != owner and row.until > moment:
        return False
    epoch = row.epoch if row.owner == owner else row.epoch + 1
    connection.execute(lease.update().where(lease.c.name == name).values(owner=owner, epoch=epoch, until=until))
    return True


def release_singleton(connection: Connection, name: str, owner: str) -> None:
    """Let the lease end now, so that a standby goes on at once; the row stays, for its epoch never goes back."""
    mine = (lease.c.name == name) & (lease.c.owner == owner)
    connection.execute(lease.update().where(mine).values(until=now(connection)))
