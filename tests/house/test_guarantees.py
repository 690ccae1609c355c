"""Each rule of safety and each invariant has a place, a test, and a fault that the test notices (docs/guarantees.md)."""

import ast
import subprocess
import sys

import pytest

from tests.house.guarantees import GUARANTEES, Guarantee
from tests.planted import ROOT

_TESTS_FAILED = 1


def test_every_rule_of_safety_and_every_invariant_has_its_line() -> None:
    assert [one.rule for one in GUARANTEES] == [f"safety-{n}" for n in range(1, 31)] + [f"I{n}" for n in range(1, 13)]


def test_every_test_that_is_named_is_there() -> None:
    # given
    named = {test.partition("::")[::2] for one in GUARANTEES for test in one.tests}
    # when
    missing = [f"{file}::{name}" for file, name in sorted(named) if name not in _functions(file)]
    # then
    assert missing == []


def _functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("one", GUARANTEES, ids=lambda one: one.rule)
def test_a_planted_fault_is_noticed(one: Guarantee) -> None:
    # given
    text = (ROOT / one.fault.file).read_text(encoding="utf-8")
    assert text.count(one.fault.was) == 1, "the fault names a text that does not stand there once: choose it anew"
    # when
    asked = subprocess.run(
        [sys.executable, "-m", "tests.house.guarantees", one.rule],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    # then
    assert asked.returncode == _TESTS_FAILED, asked.stdout[-2000:] + asked.stderr[-2000:]
