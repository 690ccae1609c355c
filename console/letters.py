"""The commands about dead letters: what stands, what it holds back, and the two ways to end it."""

import time
from functools import partial
from typing import Annotated

import typer

from console.options import AsJson, By, Cursor, Limit, Why, ledger, one_of, seconds, signed
from console.tables import out, print_answer, print_more, print_rows
from ledger.engine import Database
from ledger.letter_search import WhichLetters
from ledger.letters import Letter, named
from operations import documents, records
from operations import letters as operation
from operations.letter_answers import LettersDone, LetterShown
from operations.records import Fetch
from runtime import settings
from runtime.settings import Environment
from schemas.codes import Code

letters = typer.Typer(help="What nobody could act upon, and what it holds back.", no_args_is_help=True)

_LINE = ("letter", "code", "person", "holds_back", "age", "redriven_at", "ended_at")
_LOOK_SECONDS = 0.2
_ACCEPTED = 4

Name = Annotated[str, typer.Argument(metavar="LETTER", help="TOPIC:PARTITION:OFFSET, as the listing shows it.")]
Apply = Annotated[bool, typer.Option("--apply", help="Do it; without this it is only planned.")]
OfCode = Annotated[str | None, typer.Option("--code", help="UNREADABLE, UNPROCESSABLE, ...")]
OfTopic = Annotated[str | None, typer.Option("--topic", help="A topic of SAJ's.")]


@letters.command("list")
def list_letters(
    *,
    code: OfCode = None,
    topic: OfTopic = None,
    person: Annotated[str | None, typer.Option(help="An RJI, TRIBUNAL:PARTY_ID, or the ledger's number.")] = None,
    older_than: Annotated[str | None, typer.Option(help="Found longer ago: 90s, 15m, 2h, 3d.")] = None,
    ended: Annotated[bool, typer.Option("--ended", help="Those that were redriven or discarded as well.")] = False,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """Dead letters with their reason, their age, and how many documents each holds back."""
    one_of(Code, code, "--code")
    age = None if older_than is None else seconds(older_than)
    with ledger() as (_, database):
        before = None if age is None else documents.older_than(database, age)
        number = None if person is None else _person(database, person)
        which = WhichLetters(code=code, topic=topic, person=number, before=before, ended=ended)
        page = operation.listed(database, which, limit, cursor)
    if as_json:
        print_answer(page)
    else:
        print_rows(page.items, _LINE)
        print_more(page.next_cursor)


@letters.command("show")
def show(
    name: Name,
    *,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the record as it is; goes on record.")] = False,
    most: Annotated[int, typer.Option("--bytes", min=0, max=2**21, help="How many of its bytes at most.")] = 2000,
    by: By = "",
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """One dead letter: its headers, why it died, its bytes with everything personal masked, and who waits behind it."""
    sign = signed(by, reason, "--reveal") if reveal else None
    letter = _letter(name)
    with ledger() as (env, database):
        secret = env.person_hash_key.get_secret_value()
        deployment = settings.deployment(env)
        shown = operation.show(database, deployment, letter, fetch(env), secret=secret, most=most, reveal=sign)
    if shown is None:
        raise _unknown(name)
    print_answer(shown) if as_json else _print(shown)


@letters.command("redrive")
def redrive(
    names: Annotated[list[str] | None, typer.Argument(metavar="LETTER...", help="TOPIC:PARTITION:OFFSET")] = None,
    *,
    code: OfCode = None,
    topic: OfTopic = None,
    limit: Limit = 100,
    apply: Apply = False,
    by: By = "",
    reason: Why = "",
    wait: Annotated[str, typer.Option(help="Wait for as long at most until the letters have ended: 10s, 2m.")] = "0s",
    as_json: AsJson = False,
) -> None:
    """Send records their way once more, as they came; 4: sent and not back yet, 1: one of them is refused."""
    one_of(Code, code, "--code")
    if not names and code is None and topic is None:
        raise typer.BadParameter("name the letters, or narrow them with --code or --topic")
    sign, longest = signed(by, reason, "--apply") if apply else None, seconds(wait)
    which = WhichLetters(letters=tuple(_letter(name) for name in names) if names else None, code=code, topic=topic)
    with ledger() as (env, database):
        done = operation.redrive(database, settings.deployment(env), which, limit, fetch(env), sign=sign)
        sent = [each.letter for each in done.items if each.act == "REDRIVE"] if apply else []
        left = _await_end(database, sent, longest)
    _tell(done, as_json=as_json)
    if not done.items or any(each.act == "REFUSED" for each in done.items):
        raise typer.Exit(1)
    if left:
        raise typer.Exit(_ACCEPTED)


@letters.command("discard")
def discard(
    name: Name,
    *,
    statement: Annotated[str, typer.Option(help="What the unit says that it was; kept on record.")],
    apply: Apply = False,
    by: By = "",
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """End a dead letter without acting upon it, by the unit's statement of what it was; what waits behind it goes on."""
    sign = signed(by, reason, "--apply") if apply else None
    letter = _letter(name)
    with ledger() as (env, database):
        done = operation.discard(database, settings.deployment(env), letter, statement=statement, sign=sign)
    if not done.items:
        raise _unknown(name)
    _tell(done, as_json=as_json)


def fetch(env: Environment) -> Fetch:
    """What reads the letters' records."""
    return partial(records.letters, settings.kafka(env))


def _await_end(database: Database, sent: list[str], longest: float) -> list[str]:
    """Those of these letters that did not end in time."""
    deadline = time.monotonic() + longest
    left = operation.standing(database, sent)
    while left and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        left = operation.standing(database, left)
    return left


def _letter(name: str) -> Letter:
    found = named(name)
    if found is None:
        raise typer.BadParameter("a letter is TOPIC:PARTITION:OFFSET; saj-bnmp dead-letters list shows them")
    return found


def _person(database: Database, name: str) -> int:
    number = documents.number_of(database, name)
    if number is None:
        typer.echo("the ledger knows nobody by that name; saj-bnmp dead-letters list shows persons' numbers", err=True)
        raise typer.Exit(1)
    return number


def _unknown(name: str) -> typer.Exit:
    typer.echo(f"no dead letter {name} stands; saj-bnmp dead-letters list shows those that do", err=True)
    return typer.Exit(1)


def _tell(done: LettersDone, *, as_json: bool) -> None:
    if as_json:
        print_answer(done)
        return
    print_rows(done.items, ("act", "letter", "code", "holds_back", "age", "why"))
    if not done.applied:
        out.print("nothing was done: this is the plan; --apply with --by and --reason does it")


def _print(shown: LetterShown) -> None:
    print_rows([shown], _LINE)
    if not shown.kept:
        out.print("neither bnmp.dead-letter nor its own topic holds its record any more")
    elif shown.reading is not None:
        today = f"today: {shown.reading.code}  {shown.reading.detail or ''}"
        _line(f"step {shown.step or '-'}  stamped {shown.stamped_at}  key {shown.key}", today)
    for header in shown.headers:
        _line(f"{header.name}: {header.value}")
    if shown.value is not None:
        cut = f", the first {len(shown.value.hex.split())} of them" if shown.value.cut else ""
        _line(f"{shown.value.size} bytes{cut}", shown.value.text, shown.value.hex)
    if shown.holding:
        _line(f"behind it wait {', '.join(shown.holding)}")


def _line(*lines: str) -> None:
    for line in lines:
        out.print(line, soft_wrap=True, highlight=False, markup=False)
