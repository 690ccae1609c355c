"""Break the rules on purpose, one word at a time, and see whether a test of the rules notices: `make mutate`.

All that can be broken is broken, or what --since and the named files leave of it. A run over all files writes
docs/mutation.md, also where --minutes ends it; what it could not notice and why that is right stands in
tests/rules/argued.py. Red where the score is below its floor.
"""

import argparse
import importlib
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from tests.rules.argued import ARGUED
from tests.rules.faults import ROOT, RULES, Fault, faults
from tests.rules.planting import (
    ALL,
    EXAMPLES,
    NOTICED,
    SURVIVED,
    TIMED_OUT,
    Known,
    break_functions,
    break_table,
    in_child,
    measure,
)

PAGE = ROOT / "docs" / "mutation.md"
FLOOR = 90.0
# What pytest loads of itself and of its plugins, once for all copies; nothing of the rules.
_ONCE = ("hypothesis.stateful", "hypothesis.strategies", "pytest_asyncio", "pytest_timeout", "_hypothesis_pytestplugin")
_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
Outcome = tuple[Fault, str]


def possible(names: Sequence[str]) -> list[Fault]:
    """All faults of these files."""
    return [fault for name in names for fault in faults(RULES / name)]


def changed_since(reference: str, name: str) -> set[int]:
    """The lines of a file that are not as they were."""
    command = ["git", "diff", "--unified=0", reference, "--", f"rules/{name}"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = ((int(first), int(count or 1)) for first, count in _HUNK.findall(told))
    return {line for first, count in found for line in range(first, first + count)}


def outcomes(found: Sequence[Fault], known: Known, until: float) -> list[Outcome]:
    """What became of each fault that is tried before `until`, on the monotonic clock; said as it is known."""
    at_import = [one for one in found if one.function is None or "" in known.of(one)]
    others = [one for one in found if one not in at_import]
    done: list[Outcome] = []
    began, count = time.monotonic(), len(found)

    def told(fault: Fault, word: str) -> None:
        done.append((fault, word))
        where = f"{fault.file}:{fault.line} {fault.was} -> {fault.now or 'nothing'}"
        sys.stdout.write(f"{time.monotonic() - began:6.0f} s {len(done):5}/{count} {word} {where}\n")
        sys.stdout.flush()

    def functions() -> list[Outcome]:
        break_functions(others, known, told, began + (until - began) * len(others) / count)
        return done

    if others:
        done = in_child(functions)
    for one in at_import:
        if time.monotonic() < until:
            told(one, break_table(one, known))
    return done


def argument(fault: Fault) -> str | None:
    """Why it is right that nothing notices a fault."""
    return ARGUED.get(fault.mended())


def score(done: Sequence[Outcome]) -> float:
    """How many of a hundred faults were noticed; those that ran for ever were, those that were argued were not."""
    return 100 * sum(word != SURVIVED for _, word in done) / max(len(done), 1)


def told(done: Sequence[Outcome]) -> str:
    """The figures in a line."""
    count = Counter(word for _, word in done)
    argued = sum(word == SURVIVED and argument(fault) is not None for fault, word in done)
    return (
        f"{len(done)} faults tried, {count[NOTICED]} noticed, {count[TIMED_OUT]} timed out, {count[SURVIVED]} survived"
        f" ({argued} of them argued): {score(done):.1f}%"
    )


def tree() -> str:
    """What git calls the folder of the rules as it was tried; with a mark where a file differs from what is committed."""

    def git(*words: str) -> str:
        command = ["git", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    return git("rev-parse", "--short", "HEAD:rules") + ("+" if git("status", "--porcelain", "--", "rules") else "")


def page(done: Sequence[Outcome], possible: int, asked: str) -> str:
    """Give docs/mutation.md."""
    return "\n".join(
        [
            "# Mutation\n",
            "Written by `make mutate`; do not edit. One word of the rules at a time is broken on purpose: a name",
            "of an enumeration becomes its neighbour, a comparison or connective its opposite, True becomes False. The tests of",
            "the rules that run its line are asked, the plays of `make simulate` not. Asked were",
            f"{'those whose examples have a name' if asked == EXAMPLES else 'also those that draw their examples'}.\n",
            f"{'All' if len(done) == possible else f'Of {possible} possible faults, drawn by chance'}: **{told(done)}.** One that",
            f"timed out made a test run for ever. Tried on {datetime.now(UTC):%Y-%m-%d}; `rules/` was git's tree `{tree()}`.\n",
            "| file | tried | survived |\n|---|---|---|",
            *_by_file(done),
            "\n## Survivors that are right to survive\n",
            "Each changes nothing that anybody could see, or only how much is looked at (tests/rules/argued.py).\n",
            *_rows(done, argued=True),
            "\n## Survivors that lack an example\n",
            *_rows(done, argued=False),
            "",
        ]
    )


def _by_file(done: Sequence[Outcome]) -> Iterator[str]:
    tried, left = Counter(one.file for one, _ in done), Counter(one.file for one, word in done if word == SURVIVED)
    for name, count in sorted(tried.items()):
        yield f"| `rules/{name}` | {count} | {left[name]} |"


def _rows(done: Sequence[Outcome], *, argued: bool) -> Iterator[str]:
    found = [one for one, word in done if word == SURVIVED and (argument(one) is not None) is argued]
    if not found:
        yield "None."
        return
    yield "| where | was | became |" + (" why |\n|---|---|---|---|" if argued else "\n|---|---|---|")
    for one in sorted(found, key=lambda one: (one.file, one.start)):
        why = f" {argument(one)} |" if argued else ""
        yield f"| `rules/{one.file}` {one.line} | `{one.was}` | `{one.now or 'nothing'}` |{why}"


def main() -> int:
    """Try all faults, or those that are asked for; 1 when too many survived."""
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("files", nargs="*", help="of rules/, all by default")
    parser.add_argument("--since", help="only lines that changed since this commit")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="what fits, drawn by chance")
    parser.add_argument("--examples", action="store_true", help="ask only the tests whose examples have a name")
    wanted = parser.parse_args()
    names = [path.name for path in sorted(RULES.glob("[!_]*.py")) if path.name in (wanted.files or [path.name])]
    lines = {name: changed_since(wanted.since, name) for name in names} if wanted.since else None
    for module in _ONCE:
        importlib.import_module(module)
    found = in_child(lambda: possible(names))
    if lines is not None:
        found = [one for one in found if one.line in lines[one.file]]
    # By chance, so that what is told on the way is a fair part of the whole.
    random.Random(len(found)).shuffle(found)
    if not found:
        sys.stdout.write("nothing of the rules to break\n")
        return 0
    asked = EXAMPLES if wanted.examples else ALL
    done = outcomes(found, in_child(lambda: measure(asked)), time.monotonic() + 60 * wanted.minutes)
    if not (wanted.files or wanted.since):
        PAGE.write_text(page(done, len(found), asked), encoding="utf-8")
    sys.stdout.write(
        "".join(
            f"{one.file}:{one.line} {one.was} -> {one.now or 'nothing'} survived\n"
            for one, word in done
            if word == SURVIVED and argument(one) is None
        )
    )
    sys.stdout.write(told(done) + "\n")
    return int(score(done) < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
