"""How the command line shows things: as a table for people, or as one JSON document for programs."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from operations.answers import CustodyShown, DocumentLine, LinkShown, OffsetsShown, Page, PersonShown
from operations.evidence import Evidence, Shown
from operations.links import LinkTested

out = Console()
_DOCUMENTS = ("document_id", "kind", "state", "reason", "who", "priority", "unit", "person", "age")
_OFFSETS = ("group", "topic", "partition", "next_offset", "committed", "first", "end", "left", "gone", "stopped_at")


def print_answer(answer: BaseModel) -> None:
    """Print an answer as one JSON document, whose shape `saj-bnmp schema --cli` prints, and nothing else."""
    typer.echo(answer.model_dump_json(by_alias=True))


def print_rows(rows: Iterable[Any], columns: tuple[str, ...]) -> None:
    """Print these attributes of every row as a table."""
    table = Table(box=None)
    for column in columns:
        # An id that is cut cannot be copied.
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row, column) for column in columns))
    out.print(table)


def print_documents(page: Page[DocumentLine]) -> None:
    """Print a page of documents, and how to go on."""
    print_rows(page.items, _DOCUMENTS)
    print_more(page.next_cursor)


def print_document(shown: Shown, *, as_json: bool) -> None:
    """Print a document and its way, every decision with its instant, attempt and reason."""
    if as_json:
        print_answer(shown)
        return
    row = shown.document
    out.print(
        f"[bold]{row.document_id}[/bold]  {row.kind}  {row.state} {row.reason or ''}  {row.national_number or ''}"
    )
    if shown.contingency is not None:
        _print_evidence(shown.contingency)
    for step in shown.history:
        state = f"{step.state} {step.reason or ''}".strip()
        head = f"{_instant(step.at)}  {state:30} turn {step.turn}  attempt {step.attempt}  {step.fact}"
        # Not a table: a way is read from top to bottom, and its details must not be cut.
        out.print(f"{head}: {step.detail}" if step.detail else head, soft_wrap=True, highlight=False)
    if row.remedy:
        missing = f" ({', '.join(row.missing)})" if row.missing else ""
        out.print(f"{row.who or ''}: {row.remedy}{missing}".removeprefix(": "), soft_wrap=True, highlight=False)


def _print_evidence(shown: Evidence) -> None:
    """Print what a contingency stands on, in the order in which it came to be."""
    lines = [f"attempt    {_instant(one.at)}  {one.answer}  {one.op}  {one.detail}" for one in shown.attempts]
    lines += [f"offered    {_instant(at)}" for at in shown.offered_at]
    lines += [f"answered   {_instant(one.at)}  {one.answer}  {one.by or ''}" for one in shown.answers]
    if shown.consent is not None and shown.consent.order is not None:
        lines.append(f"order      {_instant(shown.consent.at)}  {shown.consent.by or ''}  {shown.consent.order}")
    if shown.opened_at is not None:
        lines += [f"opened     {_instant(shown.opened_at)}", f"text       {shown.text}"]
    lines += [f"lacks      {', '.join(shown.lacks)}"] if shown.lacks else []
    if shown.confirmed is not None:
        by = shown.confirmed
        lines.append(f"confirmed  {_instant(by.at)}  {by.role} {by.user} {by.unit}")
    if shown.resolved_at is not None:
        lines.append(f"resolved   {_instant(shown.resolved_at)}  {shown.national_number}")
    for made in shown.certificates:
        lines.append(f"certidão   {_instant(made.issued_at)}  {made.kind}  signer {made.signer}  {made.status}")
        at = made.released_at
        lines.append(f"released   {_instant(at)}  {made.released_by}" if at else f"to do      {made.instruction}")
    for line in lines:
        out.print(line, soft_wrap=True, highlight=False)


def print_person(shown: PersonShown) -> None:
    """Print a person and its documents."""
    keys = ", ".join(key or "hidden: set SAJ_BNMP_PERSON_HASH_KEY" for key in shown.keys)
    out.print(f"[bold]person {shown.person}[/bold]  keys {keys}", soft_wrap=True, highlight=False)
    if shown.lease is not None:
        until = _instant(shown.lease.until) if shown.lease.until else "-"
        out.print(f"worked on by {shown.lease.owner} until {until}", soft_wrap=True, highlight=False)
    if shown.dead_letters:
        out.print(f"{shown.dead_letters} dead letters stand before the person's warrants")
    _print_custody(shown.custody)
    print_rows(shown.documents, _DOCUMENTS)
    print_more(shown.next_cursor)


def _print_custody(shown: CustodyShown) -> None:
    for one in shown.periods:
        end = f"until {one.until} ({one.ended_by})" if one.until else "stands"
        court = "  of another court" if one.other_court else ""
        head = f"custody  {one.case_number}  {one.event}  since {one.since}  {end}{court}"
        out.print(head, soft_wrap=True, highlight=False)
    for banner in shown.banners:
        out.print(f"banner   {banner.case_number}  {banner.banner}", soft_wrap=True, highlight=False)
    for found in shown.divergences:
        out.print(f"told     {found}", soft_wrap=True, highlight=False)
    for wrong in shown.gaps:
        out.print(f"to mend  event {wrong.event_id}: {', '.join(wrong.gaps)}", soft_wrap=True, highlight=False)


def print_link(shown: LinkShown) -> None:
    """Print the link's state and what waits for it."""
    since = f" since {_instant(shown.since)}" if shown.since else ""
    out.print(f"[bold]{shown.state}[/bold]{since}  {shown.cause}", soft_wrap=True, highlight=False)
    for name in ("unavailable_since", "last_failed_at", "probe_at"):
        at = getattr(shown, name)
        if at is not None:
            out.print(f"{name.replace('_', ' ')}: {_instant(at)}", highlight=False)
    if shown.flaps:
        out.print(f"it comes and goes: {shown.flaps} times it went again before it had settled", highlight=False)
    out.print("  ".join(f"{reason} {count}" for reason, count in shown.waiting.items()), highlight=False)


