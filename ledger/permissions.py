"""Permissions: what commands say of users' access."""

from collections.abc import Iterable

from ledger import access
from ledger.batches import Arrival, Batch
from ledger.requests import by_of
from rules.access import Access, Duty
from rules.authority import ACCESS_CHANGED, ruling
from rules.words import Role
from schemas import commands, document_withdrawn
from schemas.reading import Event


def load(batch: Batch, fresh: Iterable[Arrival]) -> None:
    """Let the batch know the users who give its commands, also those that waited, and those of whom it speaks."""
    events = [arrival.event for arrival in fresh if isinstance(arrival.event, Event)]
    waiting = [event for found in batch.waiting.values() for event, _ in found]
    users = {user for event in (*events, *waiting) if (user := _giver(event)) is not None}
    told = {event.body.user for event in events if isinstance(event.body, commands.AccessChanged)}
    batch.users = access.of(batch.connection, users | told)


def _giver(event: Event) -> str | None:
    if isinstance(event.body, commands.Command | document_withdrawn.DocumentWithdrawn) and event.body.by is not None:
        return event.body.by.user
    return None


def heard(batch: Batch, body: commands.AccessChanged) -> str | None:
    """Take what SAJ says of a user, who is it from then on for what comes later; gives why not, where it does not."""
    refusal = ruling(ACCESS_CHANGED, by_of(body, batch.users)).refusal
    known = batch.users.get(body.user)
    if refusal is None and known is not None and known.at > body.at:
        refusal = "OVERTAKEN"
    if refusal is None:
        batch.users[body.user] = batch.told_of[body.user] = _access(body)
    return refusal


def _access(body: commands.AccessChanged) -> Access:
    return Access(
        body.user,
        Role(body.role),
        body.at,
        body.position,
        frozenset(body.units),
        tuple(Duty(duty.unit, duty.from_, duty.to) for duty in body.duty_units),
        body.sca_confirmed,
        body.saj_authenticated,
    )


def write(batch: Batch) -> None:
    """Write down what was heard of users."""
    windows = batch.deployment.windows
    access.write(batch.connection, batch.told_of.values(), batch.now, windows.lease() + windows.answer)
