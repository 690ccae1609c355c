"""How logs are limited, and in which form they are; what is in them is tests/house/test_nothing_personal.py."""

import json
import logging
from pathlib import Path

import pytest
import structlog

from runtime.endings import last_event
from runtime.logs import Logs, configure
from runtime.throttle import Throttle
from tests.house.journal import journal


class Hand:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_of_one_place_pass_and_the_next_says_how_many_did_not() -> None:
    # given
    throttle = Throttle(2, 10.0, hand := Hand())
    # when
    first = [throttle.pass_by("here") for _ in range(5)]
    other = throttle.pass_by("there")
    hand.now += 10
    # then
    assert first == [0, 0, None, None, None]
    assert other == 0
    assert throttle.pass_by("here") == 3
    assert throttle.pass_by("here") == 0


def test_more_places_than_can_be_known_share_one_allowance() -> None:
    # given
    throttle = Throttle(1, 10.0, hand := Hand())
    known = [throttle.pass_by(f"place {number}") for number in range(1000)]
    # then
    assert known == [0] * 1000
    assert [throttle.pass_by(f"another {number}") for number in range(3)] == [0, None, None]
    hand.now += 10
    assert throttle.pass_by("place 7") == 0


def test_a_librarys_flood_is_five_lines_of_each_place_and_ours_are_not_held_back() -> None:
    # when
    with journal() as out:
        for number in range(6400):
            logging.getLogger("aiokafka.consumer").error("Topic %s not found in cluster metadata", "saj.commands")
            if number < 100:
                structlog.get_logger().error("relay.undelivered", outbox_id=number)
    # then
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    theirs = [line for line in lines if line["event"] == "library.line"]
    assert len(theirs) == 5
    assert theirs[0]["template"] == "Topic %s not found in cluster metadata"
    assert theirs[0]["values"] == ["saj.commands"]
    assert [line["outbox_id"] for line in lines if line["event"] == "relay.undelivered"] == list(range(100))


@pytest.mark.parametrize("form", ["json", "pretty", "auto"])
def test_an_ending_can_be_read_from_either_form(form: str, tmp_path: Path) -> None:
    # given
    file = tmp_path / "role.log"
    # when
    with journal() as out:
        configure(form, "sender")
        structlog.get_logger().error("role.failed", exc_info=KeyError("Pessoa Inventada 70001"))
    file.write_text(out.getvalue())
    # then
    told = "role.failed" if form == "pretty" else "role.failed: KeyError"
    assert last_event(file, 0) == told


def test_a_log_on_a_full_disk_loses_lines_and_ends_nobody() -> None:
    with journal() as out, pytest.MonkeyPatch.context() as patch:
        # given
        patch.setattr("sys.stdout", disk := Path("/dev/full").open("w"))  # noqa: SIM115 (its end fails too)
        # when
        for number in range(400):
            structlog.get_logger().info("relay.undelivered", outbox_id=number)
            logging.getLogger("aiokafka").error("Topic %s not found in cluster metadata", "saj.commands")
        patch.undo()
        structlog.get_logger().info("relay.undelivered", outbox_id=400)
    # then
    assert [json.loads(line)["outbox_id"] for line in out.getvalue().splitlines()] == [400]
    with pytest.raises(OSError, match="No space left"):
        disk.close()


def test_what_could_not_be_written_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    told, logs = list[str](), Logs("sender")
    logs.tell = lambda name, _labels, _by: told.append(name)
    monkeypatch.setattr("sys.stdout", disk := Path("/dev/full").open("w"))  # noqa: SIM115 (its end fails too)
    # when
    logs.out.write("a line\n")
    logs.out.flush()
    # then
    assert told == ["log_lines_lost"]
    with pytest.raises(OSError, match="No space left"):
        disk.close()
