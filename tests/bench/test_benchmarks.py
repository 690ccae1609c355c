"""The benchmarks measure what they say; what they found is kept whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import _intake, _servers, _trial
from bench._report import RESULTS, Result, Sample, against, alternate
from bench._stages import REST
from bench._workload import WARMING, Workload
from bench.all import NAMES

_SMALL = Workload(persons=16, documents=5, seed=3)
_KEPT = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(RESULTS.glob("*.json"))]


def test_intake_and_trial_take_the_whole_workload_and_leave_what_they_began_with_alone() -> None:
    # given
    records = _SMALL.records()
    counted = len(records) - WARMING
    with _servers.servers() as servers:
        for server in servers:
            server.make("ours", _servers.seeded(_SMALL))
            server.make("lean", _trial.seeded(_SMALL))
            for _ in range(2):
                # when
                ours, lean = _intake.run(server, "ours", records), _trial.run(server, "lean", records)
                # then
                assert ours.count == lean.count == counted > 0


def test_the_clock_of_the_stages_finds_each_place_and_lets_go_of_it(tmp_path: Path) -> None:
    # given
    server, records = _servers.Sqlite(tmp_path), _SMALL.records()
    server.make("ours", _servers.seeded(_SMALL))
    # when
    first, second = (_intake.stages(server, "ours", records) for _ in range(2))
    # then
    assert {"read", "load", "decide", "write", "commit", REST} == set(first) == set(second)
    assert min(first.values()) > 0


def test_a_result_holds_when_no_ratio_is_below_its_floor() -> None:
    # given
    ratios = {"a": 0.8, "b": 0.1}
    # then
    assert Result("x", {}, ratios, {"a": 0.8}).holds
    assert not Result("x", {}, ratios, {"a": 0.8, "b": 0.2}).holds


def test_candidates_take_turns_and_are_compared_round_by_round() -> None:
    # given a machine that gets slower
    order: list[str] = []

    def runs(name: str, seconds: float) -> Sample:
        order.append(name)
        return Sample(10, seconds * len(order))

    # when
    samples = alternate("x", {"mark": lambda: runs("mark", 1), "ours": lambda: runs("ours", 2)}, rounds=2)
    # then
    assert order == ["mark", "ours", "ours", "mark"]
    assert against(samples["ours"], samples["mark"]) == pytest.approx((1 / 4 + 4 / 6) / 2, abs=0.001)


@pytest.mark.parametrize("kept", _KEPT, ids=[kept["name"] for kept in _KEPT])
def test_a_kept_result_is_one_of_a_benchmark_and_says_whether_it_holds(kept: dict[str, Any]) -> None:
    # then
    assert set(kept) == {"name", "at", "machine", "seed", "figures", "ratios", "floors", "holds"}
    assert kept["name"] in NAMES
    assert kept["holds"] == Result(kept["name"], {}, kept["ratios"], kept["floors"]).holds
