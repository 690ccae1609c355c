"""`saj-bnmp legacy`: the stock from before BNMP 2.0, as SAJ lists it."""

from datetime import date
from typing import Annotated

import typer

from console import typed
from console.commands import Given, Param, Row, command
from console.options import AsJson, By, Cursor, Limit, Why, ledger, one_of, signed
from console.tables import out, print_answer, print_more, print_rows
from ledger.engine import Database
from operations import legacy as operation
from operations.legacy import Which
from rules.legacy import PRESETS, Item
from runtime import settings

legacy = typer.Typer(help="The stock from before BNMP 2.0.", no_args_is_help=True)
_ITEM = Param("item_id", "SAJ's id of the item.")
_COLUMNS = ("item_id", "kind", "unit", "case_number", "case_status", "issued_on", "documents", "gaps", "person", "key")


@legacy.command("list")
def list_items(
    *,
    case: Annotated[str | None, typer.Option(help="A case number, as SAJ writes it.")] = None,
    unit: Annotated[str | None, typer.Option(help="A unit's code.")] = None,
    kind: Annotated[str | None, typer.Option(help="MANDADO_CUMPRIDO, GUIA_EXECUCAO, ...")] = None,
    situation: Annotated[list[str] | None, typer.Option(help="EM_ANDAMENTO, SUSPENSO, ...; may come again.")] = None,
    custody: Annotated[
        str | None, typer.Option(help="The situation of the prison in the history, as SAJ told it.")
    ] = None,
    issued_from: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD; the last six months unless a day is given.")
    ] = None,
    issued_to: Annotated[str | None, typer.Option(help="YYYY-MM-DD.")] = None,
    every_day: Annotated[bool, typer.Option("--every-day", help="Whenever it was issued.")] = False,
    summed: Annotated[bool, typer.Option("--summed", help="Also the cases that are summed into another.")] = False,
    preset: Annotated[str | None, typer.Option(help=f"A list of the quick guide: {', '.join(PRESETS)}.")] = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show how SAJ knows each person; goes on record.")] = False,
    by: By = "",
    reason: Why = "",
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """What is pending, and how much lies outside what was asked for: all of it has to be regularised."""
    first, last = _day(issued_from, "--issued-from"), _day(issued_to, "--issued-to")
    word = one_of(Item, kind, "--kind")
    which = Which(unit, case, word, tuple(situation or ()), custody, first, last, not summed)
    if preset is not None and preset not in PRESETS:
        raise typer.BadParameter(f"--preset {preset} is none of {', '.join(PRESETS)}")
    who = signed(by, reason, "--reveal") if reveal else None
    with ledger() as (env, database):
        today = database.clock().astimezone(settings.deployment(env).court.zone).date()
        which = operation.preset(preset, which) if preset else which if every_day else operation.usual(which, today)
        secret = env.person_hash_key.get_secret_value()
        shown = operation.listed(database, which, limit, cursor, secret=secret, reveal=who)
    if as_json:
        print_answer(shown)
        return
    print_rows(shown.items, _COLUMNS)
    out.print(f"{shown.pending} pending; {shown.outside} more lie outside what was asked for", highlight=False)
    print_more(shown.next_cursor)


def _day(typed: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise typer.BadParameter(f"{option} is not a day; for example 2018-05-02") from None


def _of_item(given: Given, database: Database, _: str) -> str | None:
    return operation.key_of_item(database, given["item_id"])


ROWS = (
    Row(
        "legacy",
        "regularise",
        "saj.legacy.regularisation-requested.v1",
        "Register an item of the stock, after its case was looked at.",
        (
            _ITEM,
            Param("reu", "What the analysis found: SOLTO or PRESO.", option=True),
            Param("analysed_by", "Who looked at the case.", option=True),
            Param("analysed_at", "When, with its offset: 2026-11-20T10:00:00-04:00.", option=True),
            Param("evidence", "That the digital certificate of who sends was used.", option=True),
            Param("fields", "A JSON object of what the form lacked, e.g. escrivao.", option=True, optional=True),
            Param(
                "new_person", "SIM: BNMP was looked at, and has nobody who is this person.", option=True, optional=True
            ),
        ),
        typed.regularised,
        _of_item,
    ),
    Row(
        "legacy",
        "exclude",
        "saj.legacy.item-excluded.v1",
        "Take an item off the list, as chefe de cartório; nothing is sent.",
        (
            _ITEM,
            Param("hypothesis", "PEC_EM_ANDAMENTO, ACAO_PENAL_ARQUIVADA, ..., OUTRA.", option=True),
            Param("text", "Why, in prose.", option=True),
        ),
        typed.named("item_id", "hypothesis", "text"),
        _of_item,
    ),
)
for _row in ROWS:
    legacy.command(_row.name)(command(_row))
