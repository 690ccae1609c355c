"""The operator's override of the link: one ledger transaction, whether Kafka is there or not (docs/law.md safety-19)."""

from datetime import datetime
from typing import Annotated

import typer

from console.commands import By, Why, giver, show
from console.options import AsJson, ledger
from operations import commanding
from rules.breaker import Forced
from runtime import settings

Until = Annotated[str | None, typer.Option("--until", help="When it ends by itself, with its offset.")]


def down(
    *,
    cause: Annotated[str, typer.Option(help="UNAVAILABILITY_DECLARED, which permits contingency, or OUR_MAINTENANCE.")],
    notice: Annotated[str | None, typer.Option(help="The number of the declaration.")] = None,
    until: Until = None,
    by: By,
    reason: Why,
    as_json: AsJson = False,
) -> None:
    """Nothing is sent until somebody says otherwise."""
    _force(Forced("FORCED_DOWN", cause, notice, _instant(until)), by, reason, as_json=as_json)


def up(*, until: Until = None, by: By, reason: Why, as_json: AsJson = False) -> None:
    """Send although the breaker says no, for an hour at most."""
    _force(Forced("FORCED_UP", until=_instant(until)), by, reason, as_json=as_json)


def auto(*, by: By, reason: Why, as_json: AsJson = False) -> None:
    """Let the breaker decide again; a probe says what is."""
    _force(Forced("AUTO"), by, reason, as_json=as_json)


def _force(forced: Forced, by: str, reason: str, *, as_json: bool) -> None:
    who = giver(by, reason)
    with ledger() as (env, database):
        told = commanding.force(database, settings.deployment(env), forced, who)
    show(told, as_json=as_json)


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or found.tzinfo is None):
        raise typer.BadParameter(f"--until {text} is not an instant; for example 2026-11-20T18:00:00-04:00")
    return found
