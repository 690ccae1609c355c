"""Runs of replays as operators see them: listed, shown with what they repaired, and told to pause, resume or end."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from ledger import replayed, replays
from ledger.replays import LEDGER, Run
from operations.replay_file import written
from operations.shapes import SHAPES
from producers.topics import KafkaUnreachableError
from tests.console.conftest import Call
from tests.ledger.office import ISSUED, Office

SIGNED = ("--by", "op1", "--reason", "a unit asked")


@pytest.fixture
def run(office: Office) -> Run:
    """A run at work, which has repaired one record."""
    with office.database.transaction() as connection:
        made = replays.begin(connection, "0" * 64, LEDGER, 3, by="op1", reason="a test")
        became = {(ISSUED, 0, 0): "DONE", (ISSUED, 0, 1): "TAKEN"}
        replayed.mark(connection, made.replay_id, "me", became)
    return made


def told(call: Call, *words: str, status: int = 0) -> Any:
    """What a command answers as JSON, which must be of the shape that it promises."""
    done = call("replay", *words, "--json")
    assert (done.exit_code, done.stderr) == (status, "")
    TypeAdapter(SHAPES[f"replay {words[0]}"]).validate_json(done.stdout)
    return json.loads(done.stdout)


def test_a_run_is_listed_and_shown_with_what_it_repaired(call: Call, run: Run) -> None:
    # when
    (line,) = told(call, "status")["items"]
    shown = told(call, "status", run.replay_id)
    # then
    assert (line["state"], line["planned"], line["done"], line["at_work"]) == ("RUNNING", 3, 2, True)
    assert shown["items"] == [line]
    assert shown["places"] == [{"topic": ISSUED, "partition": 0, "next_offset": 2}]
    assert [(span["became"], span["first"], span["last"]) for span in shown["spans"]] == [("TAKEN", 1, 1)]
    assert run.replay_id in call("replay", "status").stdout
    assert call("replay", "status", "another").exit_code == 1


def test_runs_are_listed_a_page_at_a_time_the_latest_first(
    call: Call,
    office: Office,
    run: Run,
) -> None:
    # given
    with office.database.transaction() as connection:
        later = replays.begin(connection, "1" * 64, LEDGER, 3, by="op1", reason="a test")
    # when
    first = told(call, "status", "--limit", "1")
    second = told(call, "status", "--limit", "1", "--cursor", first["next_cursor"])
    # then
    assert {page["items"][0]["replay_id"] for page in (first, second)} == {run.replay_id, later.replay_id}
    assert second["next_cursor"] is None


def test_a_word_about_a_run_is_signed_and_one_that_does_not_fit_is_refused(call: Call, run: Run) -> None:
    assert call("replay", "pause", run.replay_id).exit_code == 2
    assert told(call, "pause", run.replay_id, *SIGNED)["state"] == "PAUSED"
    assert call("replay", "pause", run.replay_id, *SIGNED).exit_code == 1
    assert told(call, "resume", run.replay_id, *SIGNED)["state"] == "RUNNING"
    assert told(call, "cancel", run.replay_id, *SIGNED)["state"] == "CANCELLED"
    assert call("replay", "resume", run.replay_id, *SIGNED).exit_code == 1
    acts = json.loads(call("audit", "show", "--json").stdout)["items"]
    assert [act["act"] for act in acts][:3] == ["REPLAY_CANCELLED", "REPLAY_RESUMED", "REPLAY_PAUSED"]


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--topic", "bnmp.dispatch"),
        ("plan", "--since", "2026-11-20T10:00:00"),
        ("plan", "--until", "yesterday"),
        ("plan", "--state", "GONE"),
        ("plan", "--reason", "BORED"),
        ("apply", "nowhere.json", *SIGNED),
    ],
)
def test_what_does_not_hold_is_told_before_anything_is_read(call: Call, words: tuple[str, ...]) -> None:
    assert call("replay", *words).exit_code == 2


def test_a_replay_is_signed_and_of_a_plan_that_is_whole(call: Call, tmp_path: Path) -> None:
    # given
    file = tmp_path / "plan.json"
    written("TJMS", {}, [], file)
    # when
    unsigned, empty = call("replay", "apply", str(file)), call("replay", "apply", str(file), *SIGNED)
    # then
    assert (unsigned.exit_code, empty.exit_code) == (2, 1)


def test_a_kafka_that_is_away_is_told_as_that(call: Call, tmp_path: Path) -> None:
    for words in (
        ("replay", "plan", "--out", str(tmp_path / "plan.json")),
        ("rebuild", "--into", f"sqlite:///{tmp_path / 'second.db'}"),
    ):
        assert isinstance(call(*words).exception, KafkaUnreachableError)
