"""The commands that look: documents, persons, the link. What they change is the record of who looked."""

from typing import Annotated

import typer

from console.options import AsJson, By, Cursor, Limit, Why, ledger, one_of, seconds, signed
from console.tables import print_answer, print_document, print_documents, print_link, print_link_test, print_person
from ledger.search import Which
from operations import documents as operation
from operations.links import link_status, link_test, probed
from rules.words import Kind, Reason, State
from runtime import settings

documents = typer.Typer(help="What the ledger knows of documents.", no_args_is_help=True)
person = typer.Typer(help="What the ledger knows of persons.", no_args_is_help=True)
link = typer.Typer(help="The link to BNMP.", no_args_is_help=True)


@documents.command("list")
def list_documents(
    *,
    state: Annotated[str | None, typer.Option(help="READY, SENDING, HELD, ...")] = None,
    reason: Annotated[str | None, typer.Option(help="MISSING_DATA, WAITING_LINK, ...")] = None,
    kind: Annotated[str | None, typer.Option(help="ALVARA_SOLTURA, ...")] = None,
    person: Annotated[str | None, typer.Option(help="An RJI, TRIBUNAL:PARTY_ID, or the ledger's number.")] = None,
    case: Annotated[str | None, typer.Option(help="A case number, as SAJ writes it.")] = None,
    unit: Annotated[str | None, typer.Option(help="A unit's code.")] = None,
    older_than: Annotated[str | None, typer.Option(help="In its state for longer: 90s, 15m, 2h, 3d.")] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """Documents in the order of their ids, narrowed by what is given."""
    words = {
        "state": one_of(State, state, "--state"),
        "reason": one_of(Reason, reason, "--reason"),
        "kind": one_of(Kind, kind, "--kind"),
    }
    age = None if older_than is None else seconds(older_than)
    with ledger() as (_, database):
        before = None if age is None else operation.older_than(database, age)
        number = None if person is None else _number(operation.number_of(database, person))
        which = Which(**words, unit=unit, case_number=case, person=number, before=before)
        page = operation.listed(database, which, limit, cursor)
    print_answer(page) if as_json else print_documents(page)


@documents.command("show")
def show_document(document_id: str, *, as_json: AsJson = False) -> None:
    """One document's way: every decision with its instant, step, attempt and reason."""
    with ledger() as (env, database):
        shown = operation.show(database, document_id, settings.deployment(env).court.access_at)
    if shown is None:
        typer.echo(f"the ledger does not know {document_id}; saj-bnmp documents list shows what it knows", err=True)
        raise typer.Exit(1)
    print_document(shown, as_json=as_json)


@person.command("show")
def show_person(
    name: Annotated[str, typer.Argument(help="An RJI, TRIBUNAL:PARTY_ID, or the ledger's number.")],
    *,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show what names the person; goes on record.")] = False,
    by: By = "",
    reason: Why = "",
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """A person, by a keyed hash of what names them, and their documents."""
    who = signed(by, reason, "--reveal") if reveal else None
    with ledger() as (env, database):
        secret = env.person_hash_key.get_secret_value()
        shown = operation.show_person(database, name, secret=secret, limit=limit, cursor=cursor, reveal=who)
    if shown is None:
        _number(None)
    elif as_json:
        print_answer(shown)
    else:
        print_person(shown)


@link.command("status")
def show_link(*, as_json: AsJson = False) -> None:
    """How the link stands, since when, on what evidence, and what waits for it."""
    with ledger() as (_, database):
        shown = link_status(database)
    print_answer(shown) if as_json else print_link(shown)


@link.command("test")
def communication_test(
    *,
    user: Annotated[str | None, typer.Option(help="Show this user's last test alone, and count its error.")] = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """The communication test: one real call to BNMP from here, users' last tests, and the last failures; 1 if it failed."""
    with ledger() as (env, database):
        tested = link_test(database, probed(settings.bnmp(env)), limit, user)
    print_answer(tested) if as_json else print_link_test(tested)
    if not tested.available:
        raise typer.Exit(1)


def _number(found: int | None) -> int:
    if found is None:
        # Not by name: what was typed may be a person's, and messages are kept.
        typer.echo("the ledger knows nobody by that name; saj-bnmp documents list shows persons' numbers", err=True)
        raise typer.Exit(1)
    return found
