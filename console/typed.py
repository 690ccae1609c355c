"""What was typed, as the data of a command's event; raises BadParameter for what does not hold."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer

from console.options import one_of
from rules.words import Resolution

Given = Mapping[str, Any]


def json_object(text: str | bytes, name: str, example: str = "") -> dict[str, Any]:
    """What a text holds that is one JSON object; `name` is how it was given."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise typer.BadParameter(f"{name} is not a JSON object{example}")
    return found


def _object(text: str | bytes | None, option: str) -> dict[str, Any]:
    return json_object(text or "{}", option, f'; for example {option} \'{{"motivo": "..."}}\'')


def named(*names: str) -> Callable[[Given], dict[str, Any]]:
    """Just what was typed under these names."""
    return lambda given: {name: given[name] for name in names}


def supplied(given: Given) -> dict[str, Any]:
    """What completes a document."""
    parts = {part: _object(given[part], f"--{part}") for part in ("fields", "party")}
    chosen = {"variant": given["variant"]} if given["variant"] else {}
    return {"document_id": given["document_id"], **parts, **chosen}


def ordered(given: Given) -> dict[str, Any]:
    """A standing order."""
    return {"unit": given["unit"], "kinds": given["kind"], "from": given["from_"], "to": given["to"]}


def resolved(given: Given) -> dict[str, Any]:
    """A request to resolve: documents or a category, with the file of what was missing."""
    try:
        text = Path(given["data"]).read_bytes() if given["data"] else None
    except OSError as error:
        raise typer.BadParameter(f"--data cannot be read: {error.strerror}") from None
    named, category = list(given["document_id"] or ()), given["category"]
    if bool(named) == bool(category):
        raise typer.BadParameter("say either --document-id, as often as needed, or --category")
    what = {"category": one_of(Resolution, category, "--category")} if category else {"document_ids": named}
    return {**what, "data": _object(text, "--data")}


def regularised(given: Given) -> dict[str, Any]:
    """What the unit says of an item of the stock: its analysis, the fields that lacked, and who the person is."""
    if given["new_person"] not in (None, "SIM"):
        raise typer.BadParameter("--new-person is SIM, or left out")
    found = {"reu": given["reu"], "necessary": True, "by": given["analysed_by"], "at": given["analysed_at"]}
    return {
        "item_id": given["item_id"],
        "fields": _object(given["fields"], "--fields"),
        "analysis": found,
        "certificate_evidence": given["evidence"],
        "new_person": given["new_person"] == "SIM",
    }
