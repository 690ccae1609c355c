"""The commands that ask something of the service: one table of them, each a record on `saj.commands` that is answered.

Exit status: 0 applied, 1 refused, 2 what was typed does not hold, 3 Kafka is not there, 4 sent and not answered in time.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from console import typed
from console.options import AsJson, ledger, one_of, seconds
from console.tables import out, print_answer
from ledger.engine import Database
from operations import commanding
from operations.commanding import Asked, CommandGiven, Giver
from rules.words import Role
from runtime import settings

Given = Mapping[str, Any]
_STATUS = {"APPLIED": 0, "REFUSED": 1, "SENT": 4}
_MISSING: Any = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Param:
    """What is typed: an argument, or with `option` an option; `many` may come again; `optional` may be left out."""

    name: str
    help: str
    option: bool = False
    many: bool = False
    optional: bool = False

    def parameter(self) -> inspect.Parameter:
        """The parameter as the command line reads it."""
        option = typer.Option(f"--{self.name.strip('_').replace('_', '-')}", help=self.help)
        kind: Any = list[str] if self.many else str
        kind = kind | None if self.optional else kind
        annotation = Annotated[
            kind, option if self.option else typer.Argument(metavar=self.name.upper(), help=self.help)
        ]
        default = None if self.optional else _MISSING
        return inspect.Parameter(self.name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


@dataclass(frozen=True, slots=True)
class Row:
    """One command of the command line: its words, the event's type, what is typed, and what the event says and to whom.

    `key` gives the record's key, of what was typed and the ledger; None: the document is not known.
    """

    group: str
    name: str
    type: str
    help: str
    params: tuple[Param, ...]
    data: Callable[[Given], dict[str, Any]]
    key: Callable[[Given, Database, str], str | None]


def _of_document(given: Given, database: Database, _: str) -> str | None:
    return commanding.key_of_document(database, given["document_id"])


def _of_party(given: Given, _: Database, tribunal: str) -> str:
    return f"{tribunal}:{given['party_id']}"


_DOCUMENT = Param("document_id", "SAJ's id of the document.")
_PARTY = (Param("party_id", "SAJ's id of the party."), Param("rji", "11 digits."))

TABLE: tuple[Row, ...] = (
    Row(
        "documents",
        "retry",
        "saj.document.retry-requested.v1",
        "Try again what is held or refused, or repeat the offer.",
        (_DOCUMENT,),
        typed.named("document_id"),
        _of_document,
    ),
    Row(
        "documents",
        "exclude",
        "saj.document.excluded.v1",
        "Take a document out: it will not be registered.",
        (_DOCUMENT,),
        typed.named("document_id"),
        _of_document,
    ),
    Row(
        "documents",
        "supply",
        "saj.document.data-supplied.v1",
        "Complete a document that lacks something.",
        (
            _DOCUMENT,
            Param("fields", "A JSON object of form fields.", option=True, optional=True),
            Param("party", "A JSON object of the party's data, e.g. the RJI chosen.", option=True, optional=True),
            Param("variant", "MANDADO_CUMPRIDO, PRISAO_FLAGRANTE, ...", option=True, optional=True),
        ),
        typed.supplied,
        _of_document,
    ),
    Row(
        "documents",
        "sign-as",
        "saj.document.signer-assigned.v1",
        "Let another hand of the unit sign the registration.",
        (
            _DOCUMENT,
            Param("role", "SERVIDOR or MAGISTRADO.", option=True),
            Param("user", "Who signs.", option=True),
            Param("unit", "In which unit.", option=True),
        ),
        typed.named("document_id", "role", "user", "unit"),
        _of_document,
    ),
    Row(
        "documents",
        "state",
        "saj.document.statement-given.v1",
        "The judge's statement about a mandado that waits for one.",
        (_DOCUMENT, Param("statement", "SEND or DO_NOT_SEND."), Param("text", "What the judge states.", option=True)),
        typed.named("document_id", "statement", "text"),
        _of_document,
    ),
    Row(
        "person",
        "link",
        "saj.person.rji-linked.v1",
        "Say which RJI a party has.",
        _PARTY,
        typed.named("party_id", "rji"),
        _of_party,
    ),
    Row(
        "person",
        "unlink",
        "saj.person.rji-unlinked.v1",
        "Undo a wrong link, or a merge that was none.",
        _PARTY,
        typed.named("party_id", "rji"),
        _of_party,
    ),
    Row(
        "person",
        "merge",
        "saj.person.rji-merged.v1",
        "Say that BNMP made two RJIs one.",
        (Param("from_rji", "The RJI that ended."), Param("into_rji", "The RJI that stays.")),
        typed.named("from_rji", "into_rji"),
        lambda given, _, __: str(given["into_rji"]),
    ),
    Row(
        "contingency",
        "answer",
        "saj.contingency.answered.v1",
        "Answer the offer to issue under contingency.",
        (_DOCUMENT, Param("answer", "SIM or NAO.")),
        typed.named("document_id", "answer"),
        _of_document,
    ),
    Row(
        "contingency",
        "resolve",
        "saj.contingency.resolution-requested.v1",
        "Register what was issued under contingency: documents, or all of a category in the unit that asks.",
        (
            Param("document_id", "SAJ's id of a document; may come again.", option=True, many=True, optional=True),
            Param("category", "ALVARAS_ORDENS or MANDADOS.", option=True, optional=True),
            Param("data", "A file with what was missing: {document_id: {fields, party}}.", option=True, optional=True),
        ),
        typed.resolved,
        lambda _, __, ___: "unit:resolution",
    ),
    Row(
        "contingency",
        "standing-order",
        "saj.unit.contingency-standing-order.v1",
        "A judge's SIM beforehand, for releases of the unit and for 24 hours at most.",
        (
            Param("unit", "The judge's unit.", option=True),
            Param("kind", "ALVARA_SOLTURA, ...; may come again.", option=True, many=True),
            Param("from_", "From when, with its offset: 2026-11-20T18:00:00-04:00.", option=True),
            Param("to", "Until when, likewise.", option=True),
        ),
        typed.ordered,
        lambda given, _, __: f"unit:{given['unit']}",
    ),
    Row(
        "link",
        "report",
        "saj.link.tested.v1",
        "Report a user's communication test; one that failed has the service ask BNMP itself.",
        (
            Param("user", "Whose test it was.", option=True),
            Param("client", "OK or ERROR, as seen from the user's machine.", option=True),
            Param("app_server", "OK or ERROR, as seen from SAJ's server.", option=True),
        ),
        typed.named("user", "client", "app_server"),
        lambda _, __, ___: "link",
    ),
)

By = Annotated[str, typer.Option("--by", metavar="ROLE:USER:UNIT", help="Who gives it, e.g. MAGISTRADO:m007:10234.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept on record.")]
Wait = Annotated[str, typer.Option("--wait", help="How long to wait for the answer: 10s, 2m; 0s: not at all.")]


def add(groups: Mapping[str, typer.Typer]) -> None:
    """Put every command of the table into its group."""
    for row in TABLE:
        groups[row.group].command(row.name)(command(row))


def command(row: Row) -> Callable[..., None]:
    """The function of a row, with the parameters that the command line reads."""

    def run(*, by: str, reason: str, wait: str, as_json: bool, **given: Any) -> None:
        who, patience = giver(by, reason), seconds(wait)
        asked = row.data(given)
        with ledger() as (env, database):
            key = row.key(given, database, env.tribunal)
            if key is None:
                known = f"the ledger does not know {given[row.params[0].name]}: saj-bnmp {row.group} list"
                typer.echo(known, err=True)
                raise typer.Exit(1)
            said = Asked(row.type, key, asked, database.clock())
            told = commanding.give(settings.kafka(env), env.tribunal, said, who, patience)
        show(told, as_json=as_json)

    kind = inspect.Parameter.KEYWORD_ONLY
    shared = (("by", By, _MISSING), ("reason", Why, _MISSING), ("wait", Wait, "10s"), ("as_json", AsJson, False))
    parameters = [param.parameter() for param in row.params]
    parameters += [inspect.Parameter(name, kind, annotation=note, default=value) for name, note, value in shared]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect itself goes by
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__doc__ = row.help
    return run


def giver(by: str, reason: str) -> Giver:
    """Who gives a command and why, as typed; raises BadParameter for anything but ROLE:USER:UNIT and a reason."""
    parts = by.split(":")
    if len(parts) != len(("role", "user", "unit")) or not all(part.strip() for part in parts):
        raise typer.BadParameter(f"--by {by} is not ROLE:USER:UNIT; for example MAGISTRADO:m007:10234")
    if not reason.strip():
        raise typer.BadParameter("--reason says why")
    role, user, unit = (part.strip() for part in parts)
    one_of(Role, role, "--by")
    return Giver(Role(role), user, unit, reason.strip())


def show(told: CommandGiven, *, as_json: bool) -> None:
    """Show what became of a command, and leave with its exit status."""
    if as_json:
        print_answer(told)
    else:
        out.print(f"{told.outcome}  {told.reason or ''}  {told.message or ''}  {told.command_id}", highlight=False)
    raise typer.Exit(_STATUS[told.outcome])
