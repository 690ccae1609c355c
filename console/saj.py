"""The commands that play the court on a stack which somebody else has set up: its users, and a day of theirs."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import Progress as Bars

from console.day import COLUMNS, as_text, print_day, watching
from console.options import AsJson, ledger
from console.tables import out
from runtime import settings
from runtime.demo import DemoError, day_at
from runtime.settings import PREFIX, SettingsError
from runtime.site import Site
from sandbox.saj.court import CourtError
from sandbox.saj.day import Day
from sandbox.saj.people import invent_staff, write_credentials

err = Console(stderr=True)


def staff(folder: Annotated[Path, typer.Argument(help="Where the credentials are written.")]) -> None:
    """Invent the court's users: their credentials for the service, and registry/users.json for the simulator."""
    users = [user for each in invent_staff() for user in (each.servidor, each.magistrado)]
    write_credentials(users, folder)
    registry = folder / "registry"
    registry.mkdir(exist_ok=True)
    rows = [user.as_registry_user() for user in users]
    (registry / "users.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    out.print(f"{len(users)} invented users have their credentials in {folder}")


def saj(
    *,
    control: Annotated[str, typer.Option(help="The simulator's control port, e.g. http://localhost:8081")],
    persons: Annotated[int, typer.Option(min=20, max=5000, help="How many persons the day is about.")] = 100,
    seed: Annotated[int, typer.Option(help="Which day it is.")] = 7,
    outage: Annotated[float, typer.Option(min=0, max=600, help="Seconds at least that the link is cut.")] = 5.0,
    as_json: AsJson = False,
) -> None:
    """Issue a court's day on the stack of the settings, cut the link in its middle, and check its end; 1: it disagrees."""
    with ledger() as (env, database):
        # Whoever would play the court before the registry itself is stopped here.
        if urlsplit(control).hostname != urlsplit(env.bnmp_url).hostname:
            raise SettingsError(f"{PREFIX}BNMP_URL is not the simulator whose control port is {control}")
        site = Site(env.kafka_bootstrap, database, control)
        try:
            with Bars(*COLUMNS, console=err) as bars:
                report = day_at(
                    site,
                    Day.plan(persons, seed),
                    outage,
                    lambda line: bars.console.print(f"  {line}"),
                    watching(bars),
                )
        except (DemoError, CourtError) as error:
            typer.echo(f"saj-bnmp: {error}", err=True)
            raise typer.Exit(1) from None
        except OSError as error:
            typer.echo(f"saj-bnmp: the simulator's control port {control} does not answer: {error}", err=True)
            raise typer.Exit(3) from None
    report = dataclasses.replace(report, figures={**report.figures, "windows": dataclasses.asdict(settings.windows())})
    if as_json:
        typer.echo(as_text(report))
    else:
        print_day(report)
    if not report.agrees:
        raise typer.Exit(1)
