"""The command line: `saj-bnmp`.

Exit status: 0 done; 1 the thing asked for does not hold; 2 wrong usage or settings; 3 a server is
unreachable; a role: 70 left after an error that a restart may cure, 72 stood still or out of its group.
"""

import sys
from typing import Annotated, Any

import typer

from console import stack
from console.tables import out, print_document, print_rows
from consumers.groups import StartRefusedError
from ledger.engine import Database, LedgerError
from ledger.migrate import migrate as migrate_database
from operations import documents as documents_operation
from operations.offsets import offsets_init, offsets_show
from producers import topics as topics_room
from runtime import settings
from runtime.logs import configure
from runtime.roles import ROLES
from runtime.roles import run as run_role

app = typer.Typer(help="The bridge between SAJ and BNMP 2.0.", no_args_is_help=True, pretty_exceptions_enable=False)
offsets = typer.Typer(help="The ledger's cursors: where each consumer group reads next.", no_args_is_help=True)
topics = typer.Typer(help="The topics of the contract.", no_args_is_help=True)
documents = typer.Typer(help="What the ledger knows of documents.", no_args_is_help=True)
app.add_typer(offsets, name="offsets")
app.add_typer(topics, name="topics")
app.add_typer(documents, name="documents")

sandbox = typer.Typer(help="One piece of the outside world alone.", no_args_is_help=True)
app.add_typer(sandbox, name="sandbox")
app.command()(stack.demo)
app.command()(stack.up)
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
sandbox.command(context_settings=_PASSED_ON)(stack.kafka)
sandbox.command(context_settings=_PASSED_ON)(stack.bnmp)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]
Leash = Annotated[bool, typer.Option("--exit-with-parent", help="End when standard input, a pipe, is closed.")]


@app.command()
def run(
    role: Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.")], *, exit_with_parent: Leash = False
) -> None:
    """Run one role until TERM."""
    # The leash was taken before anything was imported (console/__main__.py).
    del exit_with_parent
    if role not in ROLES:
        raise typer.BadParameter(f"there is no role {role}; there are {', '.join(ROLES)}")
    env = settings.environment()
    configure(env.log_format, role)
    raise typer.Exit(run_role(role, env))


@app.command()
def migrate() -> None:
    """Create or upgrade the ledger's tables."""
    env = settings.environment()
    revision = migrate_database(Database(env.database_url), env.tribunal)
    out.print(f"the ledger is at schema {revision}")


@topics.command("create")
def topics_create() -> None:
    """Create the topics that are missing and mend the settings of those that are there."""
    for done in topics_room.create(settings.kafka(settings.environment())):
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
    as_json: AsJson = False,
) -> None:
    """Set the first cursors, only where none exist."""
    env = settings.environment()
    _standings(offsets_init(settings.kafka(env), Database(env.database_url), start), as_json=as_json)


@offsets.command("show")
def show_offsets(*, as_json: AsJson = False) -> None:
    """Where each group stands in each partition."""
    env = settings.environment()
    _standings(offsets_show(settings.kafka(env), Database(env.database_url)), as_json=as_json)


def _standings(rows: Any, *, as_json: bool) -> None:
    print_rows(rows, ("group", "topic", "partition", "next_offset", "end"), as_json=as_json)


@documents.command("list")
def list_documents(*, limit: int = 100, cursor: str = "", as_json: AsJson = False) -> None:
    """Documents in the order of their ids; --cursor is the last id seen."""
    env = settings.environment()
    rows = documents_operation.listed(Database(env.database_url), limit, cursor)
    print_rows(rows, ("document_id", "kind", "state", "reason", "priority", "since"), as_json=as_json)


@documents.command("show")
def show_document(document_id: str, *, as_json: AsJson = False) -> None:
    """One document's way: every decision with its instant, step, attempt and reason."""
    env = settings.environment()
    shown = documents_operation.show(Database(env.database_url), document_id)
    if shown is None:
        typer.echo(f"the ledger does not know {document_id}; saj-bnmp documents list shows what it knows", err=True)
        raise typer.Exit(1)
    print_document(shown, as_json=as_json)


def main() -> None:
    """Run the command line; every foreseen error is one clear sentence."""
    try:
        app()
    except (settings.SettingsError, LedgerError, ValueError) as error:
        typer.echo(f"saj-bnmp: {error}", err=True)
        sys.exit(2)
    except StartRefusedError as error:
        typer.echo(f"saj-bnmp: {error}", err=True)
        sys.exit(1)
    except topics_room.KafkaUnreachableError as error:
        typer.echo(f"saj-bnmp: {error}", err=True)
        sys.exit(3)
