"""The commands of auditors: who did what, and whether the history is what it was when it was written."""

from typing import Annotated

import typer

from console.options import AsJson, Cursor, Limit, ledger
from console.tables import out, print_answer, print_more, print_rows
from ledger.acts import Which
from operations import audit as operation
from runtime import settings

audit = typer.Typer(help="Who did what, and whether the history was altered.", no_args_is_help=True)


@audit.command("show")
def show(
    *,
    by: Annotated[str | None, typer.Option("--by", help="By whom.")] = None,
    act: Annotated[str | None, typer.Option("--act", help="DISCARD, REDRIVE, PERSON_REVEALED, ...")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="About what, as the listing shows it.")] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """What operators did to the ledger, and who saw what is hidden; the latest first."""
    with ledger() as (_, database):
        page = operation.shown(database, Which(by, act, subject), limit, cursor)
    if as_json:
        print_answer(page)
    else:
        print_rows(page.items, ("number", "at", "by", "act", "subject", "reason"))
        print_more(page.next_cursor)


@audit.command("verify")
def verify(*, as_json: AsJson = False) -> None:
    """Hold the whole history against its codes and every seal; 1: something was altered, which is an incident as well."""
    with ledger() as (env, database):
        found = operation.verify(settings.kafka(env), database, settings.deployment(env))
    if as_json:
        print_answer(found)
    else:
        print_rows(found.items, ("what", "person", "document", "position", "entry"))
        looked = (
            f"{found.entries} entries of {found.persons} persons, {found.acts} acts, {found.payloads} payloads, "
            f"{found.seals} seals, {found.found} findings"
        )
        out.print(f"[bold]{found.verdict}[/bold]: {looked}", highlight=False)
        if found.unchained:
            out.print(f"{found.unchained} entries are of a release that had no chains", highlight=False)
        if not found.signed:
            out.print("SAJ_BNMP_AUDIT_KEY is not set: whoever may write to the ledger could make the codes anew")
    if found.verdict == "ALTERED":
        raise typer.Exit(1)
