"""`saj-bnmp reconcile` and `divergences list`: where the ledger and BNMP differ, and what mends it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from bnmp.survey import Survey
from console.options import AsJson, Cursor, Limit, ledger
from console.tables import out, print_answer, print_more, print_rows
from ledger.engine import Database
from operations import divergences as listing
from operations import documents
from operations.reconciling import Reconciled, Reconciliation
from rules.words import AnswerClass
from runtime import settings
from runtime.settings import Environment

divergences = typer.Typer(help="Where the ledger and BNMP, or the history of parties, differ.", no_args_is_help=True)
_FOUND = ("kind", "person", "unit", "document_id", "pieces", "ours", "registry", "age_days", "cause", "mends")
_UNREAD = ("person", "unit", "answer", "detail")
_STANDING = ("person", "kind", "about", "document_id", "unit", "missing", "since", "who", "what")


@divergences.command("list")
def list_divergences(*, limit: Limit = 100, cursor: Cursor = "", as_json: AsJson = False) -> None:
    """What stands: documents held until a divergence is reconciled, and what was told of people's custody."""
    with ledger() as (_, database):
        page = listing.listed(database, limit, cursor)
    if as_json:
        print_answer(page)
    else:
        print_rows(page.items, _STANDING)
        print_more(page.next_cursor)


def reconcile(
    *,
    person: Annotated[str | None, typer.Option(help="An RJI, TRIBUNAL:PARTY_ID, or the ledger's number.")] = None,
    unit: Annotated[str | None, typer.Option(help="A unit's code; without one and without a person, all.")] = None,
    rate: Annotated[float, typer.Option(min=0.01, max=50, help="Requests to BNMP in a second, at most.")] = 2.0,
    limit: Annotated[int | None, typer.Option(min=1, help="How many persons and units at most.")] = None,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """Compare the ledger with BNMP, one request at a time; 1: something differs or was not read, 3: BNMP is away."""
    if person is not None and (unit is not None or cursor):
        raise typer.BadParameter("--person is compared alone, without --unit and --cursor")
    with ledger() as (env, database):
        number = None if person is None else documents.number_of(database, person)
        if person is not None and number is None:
            typer.echo("the ledger knows nobody by that name; saj-bnmp documents list shows persons' numbers", err=True)
            raise typer.Exit(1)

        async def compare(comparison: Reconciliation) -> None:
            if number is not None:
                await comparison.one(number)
            else:
                await comparison.run(unit, limit, lambda line: typer.echo(line, err=True))

        found = asyncio.run(_compared(env, database, rate, cursor, compare))
    if as_json:
        print_answer(found)
    else:
        _print(found)
    raise typer.Exit(_status(found))


async def _compared(
    env: Environment,
    database: Database,
    rate: float,
    cursor: str,
    compare: Callable[[Reconciliation], Awaitable[None]],
) -> Reconciled:
    async with Survey(settings.bnmp(env), rate) as survey:
        secret = env.person_hash_key.get_secret_value()
        comparison = Reconciliation(database, settings.deployment(env), survey, secret, cursor)
        try:
            await compare(comparison)
        except asyncio.CancelledError:
            # Ctrl-C: what was found so far is told, and where to go on.
            typer.echo("interrupted", err=True)
        return comparison.shown()


def _print(found: Reconciled) -> None:
    print_rows(found.items, _FOUND)
    if found.unread:
        out.print("not read to the end:")
        print_rows(found.unread, _UNREAD)
    compared = f"{found.persons} persons and {found.units} units compared"
    out.print(f"{compared}, {len(found.items)} differences", highlight=False)
    print_more(found.next_cursor)


def _status(found: Reconciled) -> int:
    """Give 3 where BNMP did not answer, 1 where something differs, was not read or was left, else 0."""
    if found.stopped is not None and found.stopped != AnswerClass.ACCESS:
        return 3
    return 1 if found.items or found.unread else 0
