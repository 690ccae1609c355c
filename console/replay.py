"""`saj-bnmp replay`: a slice of SAJ's topics is planned, and then applied exactly as planned, once more."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from console.options import AsJson, By, Cursor, Limit, Why, ledger, one_of, signed
from console.tables import out, print_answer, print_more, print_rows
from consumers.groups import PROCESSOR, TOPICS
from ledger.engine import Database
from ledger.replays import Run, RunState
from operations import documents, replay_runs
from operations.choosing import Selection
from operations.keys import hashed
from operations.replay import Applier, Limits
from operations.replay_answers import ReplayPlanned, ReplayStatus
from operations.replay_file import loaded
from operations.replay_plan import Planner
from rules.words import Reason, State
from runtime import settings

replay = typer.Typer(help="Read a slice of SAJ's topics once more: planned first, then applied.", no_args_is_help=True)

_SPAN = ("became", "topic", "partition", "first", "last")
_SLICE = ("topic", "partition", "first", "last", "selected", "sights")
_MOST_IDS = 1_000_000

Id = Annotated[str, typer.Argument(metavar="ID", help="As replay status shows it.")]
File = Annotated[Path, typer.Argument(metavar="PLAN", exists=True, dir_okay=False, help="What replay plan wrote.")]


@replay.command("plan")
def plan(
    *,
    topic: Annotated[list[str] | None, typer.Option(help="A topic of SAJ's, may come again; all without it.")] = None,
    partition: Annotated[list[int] | None, typer.Option(min=0, help="May come again; all without it.")] = None,
    first: Annotated[int | None, typer.Option("--from", min=0, help="The first offset.")] = None,
    last: Annotated[int | None, typer.Option("--to", min=0, help="The last offset, meant as well.")] = None,
    since: Annotated[str | None, typer.Option(help="Published at this instant or later, with its offset.")] = None,
    until: Annotated[str | None, typer.Option(help="Published before this instant.")] = None,
    person: Annotated[str | None, typer.Option(help="An RJI, TRIBUNAL:PARTY_ID, or the ledger's number.")] = None,
    case: Annotated[str | None, typer.Option(help="A case's number.")] = None,
    kind: Annotated[str | None, typer.Option(help="A document's kind, an event's type, or UNREADABLE, ...")] = None,
    state: Annotated[str | None, typer.Option(help="The state of the document in the ledger.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why the document is held.")] = None,
    unit: Annotated[str | None, typer.Option(help="A unit's code.")] = None,
    ids: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file of documents' ids or ce_ids, one a line.")
    ] = None,
    what_is_left: Annotated[
        bool, typer.Option("--what-is-left", help="Plan the rest where some of what is asked for is gone.")
    ] = False,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Records a second, for the expected time.")] = None,
    file: Annotated[Path, typer.Option("--out", dir_okay=False, help="The plan's file.")] = Path("replay-plan.json"),
    as_json: AsJson = False,
) -> None:
    """Read what is selected, hold it against the ledger, write the plan; 1: some of it is gone from Kafka."""
    one_of(State, state, "--state")
    one_of(Reason, reason, "--reason")
    topics = tuple(dict.fromkeys(topic or TOPICS[PROCESSOR]))
    for name in topics:
        if name not in TOPICS[PROCESSOR]:
            raise typer.BadParameter(f"--topic {name} is none of {', '.join(TOPICS[PROCESSOR])}")
    with ledger() as (env, database):
        numbers, names = _person(database, person)
        wanted = Selection(
            topics=topics,
            partitions=frozenset(partition) if partition else None,
            first=first,
            last=last,
            since=_instant(since, "--since"),
            until=_instant(until, "--until"),
            persons=numbers,
            names=names,
            case=case,
            kind=kind,
            state=state,
            reason=reason,
            unit=unit,
            ids=None if ids is None else _ids(ids),
        )
        said = {name: value for name, value in _words(wanted).items() if value is not None}
        if person is not None:
            # A plan's file names nobody.
            said["person"] = min(numbers) if numbers else hashed(env.person_hash_key.get_secret_value(), person)
        planner = Planner(settings.kafka(env), database, settings.deployment(env))
        told = planner.plan(wanted, said, file, what_is_left=what_is_left, rate=rate, tell=_read)
    print_answer(told) if as_json else _print(told)


@replay.command("apply")
def apply(
    file: File,
    *,
    to: Annotated[str, typer.Option(help="`ledger`, or the topic to which the records are sent once more.")] = "ledger",
    rate: Annotated[float | None, typer.Option(min=0.1, help="Records a second, at most.")] = None,
    in_flight: Annotated[int, typer.Option(min=1, max=500, help="In one transaction, or unanswered, at most.")] = 500,
    max_errors: Annotated[int, typer.Option(min=0, help="So many new dead letters are borne.")] = 50,
    by: By = "",
    reason: Why = "",
    as_json: AsJson = False,
) -> None:
    """Apply a plan, or go on with its run after a kill; 1: it does not match any more, failed, or was cancelled."""
    sign = signed(by, reason, "a replay")
    with ledger() as (env, database):
        found = loaded(file, env.tribunal)
        applier = Applier(settings.kafka(env), database, settings.deployment(env))
        limits = Limits(rate, in_flight, max_errors)
        run = applier.apply(found, to, limits, by=sign[0], reason=sign[1], tell=_stands)
        shown = replay_runs.shown(database, run.replay_id, 100)
    if shown is not None:
        _tell(shown, as_json=as_json)
    if run.state is not RunState.FINISHED:
        raise typer.Exit(1)


@replay.command("status")
def status(
    replay_id: Annotated[str | None, typer.Argument(metavar="ID", help="One of them, with what it did.")] = None,
    *,
    limit: Limit = 100,
    cursor: Cursor = "",
    as_json: AsJson = False,
) -> None:
    """Runs, the latest first; or one, with its checkpoint and every record that was not there already."""
    with ledger() as (_, database):
        if replay_id is None:
            shown: ReplayStatus | None = replay_runs.listed(database, limit, cursor)
        else:
            shown = replay_runs.shown(database, replay_id, limit)
    if shown is None:
        typer.echo(f"there is no replay {replay_id}: saj-bnmp replay status", err=True)
        raise typer.Exit(1)
    _tell(shown, as_json=as_json)


@replay.command("pause")
def pause(replay_id: Id, *, by: By = "", reason: Why = "", as_json: AsJson = False) -> None:
    """Let a run wait between two batches; its process stays, and goes on when it is resumed."""
    _say(replay_id, "pause", by, reason, as_json=as_json)


@replay.command("resume")
def resume(replay_id: Id, *, by: By = "", reason: Why = "", as_json: AsJson = False) -> None:
    """Let a run that is paused, or failed, go on; without a process at work on it, apply its plan again."""
    _say(replay_id, "resume", by, reason, as_json=as_json)


@replay.command("cancel")
def cancel(replay_id: Id, *, by: By = "", reason: Why = "", as_json: AsJson = False) -> None:
    """End a run where it is; what it did stays."""
    _say(replay_id, "cancel", by, reason, as_json=as_json)


def _tell(shown: ReplayStatus, *, as_json: bool) -> None:
    if as_json:
        print_answer(shown)
        return
    for run in shown.items:
        where = "at work" if run.at_work else "nobody at work"
        head = f"{run.replay_id}  {run.state}  into {run.target}  {run.done} of {run.planned}: {_counts(run.became)}"
        out.print(f"{head}  ({where}, begun {run.started_at.isoformat()})", soft_wrap=True, highlight=False)
        if run.why:
            out.print(run.why, soft_wrap=True, highlight=False, markup=False)
    if shown.places:
        print_rows(shown.places, ("topic", "partition", "next_offset"))
    if shown.spans:
        print_rows(shown.spans, _SPAN)
    print_more(shown.next_cursor)


def _say(replay_id: str, word: str, by: str, reason: str, *, as_json: bool) -> None:
    sign = signed(by, reason, f"replay {word}")
    with ledger() as (_, database):
        said = replay_runs.say(database, replay_id, word, by=sign[0], reason=sign[1])
    print_answer(said) if as_json else out.print(f"replay {said.replay_id} is {said.state}", highlight=False)


def _words(wanted: Selection) -> dict[str, object]:
    """What a plan's file says of its selection: as it was typed, without anybody's name."""
    return {
        "topics": list(wanted.topics),
        "partitions": sorted(wanted.partitions) if wanted.partitions is not None else None,
        "from": wanted.first,
        "to": wanted.last,
        "since": wanted.since.isoformat() if wanted.since else None,
        "until": wanted.until.isoformat() if wanted.until else None,
        "case": wanted.case,
        "kind": wanted.kind,
        "state": wanted.state,
        "reason": wanted.reason,
        "unit": wanted.unit,
        "ids": None if wanted.ids is None else len(wanted.ids),
    }


def _person(database: Database, name: str | None) -> tuple[frozenset[int] | None, frozenset[str] | None]:
    """The numbers and the keys of a human being; a name that the ledger lacks is one of its keys all the same."""
    if name is None:
        return None, None
    number = documents.number_of(database, name)
    found = documents.same(database, number) if number is not None else {}
    return frozenset(found), frozenset(alias for names in found.values() for alias in names) | {name}


def _ids(file: Path) -> frozenset[str]:
    lines = file.read_text(encoding="utf-8").split()
    if not lines or len(lines) > _MOST_IDS:
        raise typer.BadParameter(f"--ids {file} holds {len(lines)} ids; 1 to {_MOST_IDS} are meant")
    return frozenset(lines)


def _instant(given: str | None, option: str) -> datetime | None:
    if given is None:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter(f"{option} {given} is no instant with its offset, e.g. 2026-11-20T10:00:00-04:00")
    return at


def _read(done: int, total: int) -> None:
    typer.echo(f"{done} of {total} offsets are read", err=True)


def _stands(run: Run) -> None:
    done = sum(run.became.values())
    typer.echo(f"replay {run.replay_id} is {run.state}: {done} of {run.planned}", err=True)


def _print(told: ReplayPlanned) -> None:
    print_rows(told.slices, _SLICE)
    for kind, counts in told.kinds.items():
        out.print(f"{kind}: {_counts(counts)}", highlight=False)
    out.print(f"{told.selected} of {told.read} records: {_counts(told.sights)}", highlight=False)
    if told.oldest and told.newest:
        out.print(f"published from {told.oldest.isoformat()} to {told.newest.isoformat()}", highlight=False)
    told_by = (
        "as the last runs took" if told.expected_from == "RUNS" else "by constants: no run of size has finished yet"
    )
    expected = f"expected to take {told.expected_seconds:g} s ({told_by})"
    out.print(f"{expected}; the plan is {told.file}", soft_wrap=True, highlight=False)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
