"""What the commands have in common: their options, and the ledger they look into."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import typer

from ledger.engine import Database, LedgerTroubleError
from ledger.migrate import check
from producers.topics import KafkaUnreachableError
from runtime import settings
from runtime.settings import Environment

MOST = 1000

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]
Limit = Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")]
Cursor = Annotated[str, typer.Option(help="Go on after this one: the next_cursor of the page before.")]
By = Annotated[str, typer.Option("--by", help="Who does it; kept on record.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept on record.")]
Within = Annotated[
    str,
    typer.Option("--within", help="Try again for as long while the server cannot be reached; for example 90s or 2m."),
]

_PAUSE_SECONDS = 1.0
_Done = TypeVar("_Done")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@contextmanager
def ledger() -> Iterator[tuple[Environment, Database]]:
    """The settings, and the ledger they name, which must be at this release's schema and of this tribunal."""
    env = settings.environment()
    database = Database(env.database_url, audit_key=settings.audit_key(env) or None)
    try:
        check(database, env.tribunal)
        yield env, database
    finally:
        database.close()


def seconds(duration: str) -> float:
    """Read 90s, 15m, 2h or 3d; raises BadParameter for anything else."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", duration)
    if found is None:
        raise typer.BadParameter(f"{duration} is not a duration; for example 90s, 15m, 2h, 3d")
    return float(found[1]) * _UNITS[found[2]]


def reached(act: Callable[[], _Done], within: str) -> _Done:
    """Do what only waits for its server, and again while that cannot be reached; raises its error when time is up."""
    deadline = time.monotonic() + seconds(within)
    while True:
        try:
            return act()
        except (KafkaUnreachableError, LedgerTroubleError) as error:
            if time.monotonic() >= deadline:
                raise
            typer.echo(f"saj-bnmp: {error}; trying again", err=True)
        time.sleep(_PAUSE_SECONDS)


def signed(by: str, reason: str, option: str) -> tuple[str, str]:
    """Who does what goes on record, and why; raises BadParameter where either is missing."""
    if not (by.strip() and reason.strip()):
        raise typer.BadParameter(f"{option} goes on record: say who and why with --by and --reason")
    return by, reason


def one_of(words: type, given: str | None, option: str) -> str | None:
    """Give the word back if it is one of the enumeration's; raises BadParameter that lists them."""
    if given is not None and given not in list(words):  # type: ignore[call-overload]  # an Enum
        raise typer.BadParameter(f"{option} {given} is none of {', '.join(words)}")  # type: ignore[arg-type]  # likewise
    return given
