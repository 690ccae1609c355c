"""The commands that act upon many documents at once: a plan's file first, and then exactly that, signed."""

from pathlib import Path
from typing import Annotated

import typer

from console import commands
from console.options import AsJson, By, Why, ledger, one_of, seconds, signed
from console.tables import out, print_answer, print_rows
from ledger.engine import Database
from ledger.search import Which
from operations import documents, re_evaluating, retrying
from operations.document_plan import DocumentPlan, PlanRefusedError, loaded
from rules.words import Kind, Reason, State
from runtime import settings

_COLUMNS = ("document_id", "state", "reason", "to_state", "to_reason")
_ACCEPTED = 4

Unit = Annotated[str | None, typer.Option(help="A unit's code.")]
KindOf = Annotated[str | None, typer.Option("--kind", help="ALVARA_SOLTURA, ...")]
OlderThan = Annotated[str | None, typer.Option(help="In its state for longer: 90s, 15m, 2h, 3d.")]
File = Annotated[Path, typer.Option("--out", dir_okay=False, help="Where the plan is written.")]
Apply = Annotated[
    Path | None,
    typer.Option("--apply", exists=True, dir_okay=False, help="Do what this plan says, with --by and --reason."),
]


def re_evaluate(
    *,
    state: Annotated[str | None, typer.Option(help="HELD, CONTINGENCY, ...")] = None,
    held_for: Annotated[str | None, typer.Option(help="MISSING_DATA, ...")] = None,
    kind: KindOf = None,
    unit: Unit = None,
    older_than: OlderThan = None,
    file: File = Path("re-evaluation-plan.json"),
    apply: Apply = None,
    by: By = "",
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """Apply today's rules to open documents: what would change is written to a plan; --apply does exactly that.

    1: something would change (the plan), or the plan no longer matches (--apply).
    """
    words = {"state": one_of(State, state, "--state"), "reason": one_of(Reason, held_for, "--held-for")}
    words |= {"kind": one_of(Kind, kind, "--kind"), "unit": unit}
    sign = signed(by, reason, "--apply") if apply is not None else None
    with ledger() as (env, database):
        deployment = settings.deployment(env)
        try:
            if apply is not None and sign is not None:
                told = re_evaluating.apply(
                    database,
                    deployment,
                    loaded(apply, "RE_EVALUATE", env.tribunal),
                    by=sign[0],
                    reason=sign[1],
                    tell=_persons,
                )
                print_answer(told) if as_json else print_rows([told], ("planned", "changed", "before"))
                return
            which, said = _which(database, words, older_than)
            plan = re_evaluating.plan(database, deployment, which, said, file=file, tell=_persons)
        except PlanRefusedError as error:
            raise _refused(error) from None
    _show(plan, file, as_json=as_json)
    if plan.items:
        raise typer.Exit(1)


def retry_held(
    *,
    held_for: Annotated[str | None, typer.Option(help="REGISTRY_FAULT, REFUSED_BY_BNMP, ...")] = None,
    kind: KindOf = None,
    unit: Unit = None,
    older_than: OlderThan = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 1000,
    rate: Annotated[float, typer.Option(min=0.1, max=100, help="Documents a second at most.")] = 5.0,
    file: File = Path("retry-plan.json"),
    apply: Apply = None,
    by: Annotated[str, typer.Option("--by", metavar="ROLE:USER:UNIT", help="Who asks, with --apply.")] = "",
    reason: Why = "",
    wait: Annotated[str, typer.Option(help="How long to wait for the last answers: 10s, 2m.")] = "10s",
    as_json: AsJson = False,
) -> None:
    """Try again whatever is held for one reason: listed in a plan first; --apply asks for it, document by document.

    1: some were refused or the plan no longer matches, 4: some were not answered in time.
    """
    if apply is None and held_for is None:
        raise typer.BadParameter("--held-for says which reason, or --apply which plan")
    words = {"reason": one_of(Reason, held_for, "--held-for"), "kind": one_of(Kind, kind, "--kind"), "unit": unit}
    who, patience = commands.giver(by, reason) if apply is not None else None, seconds(wait)
    with ledger() as (env, database):
        try:
            if apply is None or who is None:
                which, said = _which(database, words, older_than)
                plan = retrying.plan(database, settings.deployment(env), which, said, limit, file=file)
                _show(plan, file, as_json=as_json)
                return
            planned = loaded(apply, "RETRY", env.tribunal)
            told = retrying.apply(settings.kafka(env), database, planned, who, rate=rate, wait=patience, tell=_answers)
        except PlanRefusedError as error:
            raise _refused(error) from None
    if as_json:
        print_answer(told)
    else:
        print_rows(told.items, ("document_id", "outcome", "reason"))
        out.print("  ".join(f"{count} {name}" for name, count in told.outcomes.items()), highlight=False)
    if "REFUSED" in told.outcomes:
        raise typer.Exit(1)
    if "SENT" in told.outcomes:
        raise typer.Exit(_ACCEPTED)


def _which(database: Database, words: dict[str, str | None], older_than: str | None) -> tuple[Which, dict[str, str]]:
    before = None if older_than is None else documents.older_than(database, seconds(older_than))
    said = {name: value for name, value in words.items() if value is not None}
    state, reason, kind, unit = (words.get(name) for name in ("state", "reason", "kind", "unit"))
    which = Which(state, reason, kind, unit, before=before)
    return which, said | ({"older_than": older_than} if older_than else {})


def _show(plan: DocumentPlan, file: Path, *, as_json: bool) -> None:
    if as_json:
        print_answer(plan)
        return
    print_rows(plan.items, _COLUMNS)
    out.print(
        f"{len(plan.items)} documents; the plan is {file}; --apply {file} --by ... --reason ... does it",
        highlight=False,
    )


def _refused(error: PlanRefusedError) -> typer.Exit:
    typer.echo(f"saj-bnmp: {error}", err=True)
    return typer.Exit(1)


def _persons(looked: int) -> None:
    typer.echo(f"{looked} persons", err=True)


def _answers(heard: int) -> None:
    if heard % 100 == 0:
        typer.echo(f"{heard} answers", err=True)
