"""The supervisor keeps its children running, says why they ended, and leaves none behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from runtime.endings import last_event, named
from runtime.supervisor import Backoff, ChildStatus, Ended, Supervisor

_ROOT = Path(__file__).resolve().parents[2]
_FAST = Backoff(first=0.02, most=0.1, healthy=10)
_SLEEPER = "import time; print('ready', flush=True); time.sleep(120)"
_DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(120)"
_LEASHED = "from runtime.leash import hold_on_to_parent; hold_on_to_parent(); " + _SLEEPER
_EVENT = {"event": "role.failed", "level": "error", "exception": "room.BrokenError at room:1 f\nfrom KeyError at x"}
_FAILING = f"import sys; print('Fulano'); print({json.dumps(_EVENT)!r}, flush=True); sys.exit(70)"
_PARENT = f"""
import sys, time
from pathlib import Path
from runtime.supervisor import Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
print(*(supervisor.start(name, [sys.executable, "-c", {_LEASHED!r}]) for name in ("one", "two")), flush=True)
time.sleep(120)
"""


class _Told:
    """Lines that a supervisor said, to wait for."""

    def __init__(self) -> None:
        self.lines: SimpleQueue[str] = SimpleQueue()

    def next(self) -> str:
        return self.lines.get(timeout=20)


@pytest.fixture
def told() -> _Told:
    return _Told()


@pytest.fixture
def supervisor(tmp_path: Path, told: _Told) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "logs", backoff=_FAST, say=told.lines.put) as running:
        yield running


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _within(seconds: float, supervisor: Supervisor, restarts: int) -> ChildStatus:
    """Wait until the one child runs again after so many restarts; its start is told to nobody."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        (status,) = supervisor.status()
        if status.restarts >= restarts and status.pid is not None:
            return status
        time.sleep(0.01)
    raise AssertionError(f"not started again within {seconds} s: {supervisor.status()}")


def _until_said(log: Path, word: str) -> None:
    deadline = time.monotonic() + 20
    while not (log.exists() and word in log.read_text()):
        assert time.monotonic() < deadline, f"the child never said {word}"
        time.sleep(0.01)


def test_a_killed_child_is_started_again_and_the_reason_is_known(
    supervisor: Supervisor, told: _Told, tmp_path: Path
) -> None:
    # given
    pid = supervisor.start("role", _python(_SLEEPER))
    _until_said(tmp_path / "logs" / "role.log", "ready")
    # when
    supervisor.kill("role")
    # then
    assert re.fullmatch(r"role ended after [0-9.]+ s \(signal SIGKILL\); next start in 0\.0 s", told.next())
    status = _within(10, supervisor, restarts=1)
    assert status.pid != pid
    assert status.reason == "signal SIGKILL"
    assert not _alive(pid)


def test_a_child_that_fails_is_started_again_with_growing_pauses(supervisor: Supervisor, told: _Told) -> None:
    # when
    supervisor.start("role", _python(_FAILING))
    # then
    for _ in range(3):
        line = told.next()
        assert "(exit status 70: an error that a restart may cure; role.failed: BrokenError)" in line
        assert "Fulano" not in line
    assert supervisor.status()[0].restarts >= 2


def test_the_reason_is_never_a_line_of_an_earlier_life(supervisor: Supervisor, told: _Told, tmp_path: Path) -> None:
    # given a child that writes in its first life alone
    mark, line = tmp_path / "mark", json.dumps({"event": "once.only", "level": "info"})
    code = (
        f"import pathlib, sys; m = pathlib.Path({str(mark)!r}); m.exists() or print({line!r}); m.touch(); sys.exit(1)"
    )
    # when
    supervisor.start("role", _python(code))
    # then
    assert "; once.only)" in told.next()
    assert "(exit status 1: what was asked does not hold)" in told.next()


def test_a_child_that_ends_at_once_again_and_again_is_told_as_failing_and_never_spins(tmp_path: Path) -> None:
    # given
    ends: SimpleQueue[Ended] = SimpleQueue()
    backoff = Backoff(first=0.01, most=0.05, healthy=3600, failing=3)
    with Supervisor(tmp_path, backoff=backoff) as supervisor:
        supervisor.tell = ends.put
        # when
        supervisor.start("role", _python(_FAILING))
        lives = [ends.get(timeout=60) for _ in range(5)]
        failing = supervisor.status()[0].failing
    # then
    assert [life.quick for life in lives] == [1, 2, 3, 4, 5]
    assert [life.failing for life in lives] == [False, False, True, True, True]
    assert [life.next_start for life in lives] == [0.01, 0.02, 0.04, 0.05, 0.05]
    assert [life.restarts for life in lives] == [0, 1, 2, 3, 4]
    assert failing
    assert "ends at once again and again, 3 times now" in str(lives[2])
    assert "again and again" not in str(lives[1])


