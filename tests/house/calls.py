"""Every call of a logger in the code of the rooms."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import cast

from tests.house.tree import ROOMS, ROOT

_LEVELS = ("debug", "info", "warning", "error", "critical", "exception")


@dataclass(frozen=True)
class Call:
    """A call of a logger in the code: where, at which level, which event, with which keys."""

    place: str
    level: str
    event: str | None
    keys: tuple[str, ...]


@cache
def calls() -> tuple[Call, ...]:
    """Every call of a logger in every room."""
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return tuple(call for path in files for call in _calls(path.relative_to(ROOT).as_posix(), path.read_text()))


def _calls(file: str, text: str) -> Iterator[Call]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _LEVELS:
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "log"):
                continue
            first = node.args[0] if node.args else None
            event = first.value if isinstance(first, ast.Constant) and len(node.args) == 1 else None
            keys = tuple(keyword.arg for keyword in node.keywords if keyword.arg)
            yield Call(f"{file}:{node.lineno}", node.func.attr, cast("str | None", event), keys)
