"""`saj-bnmp exceptional`: what was issued outside SAJ, of which SAJ itself keeps no list."""

from pathlib import Path
from typing import Annotated

import typer

from console.options import AsJson, By, Cursor, Limit, Why, ledger, one_of, signed
from console.tables import out, print_answer, print_more, print_rows
from console.typed import json_object
from operations import exceptional as operation
from rules.exceptional import Hypothesis
from runtime import settings

exceptional = typer.Typer(help="What was issued outside SAJ.", no_args_is_help=True)
_COLUMNS = ("document_id", "kind", "hypothesis", "case_number", "unit", "state", "reason", "missing", "person")


@exceptional.command("list")
def list_documents(
    *,
    unit: Annotated[str | None, typer.Option(help="A unit's code.")] = None,
    pending: Annotated[bool, typer.Option("--pending", help="Only what has not ended.")] = False,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """What was issued outside SAJ, and how its registration stands."""
    with ledger() as (_, database):
        page = operation.listed(database, limit, cursor, unit=unit, pending=pending)
    if as_json:
        print_answer(page)
        return
    print_rows(page.items, _COLUMNS)
    print_more(page.next_cursor)


@exceptional.command("register")
def register(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The document, as SAJ publishes one (JSON).")
    ],
    *,
    hypothesis: Annotated[str, typer.Option(help="A, B, C, D or SAJ_INDISPONIVEL.")],
    justification: Annotated[str, typer.Option(help="As BNMP is to have it.")],
    by: By = "",
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """Publish a document that was issued outside SAJ, to be registered with its own date and justification."""
    who = signed(by, reason, "a registration")
    one_of(Hypothesis, hypothesis, "--hypothesis")
    data = json_object(file.read_bytes(), file.name)
    with ledger() as (env, database):
        told = operation.register(database, settings.kafka(env), data, (hypothesis, justification), who)
    if as_json:
        print_answer(told)
    else:
        out.print(f"{told.document_id} published as {told.event_id}", highlight=False)
