"""`saj-bnmp doctor`: everything that must hold before and while the service runs, each failure with its remedy."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from console.options import AsJson
from console.tables import out, print_answer
from operations import checks, doctor
from operations.answers import Checked
from operations.doctor import Check
from runtime import settings
from runtime.settings import PREFIX, Environment, SettingsError

SERVER_SECONDS = 10.0
_COLOURS = {"OK": "green", "WARNING": "yellow", "FAILED": "red", "UNREACHABLE": "red"}


Within = Annotated[float, typer.Option(min=1, max=600, help="Seconds that each check may take.")]


def examine(*, within: Within = doctor.SECONDS, as_json: AsJson = False) -> None:
    """Check settings, servers, topics, cursors, credentials and clocks; 1: something does not hold, 3: no server."""
    env, wrong = settings.examined()
    found = doctor.examine(
        [Check("settings", partial(_settings, wrong)), *_checks(env, set(wrong))], datetime.now(UTC), within
    )
    if as_json:
        print_answer(found)
    else:
        for line in found.checks:
            colour = _COLOURS[line.verdict]
            out.print(
                f"[{colour}]{line.verdict:11}[/{colour}] {line.name}: {line.what}", soft_wrap=True, highlight=False
            )
            if line.remedy is not None:
                out.print(f"{'':11} {line.remedy}", soft_wrap=True, highlight=False, markup=False)
    raise typer.Exit(doctor.status(found))


def _settings(wrong: dict[str, str]) -> Iterator[Checked]:
    for name in Environment.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        if name in wrong:
            what, _, remedy = wrong[name].removeprefix(f"{variable}: ").partition("; ")
            yield Checked(name=variable, verdict="FAILED", what=what, remedy=remedy)
        else:
            yield Checked(name=variable, verdict="OK", what="can be read")
    for variable in settings.unknown():
        what, remedy = "no setting has this name", "see docs/settings.md: a setting with a typing error has no effect"
        yield Checked(name=variable, verdict="WARNING", what=what, remedy=remedy)
    try:
        settings.windows()
    except SettingsError as error:
        for complaint in str(error).splitlines():
            name, _, rest = complaint.partition(": ")
            what, _, remedy = rest.partition("; ")
            yield Checked(name=name, verdict="FAILED", what=what, remedy=remedy)


def _checks(env: Environment, wrong: set[str]) -> list[Check]:
    """Every check whose settings can be read; the others are told as not made."""
    kafka, bootstrap = settings.kafka(env), "look at SAJ_BNMP_KAFKA_BOOTSTRAP, and whether Kafka runs"
    database, url = env.database_url, "look at SAJ_BNMP_DATABASE_URL, and whether the database runs"
    bnmp = "look at SAJ_BNMP_BNMP_URL; saj-bnmp link status shows since when the service has seen it away"
    rows: list[tuple[Check, set[str]]] = [
        (Check("versions", checks.versions), set()),
        (Check("time zones", partial(checks.time_zones, env.timezone)), {"timezone"}),
        (Check("disk", partial(checks.disk, database)), {"database_url"}),
        (
            Check("ledger", partial(checks.ledger, database, env.tribunal, settings.audit_key(env)), url),
            {"database_url", "tribunal", "audit_key"},
        ),
        (Check("topics", partial(checks.topics, kafka, SERVER_SECONDS), bootstrap), {"kafka_bootstrap"}),
        (
            Check("cursors", partial(checks.cursors, kafka, database, SERVER_SECONDS), bootstrap),
            {"kafka_bootstrap", "database_url"},
        ),
        (Check("credentials", partial(checks.credentials, env.credentials)), {"credentials"}),
        (Check("bnmp", partial(checks.registry, env.bnmp_url, SERVER_SECONDS), bnmp), {"bnmp_url"}),
    ]
    return [
        check if not needs & wrong else Check(check.name, partial(_unmade, check.name, needs & wrong))
        for check, needs in rows
    ]


def _unmade(name: str, needs: set[str]) -> Iterator[Checked]:
    variables = ", ".join(sorted(f"{PREFIX}{need.upper()}" for need in needs))
    yield Checked(name=name, verdict="FAILED", what=f"not checked: {variables}", remedy=f"set {variables} right first")
