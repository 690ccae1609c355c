"""The verdicts on lag: Burrow's own published cases come to the same, and what Burrow cannot know."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.verdicts import Commit, Verdict, evaluate, with_link, worst

# The cases of core/internal/evaluator/caching_test.go of linkedin/Burrow (Apache License 2.0) at ced55ba; instants in ms.
CASES = json.loads((Path(__file__).parent / "burrow.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"].split()[0])
def test_burrows_case_comes_to_burrows_verdict(case: dict[str, Any]) -> None:
    # given
    commits = [Commit(*each) for each in case["commits"]]
    # when
    found = evaluate(commits, case["ends"], case["lag"], case["now_ms"], case["allowed"])
    # then
    assert found == case["verdict"], case["case"]


def test_burrows_cases_are_all_there() -> None:
    assert [case["case"].split()[0] for case in CASES] == [str(number) for number in range(16)]
    assert {case["verdict"] for case in CASES} == {"OK", "STOP", "STALL", "REWIND"}


def test_commits_that_move_while_the_lag_only_grows_are_a_warning() -> None:
    # given
    commits = [Commit(1000 + n, 100_000 * n, 50 + n) for n in range(5)]
    # then
    assert evaluate(commits, [2000], 54, 450_000) is Verdict.WARN
    # and as soon as it becomes less once, all is well
    assert evaluate([*commits, Commit(1100, 440_000, 3)], [2000], 3, 450_000) is Verdict.OK


def test_nobody_is_judged_who_never_committed() -> None:
    assert evaluate([], [10], 10, 1000) is Verdict.OK


@pytest.mark.parametrize("verdict", Verdict)
def test_who_talks_to_bnmp_is_excused_while_the_link_is_not_up(verdict: Verdict) -> None:
    # then
    excused = {Verdict.STOP, Verdict.STALL, Verdict.WARN}
    down = with_link(verdict, is_up=False, talks_to_registry=True)
    assert down is (Verdict.PAUSED_LINK if verdict in excused else verdict)
    assert with_link(verdict, is_up=True, talks_to_registry=True) is verdict
    assert with_link(verdict, is_up=False, talks_to_registry=False) is verdict


def test_a_group_is_as_its_worst_partition() -> None:
    assert worst([Verdict.OK, Verdict.STALL, Verdict.PAUSED_LINK]) is Verdict.STALL
    assert worst([]) is Verdict.OK
    assert [verdict for verdict in Verdict if verdict.is_error] == [Verdict.REWIND, Verdict.STALL, Verdict.STOP]
