"""`saj-bnmp lag`: the table, the JSON, and the exit status by the worst verdict."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from console import lag, tables
from operations.commits import Committed
from operations.lag_answers import LagLine, LagShown, Look
from operations.lag_lines import REASONS, Ends, Group, Sight, line, page
from operations.shapes import SHAPES
from operations.verdicts import Verdict
from rules.words import LinkState
from tests.console.conftest import Call

NOW = 1_795_000_000_000


def a_line(verdict: Verdict) -> LagLine:
    """A partition of which this was seen."""
    group = Group("STABLE", 1, {}, {("saj.commands", 3): 10})
    ends: tuple[tuple[int, Ends], ...] = ((NOW - 100_000, {("saj.commands", 3): 10}), (NOW, {("saj.commands", 3): 110}))
    commits = [Committed(0, NOW - 20_000), Committed(10, NOW - 10_000)]
    sight = Sight(NOW, 300_000, ends, {("saj.commands", 3): 105}, LinkState.UP)
    made = line(("g", "saj.commands", 3), group, commits, NOW - 4_500, sight)
    return made.model_copy(update={"verdict": verdict, "reason": REASONS[verdict]})


@pytest.fixture(params=Verdict)
def verdict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    """What is found, here without Kafka."""
    found: Verdict = request.param

    class Watch:
        def look(self, _database: Any, _groups: Any, limit: int, cursor: str) -> LagShown:
            shown = LagShown(
                at=datetime.fromtimestamp(NOW / 1000, UTC),
                window_seconds=300,
                verdict=found,
                link="UP",
                open={"HELD/MISSING_DATA": 3},
                groups=(),
                items=(a_line(found),),
                next_cursor=None,
                look=Look(requests=4, commits=2, records=1, seconds=0.1),
            )
            return page(shown, limit, cursor)

    @contextmanager
    def watching(*_: object) -> Iterator[Watch]:
        yield Watch()

    monkeypatch.setattr(lag, "watching", watching)
    monkeypatch.setattr(tables.out, "width", 220)
    return found


def test_the_exit_status_says_whether_somebody_must_act(call: Call, verdict: Verdict) -> None:
    # when
    told, plain = call("lag", "--json"), call("lag")
    # then
    assert told.exit_code == plain.exit_code == (1 if verdict in ("STOP", "STALL", "REWIND") else 0)
    TypeAdapter(SHAPES["lag"]).validate_json(told.stdout)
    assert json.loads(told.stdout)["verdict"] == verdict
    (row,) = (each for each in plain.stdout.splitlines() if "saj.commands[3]" in each)
    assert verdict in row
    assert "100 (5 behind an open transaction)" in row
    assert "HELD/MISSING_DATA 3" in plain.stdout


def test_rates_and_the_time_to_catch_up_are_of_what_was_seen() -> None:
    # when
    made = a_line(Verdict.OK)
    # then one record a second comes and goes, so that it never catches up
    assert (made.arrival_rate, made.drain_rate, made.catch_up_seconds) == (1.0, 1.0, None)
    assert (made.seconds, made.commit_age_seconds, made.lag, made.held_back) == (4.5, 10.0, 100, 5)
