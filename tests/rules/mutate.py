"""Break the rules on purpose, one word at a time, and see whether a test of the rules notices: `make mutate`.

All that can be broken is broken, or what --since and the named files leave of it. A run over all files writes
docs/mutation.md, also where --minutes ends it; what it could not notice and why that is right stands in
tests/rules/argued.py. With --again the survivors of that page are tried alone, and the page says what became of them. Red
where the score is below its floor, or where one that was tried again still lacks an example.
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
_RIGHT = "## Survivors that are right to survive"
_ROW = re.compile(r"^\| `rules/(\S+)` \d+ \| `[^`]*` \| `[^`]*` \| `(.+?)` \|", re.MULTILINE)
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


def survivors(text: str) -> list[tuple[str, str]]:
    """What a page lists as survivors, each by its file and its broken line."""
    return [(file, line.replace("\\|", "|")) for file, line in _ROW.findall(text)]


def asked_again(text: str, done: Sequence[Outcome], by: str) -> str:
    """The page with those of its survivors that survive today, and a line of what became of the others, told `by` what."""
    listed, there = survivors(text), {fault.mended() for fault, _ in done}
    left = {fault.mended() for fault, word in done if word == SURVIVED}
    argued = sum(one in ARGUED for one in left)
    said = (
        f"{by}: of {len(listed)} survivors {sum(one not in there for one in listed)} were of lines that are no longer there,"
        f" {sum(one in there - left for one in listed)} are noticed now, {sum(one in left for one in listed)} survive"
        f" ({argued} of them argued). What stands above is of the run."
    )
    return "\n".join([text.partition(_RIGHT)[0].rstrip(), "", said, "", *_listed(done)])


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
            "",
            *_listed(done),
        ]
    )


def _listed(done: Sequence[Outcome]) -> list[str]:
    return [
        f"{_RIGHT}\n",
        "Each changes nothing that anybody could see, or only how much is looked at (tests/rules/argued.py).\n",
        *rows(done, argued=True),
        "\n## Survivors that lack an example\n",
        *rows(done, argued=False),
        "",
    ]


def _by_file(done: Sequence[Outcome]) -> Iterator[str]:
    tried, left = Counter(one.file for one, _ in done), Counter(one.file for one, word in done if word == SURVIVED)
    for name, count in sorted(tried.items()):
        yield f"| `rules/{name}` | {count} | {left[name]} |"


def rows(done: Sequence[Outcome], *, argued: bool) -> Iterator[str]:
    """The table of survivors, those that are argued or the others; each with its broken line, by which it is found again."""
    found = [one for one, word in done if word == SURVIVED and (argument(one) is not None) is argued]
    if not found:
        yield "None."
        return
    yield "| where | was | became | the line then |" + (
        " why |\n|---|---|---|---|---|" if argued else "\n|---|---|---|---|"
    )
    for one in sorted(found, key=lambda one: (one.file, one.start)):
        why = f" {argument(one)} |" if argued else ""
        line = one.mended()[1].replace("|", "\\|")
        yield f"| `rules/{one.file}` {one.line} | `{one.was}` | `{one.now or 'nothing'}` | `{line}` |{why}"


def main() -> int:
    """Try all faults, or those that are asked for; 1 when too many survived."""
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("files", nargs="*", help="of rules/, all by default")
    parser.add_argument("--since", help="only lines that changed since this commit")
    parser.add_argument("--minutes", type=float, default=24 * 60, help="what fits, drawn by chance")
    parser.add_argument("--again", action="store_true", help="only what survives by docs/mutation.md")
    parser.add_argument("--examples", action="store_true", help="ask only the tests whose examples have a name")
    wanted = parser.parse_args()
    names = [path.name for path in sorted(RULES.glob("[!_]*.py")) if path.name in (wanted.files or [path.name])]
    lines = {name: changed_since(wanted.since, name) for name in names} if wanted.since else None
    for module in _ONCE:
        importlib.import_module(module)
    found = in_child(lambda: possible(names))
    if wanted.again:
        listed = set(survivors(PAGE.read_text(encoding="utf-8")))
        found = [one for one in found if one.mended() in listed]
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
        # Of survivors that there was no time for nothing is known: they stay where they are.
        if not wanted.again:
            PAGE.write_text(page(done, len(found), asked), encoding="utf-8")
        elif len(done) == len(found):
            by = f'`make mutate ARGS="--again{" --examples" * wanted.examples}"` on {datetime.now(UTC):%Y-%m-%d}'
            text = asked_again(PAGE.read_text(encoding="utf-8"), done, f"{by}, `rules/` being git's tree `{tree()}`")
            PAGE.write_text(text, encoding="utf-8")
    left = [one for one, word in done if word == SURVIVED and argument(one) is None]
    sys.stdout.write("".join(f"{one.file}:{one.line} {one.was} -> {one.now or 'nothing'} survived\n" for one in left))
    sys.stdout.write(told(done) + "\n")
    return int(bool(left) if wanted.again else score(done) < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
