"""The command that publishes a file of events, or only judges it.

Exit status: 0 all is published, or holds; 1 a line is wrong, and without --skip-bad nothing was published; 2 what was
typed does not hold; 3 Kafka did not take everything.
"""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Bars

from console.options import AsJson, Limit
from console.tables import out, print_answer
from operations import publishing
from operations.publishing import FilePublished, Judge
from producers import saj
from producers.saj import SajProducer, UndeliveredError
from runtime import settings
from schemas.reading import readers_for

err = Console(stderr=True)


def publish(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="JSON Lines.")],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Judge the lines and publish nothing; needs no settings.")
    ] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Publish the lines that hold all the same.")] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Publish a file of SAJ's events, a line each: {type, source, id?, time?, key?, data}. The type decides the topic."""
    if check and skip_bad:
        raise typer.BadParameter("--check publishes nothing: there is nothing to skip")
    env = None if check else settings.environment()
    judge: Judge = saj.check
    if env is not None:
        court = settings.deployment(env)
        readers = readers_for(court.custody_events, court.civil_custody_kind)
        judge = partial(saj.check, tribunal=env.tribunal, readers=readers)
    with Bars(console=err, transient=True, disable=not err.is_terminal) as bars:
        with bars.open(file, "rb", description="judged") as lines:
            told = publishing.examine(lines, judge, limit)
        if env is not None and (skip_bad or not told.wrong):
            try:
                with bars.open(file, "rb", description="published") as lines:
                    sent = publishing.publish(lines, judge, SajProducer(settings.kafka(env)))
            except UndeliveredError as error:
                again = "publish the file again, what is there already is dropped"
                typer.echo(f"saj-bnmp: Kafka did not take everything ({error}): {again}", err=True)
                raise typer.Exit(3) from None
            told = told.model_copy(update={"published": sent})
    print_answer(told) if as_json else _print(told)
    if told.wrong or (env is not None and told.published != told.events):
        raise typer.Exit(1)


def _print(told: FilePublished) -> None:
    for each in told.problems:
        out.print(f"line {each.line}: {each.field} {each.rule}", soft_wrap=True, highlight=False, markup=False)
    if told.problems_in_all > len(told.problems):
        out.print(f"and {told.problems_in_all - len(told.problems)} more: --limit", highlight=False)
    out.print(f"{told.events} events, {told.wrong} of them wrong, {told.published} published", highlight=False)
