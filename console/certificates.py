"""`saj-bnmp certificates`: the certidões of SAJ's own, listed and handed out as text or as a file to print."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from console.options import AsJson, By, Cursor, Limit, Why, ledger, one_of, signed
from console.tables import print_answer, print_more, print_rows
from operations import certificates as operation
from rules.words import CertificateStatus

certificates = typer.Typer(help="Certidões that contingencies leave in the case.", no_args_is_help=True)
_COLUMNS = ("id", "medium", "status", "unit", "person", "rji", "issued_at", "released_at")
Reveal = Annotated[bool, typer.Option("--reveal", help="Show whom it names; goes on record.")]


class Format(StrEnum):
    """How a certidão is handed out."""

    TEXT = "text"
    PDF = "pdf"


@certificates.command("list")
def list_certificates(
    *,
    status: Annotated[str | None, typer.Option(help="PENDING_RELEASE or RELEASED.")] = None,
    unit: Annotated[str | None, typer.Option(help="A unit's code.")] = None,
    reveal: Reveal = False,
    by: By = "",
    reason: Why = "",
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """Certidões in the order of their ids, and which of them SAJ has not released yet."""
    word = one_of(CertificateStatus, status, "--status")
    sign = signed(by, reason, "--reveal") if reveal else None
    with ledger() as (env, database):
        secret = env.person_hash_key.get_secret_value()
        page = operation.listed(database, limit, cursor, secret=secret, status=word, unit=unit, reveal=sign)
    if as_json:
        print_answer(page)
    else:
        print_rows(page.items, _COLUMNS)
        print_more(page.next_cursor)


@certificates.command("export")
def export_certificate(
    certificate_id: Annotated[str, typer.Argument(help="As saj-bnmp certificates list shows it.")],
    *,
    form: Annotated[Format, typer.Option("--format", help="text, or pdf to open and print.")] = Format.TEXT,
    to: Annotated[Path | None, typer.Option(help="Write to this file; pdf needs one.")] = None,
    reveal: Reveal = False,
    by: By = "",
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """One certidão as text or as a PDF; without --reveal the RJI in it is hidden."""
    if form is Format.PDF and to is None:
        raise typer.BadParameter("a PDF is written to a file: --to certidao.pdf")
    sign = signed(by, reason, "--reveal") if reveal else None
    with ledger() as (env, database):
        secret = env.person_hash_key.get_secret_value()
        shown = operation.show(database, certificate_id, secret=secret, reveal=sign)
        zone = ZoneInfo(env.timezone)
    if shown is None:
        typer.echo("the ledger has no such certidão; saj-bnmp certificates list shows what it has", err=True)
        raise typer.Exit(1)
    if to is not None:
        to.write_bytes(operation.pdf(shown, zone) if form is Format.PDF else f"{shown.text}\n".encode())
    if as_json:
        print_answer(shown)
    elif to is None:
        typer.echo(shown.text)