def print_link_test(shown: LinkTested) -> None:
    """Print what the communication test saw from here, what users saw, and the last failures."""
    out.print(
        f"[bold]app server {shown.app_server}[/bold]  {_instant(shown.at)}  {shown.op}  {shown.detail}", soft_wrap=True
    )
    for one in shown.users:
        seen = f"client {one.client}  app server {one.app_server}"
        out.print(f"user {one.user}  {seen}  {_instant(one.at)}", soft_wrap=True, highlight=False)
    away = f"  unavailable since {_instant(shown.unavailable_since)}" if shown.unavailable_since else ""
    since = f" since {_instant(shown.since)}" if shown.since else ""
    out.print(f"link {shown.state}{since}{away}", soft_wrap=True, highlight=False)
    for failure in shown.failures:
        told = f"failed  {_instant(failure.at)}  {failure.answer}  {failure.op}  {failure.detail}"
        out.print(told, soft_wrap=True, highlight=False)
    out.print(shown.what, soft_wrap=True, highlight=False)


def print_offsets(shown: OffsetsShown) -> None:
    """Print where the groups stand, and who is in them."""
    print_rows(shown.items, _OFFSETS)
    for group in shown.groups:
        members = ", ".join(f"{member.instance or member.member_id} ({member.host})" for member in group.members)
        out.print(f"{group.group}: {group.state}  {members}", soft_wrap=True, highlight=False)
    print_more(shown.next_cursor)


def print_json(value: Any) -> None:
    """Print one JSON document and nothing else."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def print_more(cursor: str | None) -> None:
    """Say on standard error how to go on, where there is more."""
    if cursor is not None:
        typer.echo(f"there is more: --cursor {cursor}", err=True)


def _instant(at: datetime) -> str:
    return at.astimezone().isoformat(sep=" ", timespec="milliseconds")


def _cell(row: Any, column: str) -> str:
    if column == "age":
        return _age(row.age_seconds)
    value = getattr(row, column)
    return "" if value is None else str(value)


def _age(seconds: int | None) -> str:
    if seconds is None:
        return ""
    days, rest = divmod(max(0, seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    parts = ((days, "d"), (hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    told = [f"{count}{unit}" for count, unit in parts if count]
    return "".join(told[:2]) or "0s"
