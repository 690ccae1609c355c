"""`saj-bnmp contingency`: what was issued under contingency and what a clerk must do about it today."""

from typing import Annotated

import typer

from console.options import AsJson, Cursor, Limit, ledger, one_of
from console.tables import out, print_answer, print_more
from operations import contingencies as operation
from rules.words import Resolution
from runtime import settings

contingency = typer.Typer(help="What was issued under contingency.", no_args_is_help=True)
_CATEGORIES = {Resolution.ALVARAS_ORDENS: "alvarás e ordens", Resolution.MANDADOS: "mandados"}


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
        alarm = settings.windows().confirm_alarm
        asked = operation.Asked(env.contramandados_among, alarm, category=word, unit=unit)
        shown = operation.listed(database, asked, limit, cursor)
    if as_json:
        print_answer(shown)
        return
    for one in shown.items:
        waits = "" if one.waits_seconds is None else f"  há {one.waits_seconds // 60} min"
        head = f"{one.document_id}  {one.kind}  unidade {one.unit or '-'}{waits}{'  ATRASADO' if one.overdue else ''}"
        out.print(head, soft_wrap=True, highlight=False)
        out.print(f"    {one.who or 'sistema'}: {one.what}", soft_wrap=True, highlight=False)
        if one.lacks:
            out.print(f"    Anexo I, falta: {', '.join(one.lacks)}", soft_wrap=True, highlight=False)
    left = ", ".join(f"{_CATEGORIES[Resolution(name)]} {count}" for name, count in shown.left.items())
    nothing = "" if any(shown.left.values()) or shown.unreleased else "Nada falta resolver. "
    told = f"{nothing}A resolver: {left}. Certidões a liberar ou juntar aos autos: {shown.unreleased}."
    out.print(told, soft_wrap=True, highlight=False)
    print_more(shown.next_cursor)
