"""`saj-bnmp lag`: how far each group is behind, in records and in seconds, and whether somebody must act."""

import time
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Table

from console.options import AsJson, Cursor, Limit, ledger
from console.tables import out, print_answer, print_more
from operations.lag import WINDOW_SECONDS, watching
from operations.lag_answers import LagLine, LagShown
from runtime import settings

_LOOK_SECONDS = 2.0
_COLOURS = {"OK": "green", "PAUSED_LINK": "cyan", "WARN": "yellow"}

Groups = Annotated[list[str] | None, typer.Option("--group", help="Of these groups alone; any group of the cluster.")]
Window = Annotated[float, typer.Option("--window", min=10, max=3600, help="Seconds of commits that are judged.")]


def lag(
    *,
    group: Groups = None,
    behind: Annotated[bool, typer.Option("--behind", help="Only what has lag or a verdict.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look every two seconds until Ctrl-C.")] = False,
    window: Window = WINDOW_SECONDS,
    limit: Limit = 1000,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """Lag of every group and partition, measured, with a verdict; 1: a group stopped, stalled or went back."""
    with ledger() as (env, database), watching(settings.kafka(env), window) as watching_it:
        found = watching_it.look(database, group or (), limit, cursor)
        if as_json:
            print_answer(found)
        elif watch:
            with Live(_table(found, behind=behind), console=out) as live:
                try:
                    while True:
                        time.sleep(_LOOK_SECONDS)
                        found = watching_it.look(database, group or (), limit, cursor)
                        live.update(_table(found, behind=behind))
                except KeyboardInterrupt:
                    pass
        else:
            out.print(_table(found, behind=behind))
            print_more(found.next_cursor)
    if found.verdict.is_error:
        raise typer.Exit(1)


def _table(found: LagShown, *, behind: bool) -> Table:
    waiting = "  ".join(f"{reason} {count}" for reason, count in found.open.items())
    table = Table(box=None, caption=f"link {found.link}  {waiting}", caption_justify="left")
    for name in ("group", "topic", "lag", "seconds", "in/s", "out/s", "catches up", "commit age", "verdict"):
        table.add_column(name, overflow="fold")
    for line in found.items:
        if not behind or line.lag or line.verdict != "OK":
            table.add_row(*_cells(line))
    return table


def _cells(line: LagLine) -> tuple[str, ...]:
    colour = _COLOURS.get(line.verdict, "red")
    held = f" ({line.held_back} behind an open transaction)" if line.held_back else ""
    why = f": {line.reason}" if line.reason else ""
    return (
        line.group,
        f"{line.topic}[{line.partition}]",
        f"{line.lag}{held}",
        _number(line.seconds),
        _number(line.arrival_rate),
        _number(line.drain_rate),
        _number(line.catch_up_seconds),
        _number(line.commit_age_seconds),
        f"[{colour}]{line.verdict}[/{colour}]{why}",
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}".removesuffix(".0")
