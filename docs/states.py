"""Draws docs/states.md from the tables of the machines: `python docs/states.py` writes it anew."""  # noqa: INP001 (a script beside its page)

import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rules import breaker, effects, pieces, situation, transmission  # noqa: E402 (run as a script, the project is not on the path)
from rules.words import LinkState, PecaStatus  # noqa: E402 (likewise)

PAGE = ROOT / "docs" / "states.md"
_HEAD = """# The machines

Generated from `rules/transmission.py`, `rules/pieces.py`, `rules/situation.py`, `rules/effects.py` and `rules/breaker.py`
by `python docs/states.py`; do not edit. An arrow carries the events that lead along it. A pair of state and event without
an arrow is refused by the first machine; in the others it changes nothing.
"""


def theory(doc: str | None) -> str:
    """The module's own words, without the line breaks of code."""
    paragraphs = (doc or "").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def diagram(table: Mapping[Any, Mapping[Any, Any]], entry: Mapping[StrEnum, str], ends: frozenset[StrEnum]) -> str:
    """A mermaid diagram: `entry` are the states a thing may begin in, with the events; `ends` the last ones."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state}" + (f" : {events}" if events else "") for state, events in entry.items()]
    for state, row in table.items():
        along: dict[StrEnum, list[str]] = {}
        for event, target in row.items():
            along.setdefault(target, []).append(str(event))
        lines += [f"    {state} --> {target} : {', '.join(events)}" for target, events in along.items()]
    lines += [f"    {state} --> [*]" for state in table if state in ends]
    return "\n".join([*lines, "```"])


def joint(rows: Iterable[effects.EffectRow]) -> str:
    """The joint transitions as a table: what one registration does in the machines of pieces and persons."""
    lines = ["| registered | itself | what it reaches | the person |", "|---|---|---|---|"]
    for row in rows:
        name = f"`{row.kind}`" + (f" `{row.variant}`" if row.variant else "")
        proviso = "" if row.proviso is effects.Proviso.ALWAYS else f" if {row.proviso.name}"
        person = f"{row.person}{proviso}" if row.person else ""
        lines.append(f"| {name} | {row.own} | {row.reached or ''} | {person} |")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    entry: dict[StrEnum, str] = {state: "" for state in transmission.TRANSITIONS if state in transmission.ENTRY}
    parts = [
        _HEAD,
        "## Transmission of a document\n",
        theory(transmission.__doc__) + "\n",
        diagram(transmission.TRANSITIONS, entry, frozenset(transmission.TERMINAL)) + "\n",
        "## Status of a document in BNMP\n",
        theory(pieces.__doc__) + "\n",
        diagram(pieces.TRANSITIONS, {PecaStatus.EM_ELABORACAO: ""}, frozenset(pieces.TERMINAL)) + "\n",
        "## Status of a person in BNMP\n",
        theory(situation.__doc__) + "\n",
        diagram(situation.TRANSITIONS, {situation.BEGINS: ""}, frozenset(situation.TERMINAL)) + "\n",
        "## Joint transitions\n",
        theory(effects.__doc__) + "\n",
        joint(effects.EFFECTS.values()) + "\n",
        "## Link to BNMP\n",
        theory(breaker.__doc__) + "\n",
        diagram(breaker.TRANSITIONS, {LinkState.UP: ""}, frozenset()),
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
