"""Break the rules on purpose, one word at a time, and see whether a test of the rules notices.

`make mutate` draws from all that could be broken, as much as fits its minutes, and writes docs/mutation.md with what
nobody noticed. A name in a table becomes its neighbour in the same enumeration, a comparison or a connective its
opposite, True becomes False. Tables are broken like code: the law is mostly in them.
"""

import argparse
import ast
import importlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "mutation.md"
# One broken rule that makes a test run for ever is noticed too.
LONGEST_S = 240
# The long ones are asked about what the others let pass; the plays (test_plays.py) would take minutes for each fault.
_LONG = ("tests/rules/test_machine.py",)
_QUICK = ("tests/rules", "--ignore=tests/rules/test_plays.py", "--ignore=tests/rules/test_machine.py")
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
    """One word of a file to be replaced: offsets in the text, what stands there and what will."""

    file: str
    line: int
    start: int
    end: int
    was: str
    now: str

    def planted(self, text: str) -> str:
        """The text with the fault in it."""
        return text[: self.start] + self.now + text[self.end :]


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

    def fault(self, node: ast.expr, start: int, end: int, now: str) -> Fault:
        """The fault that puts `now` between two offsets."""
        return Fault(self.name, node.lineno, start, end, self.text[start:end], now)


def _operators(text: Text, node: ast.Compare | ast.BoolOp) -> Iterator[Fault]:
    operands = [node.left, *node.comparators] if isinstance(node, ast.Compare) else node.values
    operators = node.ops if isinstance(node, ast.Compare) else [node.op] * (len(operands) - 1)
    for left, right, operator in zip(operands, operands[1:], operators, strict=False):
        was, now = _OPPOSITES[type(operator)]
        found = text.text.find(was, text.end(left), text.start(right))
        yield text.fault(node, found, found + len(was), now)


def _neighbours(text: Text, node: ast.Attribute) -> Iterator[Fault]:
    words = getattr(text.module, node.value.id, None) if isinstance(node.value, ast.Name) else None
    if isinstance(words, type) and issubclass(words, Enum) and node.attr in words.__members__:
        names = list(words.__members__)
        neighbour = names[(names.index(node.attr) + 1) % len(names)]
        yield text.fault(node, text.end(node) - len(node.attr), text.end(node), neighbour)


def faults(path: Path) -> Iterator[Fault]:
    """Give all the faults that this file can have."""
    text = Text(path)
    for node in ast.walk(ast.parse(text.text)):
        if isinstance(node, ast.Compare | ast.BoolOp):
            yield from _operators(text, node)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield text.fault(node, text.start(node), text.start(node.operand), "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield text.fault(node, text.start(node), text.end(node), str(not node.value))
        elif isinstance(node, ast.Attribute):
            yield from _neighbours(text, node)


def noticed(house: Path, one: Fault) -> bool:
    """Plant a fault in a copy of the house, run the tests of the rules, and take it out again."""
    path = house / "rules" / one.file
    text = path.read_text(encoding="utf-8")
    path.write_text(one.planted(text), encoding="utf-8")
    try:
        return any(_fails(house, tests) for tests in (_QUICK, _LONG))
    finally:
        path.write_text(text, encoding="utf-8")


def _fails(house: Path, tests: tuple[str, ...]) -> bool:
    command = [sys.executable, "-m", "pytest", *tests, "-x", "-q", "-n", "0", "--noconftest"]
    try:
        return subprocess.run(command, cwd=house, capture_output=True, timeout=LONGEST_S, check=False).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def page(tried: Counter[str], survivors: list[Fault], possible: int, seed: int) -> str:
    """Give docs/mutation.md."""
    total = sum(tried.values())
    score = 100 * (total - len(survivors)) / max(total, 1)
    rows = [
        f"| `rules/{name}` | {count} | {sum(s.file == name for s in survivors)} |"
        for name, count in sorted(tried.items())
    ]
    named = [f"| `rules/{s.file}` {s.line} | `{s.was}` | `{s.now or 'nothing'}` |" for s in survivors]
    return "\n".join(
        [
            "# Mutation\n",
            "Written by `make mutate`; do not edit. One word of the rules at a time is broken on purpose, and the tests of",
            "the rules are run. A survivor is a fault that no test of the rules noticed.\n",
            f"Of {possible} possible faults {total} were drawn (seed {seed}); noticed: **{score:.0f}%**.\n",
            "| file | tried | survived |\n|---|---|---|",
            *rows,
            "\n## Survivors\n",
            *(["| where | was | became |\n|---|---|---|", *named] if named else ["None."]),
            "",
        ]
    )


def _changed_since(reference: str) -> set[str]:
    command = ["git", "diff", "--name-only", reference, "--", "rules"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {Path(name).name for name in done.stdout.split()}


def main() -> int:
    """Draw faults until the minutes are over; 1 when a fault survived."""
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("files", nargs="*", help="of rules/, all by default")
    parser.add_argument("--since", help="only files that changed since this commit")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    names = set(wanted.files) or {path.name for path in (ROOT / "rules").glob("*.py")}
    if wanted.since:
        names &= _changed_since(wanted.since)
    possible = [one for name in sorted(names) for one in faults(ROOT / "rules" / name) if not name.startswith("_")]
    random.Random(wanted.seed).shuffle(possible)
    tried, survivors, until = Counter[str](), list[Fault](), time.monotonic() + wanted.minutes * 60
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "house"
        shutil.copytree(ROOT, house, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__"))
        for one in possible:
            if time.monotonic() > until:
                break
            tried[one.file] += 1
            survived = not noticed(house, one)
            survivors += [one] * survived
            word = "SURVIVED" if survived else "noticed "
            sys.stdout.write(f"{word} {one.file}:{one.line} {one.was} -> {one.now or 'nothing'}\n")
            sys.stdout.flush()
    PAGE.write_text(page(tried, survivors, len(possible), wanted.seed), encoding="utf-8")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
