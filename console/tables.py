"""How the command line shows things: as a table for people, or as one JSON document for programs."""

import dataclasses
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from operations.documents import Shown

out = Console()


def print_rows(rows: Iterable[Any], columns: tuple[str, ...], *, as_json: bool) -> None:
    """Print dataclasses as a table of `columns`, or whole as JSON."""
    if as_json:
        print_json([dataclasses.asdict(row) for row in rows])
        return
    table = Table(box=None)
    for column in columns:
        # An id that is cut cannot be copied.
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(getattr(row, column)) for column in columns))
    out.print(table)


def print_document(shown: Shown, *, as_json: bool) -> None:
    """Print a document and its way, every decision with its instant, attempt and reason."""
    if as_json:
        print_json(dataclasses.asdict(shown))
        return
    row = shown.document
    out.print(
        f"[bold]{row.document_id}[/bold]  {row.kind}  {row.state} {row.reason or ''}  {row.national_number or ''}"
    )
    for step in shown.history:
        state = f"{step.state} {step.reason or ''}".strip()
        head = f"{_instant(step.at)}  {state:30} turn {step.turn}  attempt {step.attempt}  {step.fact}"
        # Not a table: a way is read from top to bottom, and its details must not be cut.
        out.print(f"{head}: {step.detail}" if step.detail else head, soft_wrap=True, highlight=False)


def print_json(value: Any) -> None:
    """Print one JSON document and nothing else."""
    typer.echo(json.dumps(value, default=_plain, ensure_ascii=False))


def _instant(at: datetime) -> str:
    return at.astimezone().isoformat(sep=" ", timespec="milliseconds")


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return _instant(value)
    return "" if value is None else str(value)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