def test_a_healthy_life_makes_a_failing_child_well_again(tmp_path: Path) -> None:
    # given a backoff for which any life is healthy
    ends: SimpleQueue[Ended] = SimpleQueue()
    with Supervisor(tmp_path, backoff=Backoff(first=0.01, most=60, healthy=0, failing=1)) as supervisor:
        supervisor.tell = ends.put
        # when
        supervisor.start("role", _python(_FAILING))
        lives = [ends.get(timeout=60) for _ in range(3)]
    # then the pause never grows and nothing is failing
    assert [(life.quick, life.failing, life.next_start) for life in lives] == [(0, False, 0.01)] * 3


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], None),
        (["Fulano de Tal", "Traceback"], None),
        (['{"event": "role.starting", "level": "info"}', "Killed"], "role.starting"),
        (['{"event": "relay.undelivered", "level": "error", "why": "MSG_SIZE"}'], "relay.undelivered: MSG_SIZE"),
        (
            ['{"event": "role.failed", "level": "error"}', '{"event": "clock.probed", "level": "info"}'],
            "role.failed",
        ),
        (['{"level": "error"}', '["event", "level"]', "{}"], None),
        (
            ["\x1b[2m2026-11-21\x1b[0m [\x1b[31merror    \x1b[0m] \x1b[1mrole.failed   \x1b[0m nome=Fulano"],
            "role.failed",
        ),
    ],
)
def test_of_a_log_only_the_last_event_of_ours_is_told(tmp_path: Path, lines: list[str], told: str | None) -> None:
    # given an earlier life, and this one
    log = tmp_path / "role.log"
    log.write_text('{"event": "an.earlier", "level": "critical"}\n')
    start = log.stat().st_size
    with log.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    # when, then
    assert last_event(log, start) == told


def test_every_status_of_a_role_has_its_words() -> None:
    told = {status: named(status) for status in (2, 70, 72, 99, -9, -250)}
    assert told[2] == "exit status 2: wrong usage or settings"
    assert told[70] == "exit status 70: an error that a restart may cure"
    assert told[72] == "exit status 72: it stood still, or was out of its group"
    assert (told[99], told[-9], told[-250]) == ("exit status 99", "signal SIGKILL", "signal 250")


def test_a_program_that_vanished_is_tried_again_and_said(supervisor: Supervisor, told: _Told, tmp_path: Path) -> None:
    # given a program that removes itself
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nrm {program}\n")
    program.chmod(0o700)
    # when
    supervisor.start("role", [str(program)])
    # then
    assert "exit status 0" in told.next()
    assert "cannot be started" in told.next()


def test_the_pause_doubles_up_to_its_bound_and_starts_anew_after_a_healthy_life() -> None:
    # given
    backoff = Backoff()
    # when
    waits: list[float | None] = [None]
    for _ in range(7):
        waits.append(backoff.after(waits[-1], lived=1.0))
    # then
    assert waits[1:] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert backoff.after(5.0, lived=10.0) == 0.2


def test_stopping_ends_all_children_and_starts_none_again(tmp_path: Path) -> None:
    # given
    supervisor = Supervisor(tmp_path, backoff=_FAST)
    pids = [supervisor.start(name, _python(_SLEEPER)) for name in ("one", "two", "three")]
    # when
    supervisor.stop()
    # then
    assert not [pid for pid in pids if _alive(pid)]
    assert [status.pid for status in supervisor.status()] == [None, None, None]
    assert [status.restarts for status in supervisor.status()] == [0, 0, 0]
    with pytest.raises(RuntimeError):
        supervisor.start("four", _python(_SLEEPER))
    supervisor.stop()


def test_a_child_that_ignores_term_is_killed_after_a_bound(tmp_path: Path) -> None:
    # given
    supervisor = Supervisor(tmp_path, backoff=_FAST)
    pid = supervisor.start("deaf", _python(_DEAF))
    _until_said(tmp_path / "deaf.log", "deaf")
    began = time.monotonic()
    # when
    supervisor.stop(seconds=0.3)
    # then
    assert not _alive(pid)
    assert 0.3 <= time.monotonic() - began < 5
    assert "SIGKILL" in str(supervisor.status()[0].reason)


def test_a_stop_during_a_pause_does_not_wait_for_it(tmp_path: Path, told: _Told) -> None:
    # given a child that waits for a long time to be started again
    supervisor = Supervisor(tmp_path, backoff=Backoff(first=60, most=60), say=told.lines.put)
    supervisor.start("role", _python(_FAILING))
    told.next()
    began = time.monotonic()
    # when
    supervisor.stop()
    # then
    assert time.monotonic() - began < 5
    assert supervisor.status()[0].restarts == 0


def test_two_children_of_one_name_are_refused(supervisor: Supervisor) -> None:
    # given
    supervisor.start("role", _python(_SLEEPER))
    # when, then
    with pytest.raises(ValueError, match="role"):
        supervisor.start("role", _python(_SLEEPER))


def test_children_on_the_leash_end_within_two_seconds_of_their_parents_kill(tmp_path: Path) -> None:
    # given a parent with two children
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=_ROOT
    ) as parent:
        try:
            assert parent.stdout is not None
            pids = [int(pid) for pid in parent.stdout.readline().split()]
            assert len(pids) == 2
            for name in ("one", "two"):
                _until_said(tmp_path / f"{name}.log", "ready")
            # when
            parent.send_signal(signal.SIGKILL)
            deadline = time.monotonic() + 2
            # then
            while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
                time.sleep(0.01)
            assert not [pid for pid in pids if _alive(pid)]
        finally:
            parent.kill()
