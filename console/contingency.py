"""`saj-bnmp contingency`: what was issued under contingency and what a clerk must do about it today."""

from typing import Annotated

import typer

from console.options import AsJson, Cursor, Limit, ledger, one_of
from console.tables import out, print_answer, print_more, print_rows
from operations import contingencies as operation
from rules.words import Resolution

contingency = typer.Typer(help="What was issued under contingency.", no_args_is_help=True)
_COLUMNS = ("document_id", "category", "kind", "unit", "person", "state", "reason", "missing", "who", "waits_seconds")


@contingency.command("list")
def list_contingencies(
    *,
    category: Annotated[str | None, typer.Option(help="ALVARAS_ORDENS or MANDADOS.")] = None,
    unit: Annotated[str | None, typer.Option(help="A unit's code.")] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """What is not registered yet, what is left to do of each, and since when; zeros say that nothing is left."""
    word = one_of(Resolution, category, "--category")
    with ledger() as (env, database):
        shown = operation.listed(database, env.contramandados_among, limit, cursor, category=word, unit=unit)
    if as_json:
        print_answer(shown)
        return
    print_rows(shown.items, _COLUMNS)
    out.print("left to resolve: " + ", ".join(f"{name} {count}" for name, count in shown.left.items()), highlight=False)
    print_more(shown.next_cursor)
