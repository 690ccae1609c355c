"""How long a replay will take is told by the last runs of this ledger, and by constants only while there are none."""

from datetime import UTC, datetime, timedelta

from ledger.replays import Run, RunState
from operations.replay_plan import expected

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)


def run(seconds: float, **became: int) -> Run:
    ended = BEGAN + timedelta(seconds=seconds)
    return Run("r", "p", "ledger", sum(became.values()), RunState.FINISHED, None, became, BEGAN, ended, at_work=False)


def test_without_runs_constants_tell_it_and_say_so() -> None:
    # 800 a second that are lacking, 8,000 that are there
    assert expected({"NEW": 800, "DONE": 4000, "LETTER": 2000, "AHEAD": 2000}, [], None) == (2.0, "CONSTANTS")


def test_the_quickest_of_the_last_runs_tells_it_whatever_it_was_made_of() -> None:
    # given one that took twice what constants say, and one that was paused for an hour
    runs = [run(3600.0, TAKEN=8000), run(4.0, TAKEN=800, DONE=8000)]
    # then
    assert expected({"NEW": 8000}, runs, None) == (20.0, "RUNS")
    assert expected({"DONE": 80_000}, runs, None) == (20.0, "RUNS")


def test_a_rate_that_is_slower_than_the_ledger_is_what_it_will_take() -> None:
    assert expected({"NEW": 800}, [], 10.0) == (80.0, "CONSTANTS")
    assert expected({"NEW": 800}, [], 10_000.0) == (1.0, "CONSTANTS")
