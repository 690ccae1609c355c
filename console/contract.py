"""The contract, printed: all of it, the schema of one event, or a sample. It asks nothing of anybody."""

import json
from typing import Annotated, Any

import typer

from operations.shapes import SHAPES
from rules.words import Kind, Variant
from schemas import published, samples
from schemas.asyncapi import text
from schemas.document_issued import TYPE as ISSUED

Event = Annotated[str, typer.Argument(metavar="EVENT", help="An event type, such as saj.document.issued.v1.")]


def asyncapi() -> None:
    """Print the whole contract as an AsyncAPI 3.0 document: topics, keys, headers, events, samples."""
    typer.echo(text(), nl=False)


def schema(
    event: Annotated[str | None, typer.Argument(metavar="EVENT", help="An event type, saj.document.issued.v1.")] = None,
    *,
    cli: Annotated[
        str | None, typer.Option("--cli", help=f"Instead, the shape of a command's answer: {', '.join(SHAPES)}.")
    ] = None,
) -> None:
    """Print the JSON Schema of an event's data, or with --cli of what a command answers with --json."""
    if (event is None) == (cli is None):
        raise typer.BadParameter("name an event type, or a command with --cli")
    if cli is not None:
        if cli not in SHAPES:
            raise typer.BadParameter(f"there is no answer {cli}; there are {', '.join(SHAPES)}")
        _print(SHAPES[cli].model_json_schema(mode="serialization"))
    elif event is not None:
        _print(published.schema(_known(event)))


def sample(
    event: Event,
    *,
    kind: Annotated[Kind | None, typer.Option(help=f"The kind of document, with {ISSUED}.")] = None,
    variant: Annotated[Variant | None, typer.Option(help="Its variant, where that has fields of its own.")] = None,
) -> None:
    """Print a sample of an event's data that holds; the people in it are invented."""
    if event != ISSUED and (kind or variant):
        raise typer.BadParameter(f"--kind and --variant belong to {ISSUED}")
    try:
        found = samples.sample(_known(event), kind, variant)
    except KeyError:
        listed = ", ".join(name.removeprefix(f"{ISSUED}.") for name in samples.names() if name.startswith(ISSUED))
        raise typer.BadParameter(f"no sample of that variant; there are {listed}") from None
    _print(found)


def _known(event: str) -> str:
    if event not in published.MODELS:
        raise typer.BadParameter(f"there is no event {event}; there are {', '.join(published.MODELS)}")
    return event


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
