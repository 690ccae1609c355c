"""Every scenario of docs/law.md, and every rule of safety, has a story through the whole flow that has its number."""

import ast
import re

import pytest

from tests.house.test_law_tables import table
from tests.house.tree import ROOT

_STORIES = sorted((ROOT / "tests" / "story").glob("test_*.py"))


def _told(word: str) -> set[int]:
    """The numbers that the names of the stories have after a word, as in `test_safety_26_and_27_...`."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in _STORIES]
    names = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    found = [number for name in names for number in re.findall(rf"_{word}_((?:\d+_and_)*\d+)_", name)]
    return {int(one) for numbers in found for one in numbers.split("_and_")}


def test_each_scenario_of_the_law_is_a_story() -> None:
    assert {int(row[0]) for row in table("scenarios")} == _told("annex_b") == set(range(1, 21))


@pytest.mark.parametrize("rule", range(1, 31))
def test_each_rule_of_safety_is_a_story(rule: int) -> None:
    assert rule in _told("safety")
