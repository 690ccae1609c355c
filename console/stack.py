"""The commands that start a whole stack: `demo` and `up`."""

import json
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Bars

from console.day import COLUMNS, as_text, print_day, watching
from console.tables import out, print_answer, print_document
from operations.answers import RoleEnded
from runtime.demo import DemoError, DemoSettings, prepare
from runtime.demo import demo as run_demo
from runtime.stack import Stack, StackError, StackSettings
from runtime.supervisor import Ended
from sandbox.bnmp.__main__ import main as bnmp_main
from sandbox.kafka.__main__ import main as kafka_main
from sandbox.kafka.errors import KafkaSandboxError, NotInstalledError
from sandbox.saj.day import Day

err = Console(stderr=True)
_DATABASE = (
    "The URL of an empty database for the ledger, e.g. postgresql+psycopg://saj@localhost/ledger; it stays there."
)


def demo(
    *,
    persons: Annotated[int, typer.Option(min=20, max=5000, help="How many persons the day is about.")] = 300,
    seed: Annotated[int, typer.Option(help="Which day it is.")] = 7,
    outage: Annotated[float, typer.Option(min=0, max=600, help="Seconds at least that the link is cut.")] = 5.0,
    report: Annotated[Path, typer.Option(help="Where the report is written.")] = Path("demo-report.json"),
    keep: Annotated[bool, typer.Option(help="Leave the ledger and the logs behind, and say where.")] = False,
    database: Annotated[str | None, typer.Option(help=_DATABASE)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report on standard output, nothing else.")] = False,
) -> None:
    """Show a court's day on a real Kafka, with an outage of BNMP in its middle, and check its end."""
    settings = DemoSettings(persons, seed, outage, StackSettings(seed=seed, keep=keep, database=database))
    try:
        with Bars(*COLUMNS, console=err) as bars:
            done = run_demo(settings, lambda line: bars.console.print(f"  {line}"), watching(bars))
    except NotInstalledError as error:
        raise _leave(error, 3) from None
    except (KafkaSandboxError, StackError, DemoError) as error:
        raise _leave(error, 1) from None
    found = done.report
    text = as_text(found)
    report.write_text(text + "\n")
    if as_json:
        typer.echo(text)
    else:
        if done.release is not None:
            out.print("\nthe way of a release that was issued while the link was cut:")
            print_document(done.release, as_json=False)
        print_day(found, f"; the report is in {report}")
    if not found.agrees:
        raise typer.Exit(1)


def up(
    *,
    seed: Annotated[int, typer.Option(help="Which invented users there are.")] = 7,
    database: Annotated[str | None, typer.Option(help=_DATABASE)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each role that ended by itself.")] = False,
) -> None:
    """Start the whole stack and leave it running; Ctrl-C stops it and leaves nothing behind."""
    day, stopped = Day.plan(seed=seed), threading.Event()
    try:
        settings = StackSettings(seed=seed, database=database)
        with Stack.start(settings, lambda line: err.print(f"  {line}"), prepare(day)) as stack:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stopped.set())
            addresses = {"kafka": stack.bootstrap, "bnmp": stack.bnmp_url, "control": stack.control_url}
            typer.echo(json.dumps(addresses | {"environment": stack.environment(), "logs": str(stack.folder / "logs")}))
            if as_json:
                stack.supervisor.tell = _tell
            err.print("the stack is up; Ctrl-C stops it")
            stopped.wait()
    except NotInstalledError as error:
        raise _leave(error, 3) from None
    except (KafkaSandboxError, StackError) as error:
        raise _leave(error, 1) from None


def _tell(ended: Ended) -> None:
    line = RoleEnded(
        role=ended.name,
        at=ended.at,
        how=ended.how,
        event=ended.event,
        lived_seconds=round(ended.lived, 1),
        restarts=ended.restarts,
        quick_ends=ended.quick,
        failing=ended.failing,
        next_start_in_seconds=ended.next_start,
    )
    print_answer(line)


def kafka(context: typer.Context) -> None:
    """Run Apache Kafka alone; its address is the first line, as JSON. --port N --data DIR --keep."""
    raise typer.Exit(kafka_main(context.args))


def bnmp(context: typer.Context) -> None:
    """Run the BNMP simulator alone; its addresses are the first line, as JSON. --port N --control-port N --seed N."""
    raise typer.Exit(bnmp_main(context.args))


def _leave(error: Exception, status: int) -> typer.Exit:
    typer.echo(f"saj-bnmp: {error}", err=True)
    return typer.Exit(status)
