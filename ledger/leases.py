"""Leases: who may work on a person, and who is the one active relay or clock.

A lease is an owner, an epoch that grows with every change of owner, and an instant on the database's
clock. Whoever settles must still hold the epoch.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
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
    moment = now(connection)
    free = sa.or_(
        person.c.owner.is_(None), person.c.until.is_(None), person.c.until <= moment - timedelta(seconds=grace)
    )
    values = {"owner": owner, "epoch": person.c.epoch + 1, "until": moment + timedelta(seconds=seconds)}
    # One statement: of two who ask at once the second sees what the first wrote.
    taken = person.update().where(person.c.person == number, free).values(values).returning(person.c.epoch)
    epoch = connection.scalar(taken)
    return None if epoch is None else PersonLease(number, owner, epoch)


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
