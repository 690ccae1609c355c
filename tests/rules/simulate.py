"""The properties of the rules with thousands of examples, drawn anew: `make simulate`.

Each seed draws other examples; a seed that turned red is said, and draws the same again.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

_SLOWEST_S = 6 * 3600


class Figures:
    """How many examples each property was tried with, and how long that took."""

    def __init__(self) -> None:
        """Begin with nothing tried."""
        self.rows: dict[str, tuple[int, float, bool]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note one property."""
        began, failed = time.monotonic(), item.session.testsfailed
        done = yield
        name = item.nodeid.rpartition("/")[2].partition("[")[0]
        tried, took, holds = self.rows.get(name, (0, 0.0, True))
        holds = holds and item.session.testsfailed == failed
        self.rows[name] = (tried + _tried(item), took + time.monotonic() - began, holds)
        return done


def _tried(item: pytest.Item) -> int:
    """How many examples a property has; of the plays each test looks at its part."""
    from tests.rules import test_plays  # noqa: PLC0415 (after the environment was set)

    tested: Any = getattr(item, "obj", None)
    own = getattr(tested, "_hypothesis_internal_use_settings", None)
    machine = getattr(getattr(item, "cls", None), "settings", None)
    found = own or machine
    if found is not None:
        return int(found.max_examples)
    return test_plays.PLAYS // test_plays.PARTS


def main() -> int:
    """Run the properties for each seed; 1 when one did not hold."""
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("words", nargs="*", help="only properties whose names have one of these words")
    parser.add_argument("--times", type=int, default=50, help="how many times as many examples as make test has")
    parser.add_argument("--least", type=int, default=0, help="how many examples each has at least")
    parser.add_argument("--seeds", default=str(random.SystemRandom().randrange(10**6)), help="with commas")
    wanted = parser.parse_args()
    wrong = False
    for seed in map(int, wanted.seeds.split(",")):
        wrong |= _of(seed, wanted.times, wanted.least, wanted.words)
    return int(wrong)


def _of(seed: int, times: int, least: int, words: list[str]) -> bool:
    """The properties with one seed, in a process of their own: what is drawn is read at import."""
    if child := os.fork():
        return os.waitpid(child, 0)[1] != 0
    os.environ |= {"SIMULATED_TIMES": str(times), "SIMULATED_LEAST": str(least), "SIMULATED_SEED": str(seed)}
    figures = Figures()
    command = ["tests/rules", "--noconftest", "-q", "--no-header", "-n", "0", f"--hypothesis-seed={seed}"]
    command += ["--timeout", str(_SLOWEST_S), "-m", "hypothesis or plays", "-k", " or ".join(words)]
    done = pytest.main(command, plugins=[figures])
    for name, (tried, took, holds) in sorted(figures.rows.items()):
        sys.stdout.write(f"{'holds' if holds else 'WRONG'} {tried:>7} {took:>7.1f} s  {name}\n")
    rows = figures.rows.values()
    tried, took = sum(row[0] for row in rows), sum(row[1] for row in rows)
    sys.stdout.write(f"seed {seed}: {len(rows)} properties, {tried} examples, {took:.0f} s\n")
    sys.stdout.flush()
    os._exit(int(done))


if __name__ == "__main__":
    sys.exit(main())
