"""The command line: `saj-bnmp`.

Exit status: 0 done; 1 the thing asked for does not hold; 2 wrong usage or settings; 3 a server is
unreachable; a role: 70 left after an error that a restart may cure, 72 stood still or out of its group.
"""

import sys
from typing import Annotated

import typer

from console import (
    audit,
    certificates,
    commands,
    contingency,
    contract,
    doctor,
    exceptional,
    forcing,
    lag,
    legacy,
    letters,
    look,
    places,
    planned,
    publish,
    rebuild,
    reconciling,
    replay,
    saj,
    stack,
)
from console.options import Within, reached
from console.tables import out
from consumers.groups import StartRefusedError
from ledger.engine import Database, LedgerError, LedgerTroubleError
from ledger.migrate import migrate as migrate_database
from operations.offsets import OffsetsRefusedError
from operations.slices import ReplayRefusedError
from producers.saj import UndeliveredError
from producers.topics import KafkaUnreachableError
from runtime import settings
from runtime.logs import configure
from runtime.roles import ROLES
from runtime.roles import run as run_role

app = typer.Typer(help="The bridge between SAJ and BNMP 2.0.", no_args_is_help=True, pretty_exceptions_enable=False)
sandbox = typer.Typer(help="One piece of the outside world alone.", no_args_is_help=True)
app.add_typer(places.offsets, name="offsets")
app.add_typer(places.topics, name="topics")
app.add_typer(look.documents, name="documents")
app.add_typer(look.person, name="person")
app.add_typer(look.link, name="link")
app.add_typer(contingency.contingency, name="contingency")
app.add_typer(legacy.legacy, name="legacy")
app.add_typer(exceptional.exceptional, name="exceptional")
app.add_typer(certificates.certificates, name="certificates")
app.add_typer(letters.letters, name="dead-letters")
app.add_typer(replay.replay, name="replay")
app.add_typer(audit.audit, name="audit")
app.add_typer(reconciling.divergences, name="divergences")
app.add_typer(sandbox, name="sandbox")
commands.add(
    {
        "documents": look.documents,
        "person": look.person,
        "link": look.link,
        "contingency": contingency.contingency,
    }
)
for _name, _forcing in (("force-down", forcing.down), ("force-up", forcing.up), ("auto", forcing.auto)):
    look.link.command(_name)(_forcing)
look.documents.command("re-evaluate")(planned.re_evaluate)
look.documents.command("retry-held")(planned.retry_held)
app.command()(stack.demo)
app.command()(stack.up)
app.command("doctor")(doctor.examine)
app.command("lag")(lag.lag)
app.command()(contract.asyncapi)
app.command()(contract.schema)
app.command()(contract.sample)
app.command("rebuild")(rebuild.rebuild)
app.command("reconcile")(reconciling.reconcile)
app.command()(publish.publish)
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
sandbox.command(context_settings=_PASSED_ON)(stack.kafka)
sandbox.command(context_settings=_PASSED_ON)(stack.bnmp)
sandbox.command()(saj.saj)
sandbox.command()(saj.staff)

Leash = Annotated[bool, typer.Option("--exit-with-parent", help="End when standard input, a pipe, is closed.")]

# Which status an error that ends a command has.
_STATUS: dict[type[Exception], int] = {
    settings.SettingsError: 2,
    LedgerError: 2,
    ValueError: 2,
    StartRefusedError: 1,
    OffsetsRefusedError: 1,
    ReplayRefusedError: 1,
    KafkaUnreachableError: 3,
}


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
    logs = configure(env.log_format, role, instance=env.instance_id, secret=env.person_hash_key.get_secret_value())
    raise typer.Exit(run_role(role, env, logs))


@app.command()
def migrate(*, within: Within = "0s") -> None:
    """Create or upgrade the ledger's tables."""
    env = settings.environment()
    database = Database(env.database_url)
    try:
        revision = reached(lambda: migrate_database(database, env.tribunal), within)
    finally:
        database.close()
    out.print(f"the ledger is at schema {revision}")


def main() -> None:
    """Run the command line; every foreseen error is one clear sentence."""
    try:
        app()
    except tuple(_STATUS) as error:
        typer.echo(f"saj-bnmp: {error}", err=True)
        sys.exit(next(status for kind, status in _STATUS.items() if isinstance(error, kind)))
    except UndeliveredError as error:
        typer.echo(f"saj-bnmp: Kafka did not take it: {error}", err=True)
        sys.exit(3)
    except LedgerTroubleError as error:
        typer.echo(f"saj-bnmp: the ledger cannot be reached ({error}): saj-bnmp doctor", err=True)
        sys.exit(3)
