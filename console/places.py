"""The commands about where the groups read, and about the topics they read from."""

from typing import Annotated

import typer

from console.options import AsJson, By, Cursor, Limit, Why, Within, ledger, reached
from console.tables import out, print_answer, print_offsets, print_rows
from operations.answers import CursorsSet
from operations.offsets import offsets_begin, offsets_init, offsets_resume, offsets_show, offsets_skip
from producers import topics as topics_room
from runtime import settings

offsets = typer.Typer(help="The ledger's cursors: where each consumer group reads next.", no_args_is_help=True)
topics = typer.Typer(help="The topics of the contract.", no_args_is_help=True)

_ONCE = (
    "For a start that repeats itself: 0 where all have their own; refused where only Kafka knows that they were read."
)


@topics.command("create")
def topics_create(*, within: Within = "0s") -> None:
    """Create the topics that are missing and mend the settings of those that are there."""
    kafka = settings.kafka(settings.environment())
    for done in reached(lambda: topics_room.create(kafka), within):
        out.print(f"{done.act.lower():8} {done.topic}")


@topics.command("check")
def topics_check() -> None:
    """Compare the topics with the contract; exit status 1 when the service would not start."""
    problems = topics_room.check(settings.kafka(settings.environment()))
    for problem in problems:
        out.print(f"{problem.severity}: {problem.topic} {problem.what}: {problem.remedy}")
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


@offsets.command("init")
def init(
    start: Annotated[str, typer.Option("--from", help="earliest, latest or an instant (RFC 3339).")],
    *,
    once: Annotated[bool, typer.Option("--once", help=_ONCE)] = False,
    within: Within = "0s",
    as_json: AsJson = False,
) -> None:
    """Set the first cursors, only where none exist; exit status 1 where every partition has its own."""

    def act() -> CursorsSet:
        with ledger() as (env, database):
            return CursorsSet(items=tuple(begin(settings.kafka(env), database, start)))

    begin = offsets_begin if once else offsets_init
    made = reached(act, within)
    if not made.items and not once:
        typer.echo("every partition has its cursor already: nothing was set; saj-bnmp offsets show", err=True)
        raise typer.Exit(1)
    if as_json:
        print_answer(made)
    else:
        print_rows(made.items, ("group", "topic", "partition", "next_offset", "end"))


@offsets.command("show")
def show(*, limit: Limit = 1000, cursor: Cursor = "", as_json: AsJson = False) -> None:
    """Where each group stands in each partition, by the ledger and by Kafka, and who is in it."""
    with ledger() as (env, database):
        shown = offsets_show(settings.kafka(env), database, limit, cursor)
    print_answer(shown) if as_json else print_offsets(shown)


@offsets.command("skip")
def skip(
    *,
    topic: Annotated[str, typer.Option(help="A topic of SAJ's.")],
    partition: Annotated[int, typer.Option(min=0)],
    to: Annotated[int, typer.Option(min=0, help="The first offset to read.")],
    by: By,
    reason: Why,
    as_json: AsJson = False,
) -> None:
    """Take a group past records that Kafka lost, and only past those; signed, and kept on record."""
    with ledger() as (env, database):
        done = offsets_skip(settings.kafka(env), database, topic, partition, to, by=by, reason=reason)
    if as_json:
        print_answer(done)
    else:
        out.print(f"{done.group} goes on at {topic}[{partition}] offset {to}; {done.first} to {done.last} were skipped")


@offsets.command("resume")
def resume(
    *,
    topic: Annotated[str, typer.Option(help="A topic of SAJ's.")],
    partition: Annotated[int, typer.Option(min=0)],
    by: By,
    reason: Why,
    as_json: AsJson = False,
) -> None:
    """Let a partition go on that stopped because too many of its records died; signed, and kept on record."""
    with ledger() as (_, database):
        done = offsets_resume(database, topic, partition, by=by, reason=reason)
    if as_json:
        print_answer(done)
    else:
        out.print(f"{done.group} goes on at {topic}[{partition}] offset {done.next_offset}")
