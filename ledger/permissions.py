"""Permissions: what commands say of users' access, and judges' standing orders."""

from collections.abc import Iterable

from ledger import access, standing_orders
from ledger.batches import Arrival, Batch
from ledger.requests import by_of
from rules.access import Access, Duty
from rules.authority import ACCESS_CHANGED, ORDERED, ruling
from rules.casework import Say
from rules.escalation import INCIDENT, incident_of
from rules.standing_orders import StandingOrder, why_not
from rules.words import Effect, Role
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


def ordered(batch: Batch, body: commands.StandingOrder, key: bytes | None) -> str | None:
    """Take a judge's standing order; gives why not, where it does not (docs/law.md safety-16)."""
    by = by_of(body, batch.users)
    order = StandingOrder(body.command_id, body.unit, frozenset(body.kinds), body.from_, body.to, by.user)
    ruled = ruling(ORDERED, by, (body.unit,), Effect.LIBERTY)
    refusal = ruled.refusal or why_not(order, batch.now)
    if refusal is None:
        batch.orders.append(order)
    if refusal is None and ruled.unknown:
        data = incident_of("ACCESS_UNKNOWN", Role.ADMINISTRADOR_REGIONAL, body.unit)
        batch.answers.append((Say(INCIDENT, data), key))
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
    """Write down what was heard of users, and what judges ordered."""
    standing_orders.keep(batch.connection, batch.orders, batch.now)
    windows = batch.deployment.windows
    access.write(batch.connection, batch.told_of.values(), batch.now, windows.lease() + windows.answer)
