"""What the service promises, where that is kept, what holds it, and a fault that would break it: docs/guarantees.md.

Every rule of safety and every invariant of docs/law.md has its line. Its fault is planted by test_guarantees.py, one
at a time, and the test that stands first must notice.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.planted import ROOT, plant

_TABLE = Path(__file__).with_name("guarantees.toml")


@dataclass(frozen=True, slots=True)
class Fault:
    """A text that stands once in a file, and what is put in its place; `means` says what that would do."""

    file: str
    was: str
    now: str
    means: str


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A rule by its anchor in docs/law.md; `tests` as file::name below tests/, the one that notices `fault` first."""

    rule: str
    fault: Fault
    tests: tuple[str, ...]


def _read() -> Iterator[Guarantee]:
    for rule, row in tomllib.loads(_TABLE.read_text(encoding="utf-8")).items():
        yield Guarantee(rule, Fault(row["file"], row["was"], row["now"], row["means"]), tuple(row["tests"]))


GUARANTEES: tuple[Guarantee, ...] = tuple(_read())


def page() -> str:
    """docs/guarantees.md: a line for each, in the law's own words, with what holds it and what would break it."""
    law = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
    lines = [
        "# What is guaranteed, and what holds it",
        "",
        "Written by `make docs`; do not edit. Each rule of [law.md](law.md) that keeps a person from being wrongly held or",
        "arrested, and each invariant: where it is kept, a fault planted there, and the tests. The first of them is run with",
        "the fault in place by every `make test`, and must fail.",
        "",
        "| rule | kept in | the planted fault would mean | tests |",
        "|---|---|---|---|",
    ]
    for one in GUARANTEES:
        first = re.search(rf"^##+ {one.rule}\n(.+?)\.(?=\s)", law, re.MULTILINE | re.DOTALL)
        told = " ".join(first.group(1).split()) if first else ""
        tests = "<br>".join(
            f"[{name.removeprefix('test_').replace('_', ' ')}](../tests/{file})"
            for file, _, name in (test.partition("::") for test in one.tests)
        )
        lines.append(
            f"| [{one.rule}](law.md#{one.rule.lower()}): {told} | `{one.fault.file}` | {one.fault.means} | {tests} |"
        )
    return "\n".join(lines) + "\n"


def ask(rule: str) -> int:
    """Plant the fault of a rule in this process and run the test that must notice; gives pytest's status."""
    import pytest  # noqa: PLC0415 (nothing of the house may be imported before the fault stands)

    one = next(one for one in GUARANTEES if one.rule == rule)
    path = ROOT / one.fault.file
    plant(path, path.read_text(encoding="utf-8").replace(one.fault.was, one.fault.now))
    alone = ["--noconftest"] if one.tests[0].startswith("rules/") else []
    return int(
        pytest.main([str(ROOT / "tests" / one.tests[0]), "-p", "no:xdist", "-q", "--no-header", "--tb=line", *alone])
    )


if __name__ == "__main__":
    sys.exit(ask(sys.argv[1]))
