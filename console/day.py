"""How a court's day is shown: the phases while they last, and the figures at its end."""

import json

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from console.tables import out
from runtime.agreement import Report
from runtime.demo import Progress, Watch

COLUMNS = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def watching(bars: Bars) -> Watch:
    """Make what shows the progress of each phase in `bars`."""
    tasks: dict[str, TaskID] = {}

    def watch(progress: Progress) -> None:
        if progress.phase not in tasks:
            tasks[progress.phase] = bars.add_task(progress.phase, total=progress.of)
        bars.update(tasks[progress.phase], completed=progress.done)

    return watch


def as_text(report: Report) -> str:
    """Give a day's report as JSON: its figures, and every disagreement."""
    return json.dumps({**report.figures, "disagreements": report.disagreements}, indent=2, ensure_ascii=False)


def print_day(report: Report, where: str = "") -> None:
    """Print a day's figures, the first disagreements and the verdict, with `where` after it."""
    table = Table("", "figure", box=None, title="a court's day")
    for name, value in report.figures.items():
        if name != "windows":
            table.add_row(name, json.dumps(value) if isinstance(value, dict) else str(value))
    out.print(table)
    for line in report.disagreements[:20]:
        out.print(f"[red]disagreement[/red] {line}")
    windows = ", ".join(f"{name} {value:g}" for name, value in report.figures["windows"].items())
    out.print(f"windows: {windows}", soft_wrap=True, highlight=False)
    count = len(report.disagreements)
    verdict = "ledger, topics and registry agree" if report.agrees else f"{count} disagreements"
    out.print(f"[bold]{verdict}[/bold]{where}")
