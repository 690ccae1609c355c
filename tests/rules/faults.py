"""What can be broken in the rules, one word at a time: the faults that `make mutate` plants.

A name in a table becomes its neighbour in the same enumeration, a comparison or a connective its opposite, True becomes
False. Tables are broken like code: the law is mostly in them.
"""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "rules"
_OPPOSITES: dict[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One word of a file to be replaced: offsets in the text, what stands there and what will.

    `lines` are those of the statement that it is in; `function` the outermost one that it is in the body of, by its
    qualified name, or None in a table.
    """

    file: str
    line: int
    start: int
    end: int
    was: str
    now: str
    lines: tuple[int, int]
    function: str | None

    def planted(self, text: str) -> str:
        """The text with the fault in it."""
        return text[: self.start] + self.now + text[self.end :]

    def mended(self) -> tuple[str, str]:
        """The file and its broken line: what names a fault wherever the line moves to."""
        return self.file, self.planted((RULES / self.file).read_text("utf-8")).splitlines()[self.line - 1].strip()


class Text:
    """A file of the rules, with the places of its words; lines and columns are the parser's, columns in bytes."""

    def __init__(self, path: Path) -> None:
        """Read the file, and the module that it is: what a name means is asked of it."""
        self.name, self.text = path.name, path.read_text(encoding="utf-8")
        self.module = importlib.import_module(f"rules.{path.stem}")
        self._lines = self.text.encode().splitlines(keepends=True)

    def at(self, line: int | None, column: int | None) -> int:
        """The offset in the text of a place."""
        before = b"".join(self._lines[: (line or 1) - 1])
        return len((before + self._lines[(line or 1) - 1][: column or 0]).decode())

    def start(self, node: ast.expr) -> int:
        """Where an expression begins."""
        return self.at(node.lineno, node.col_offset)

    def end(self, node: ast.expr) -> int:
        """Where an expression ends."""
        return self.at(node.end_lineno, node.end_col_offset)


Word = tuple[int, int, str]


def _operators(text: Text, node: ast.Compare | ast.BoolOp) -> Iterator[Word]:
    operands = [node.left, *node.comparators] if isinstance(node, ast.Compare) else node.values
    operators = node.ops if isinstance(node, ast.Compare) else [node.op] * (len(operands) - 1)
    for left, right, operator in zip(operands, operands[1:], operators, strict=False):
        was, now = _OPPOSITES[type(operator)]
        found = text.text.find(was, text.end(left), text.start(right))
        yield found, found + len(was), now


def _neighbours(text: Text, node: ast.Attribute) -> Iterator[Word]:
    words = getattr(text.module, node.value.id, None) if isinstance(node.value, ast.Name) else None
    if isinstance(words, type) and issubclass(words, Enum) and node.attr in words.__members__:
        names = list(words.__members__)
        neighbour = names[(names.index(node.attr) + 1) % len(names)]
        yield text.end(node) - len(node.attr), text.end(node), neighbour


def _words(text: Text, node: ast.AST) -> Iterator[Word]:
    if isinstance(node, ast.Compare | ast.BoolOp):
        yield from _operators(text, node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield text.start(node), text.start(node.operand), ""
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield text.start(node), text.end(node), str(not node.value)
    elif isinstance(node, ast.Attribute):
        yield from _neighbours(text, node)


def _lines(node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement, of one with a body those before it."""
    body = getattr(node, "body", None)
    return node.lineno, body[0].lineno - 1 if body and body[0].lineno > node.lineno else node.end_lineno or node.lineno


def _walk(text: Text, node: ast.AST, lines: tuple[int, int], scope: str, function: str | None) -> Iterator[Fault]:
    for start, end, now in _words(text, node):
        line = text.text.count("\n", 0, start) + 1
        yield Fault(text.name, line, start, end, text.text[start:end], now, lines, function)
    named = isinstance(node, ast.FunctionDef | ast.ClassDef)
    inner = f"{scope}.{node.name}".lstrip(".") if isinstance(node, ast.FunctionDef | ast.ClassDef) else scope
    body = set(map(id, node.body)) if isinstance(node, ast.FunctionDef) else set()
    # How a value is made, frozen and with slots, is no law: tests/rules/test_values.py holds all of them to it.
    decorators = set(map(id, node.decorator_list)) if isinstance(node, ast.FunctionDef | ast.ClassDef) else set()
    for child in ast.iter_child_nodes(node):
        if id(child) in decorators:
            continue
        of = function or (inner if id(child) in body else None)
        where = _lines(child) if isinstance(child, ast.stmt) else lines
        yield from _walk(text, child, where, inner if named else scope, of)


def faults(path: Path) -> list[Fault]:
    """Give all the faults that this file can have."""
    text = Text(path)
    return list(_walk(text, ast.parse(text.text), (1, 1), "", None))
