"""`saj-bnmp rebuild`: a second ledger is made of the topics, and what differs from the live one is shown."""

from typing import Annotated

import typer

from console.options import AsJson, Limit, ledger
from console.tables import out, print_answer, print_rows
from ledger.engine import Database
from operations.rebuild import Rebuilder
from operations.rebuild_answers import Rebuilt
from runtime import settings

_TABLE = ("table", "rows", "only_live", "only_rebuilt", "differing")


def rebuild(
    *,
    into: Annotated[
        str, typer.Option(help="An empty database, or one that this began: sqlite:///FILE, postgresql+psycopg://…")
    ],
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Make a second ledger of the topics and hold it against the live one, which is only read; 1: they differ."""
    with ledger() as (env, database):
        second = Database(into)
        try:
            told = Rebuilder(settings.kafka(env), database, second, settings.deployment(env)).rebuild(limit, _taken)
        finally:
            second.close()
    print_answer(told) if as_json else _print(told)
    if not told.is_equal:
        raise typer.Exit(1)


def _taken(done: int, total: int) -> None:
    typer.echo(f"{done} of {total} offsets are taken", err=True)


def _print(told: Rebuilt) -> None:
    print_rows(told.tables, _TABLE)
    for table in told.tables:
        for one in table.differences:
            columns = f": {', '.join(one.columns)}" if one.columns else ""
            out.print(f"{table.table}  {one.key}  {one.where}{columns}", soft_wrap=True, highlight=False, markup=False)
    for gone in told.gone:
        out.print(f"gone from Kafka: {gone.topic}[{gone.partition}] up to offset {gone.last}", highlight=False)
    for name, why in told.not_compared.items():
        out.print(f"not compared: {name}: {why}", soft_wrap=True, highlight=False)
    if told.moved:
        out.print("the live ledger went on meanwhile: what is newer is in it alone", highlight=False)
    out.print(f"{told.taken} records were taken", highlight=False)
