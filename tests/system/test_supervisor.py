"""The supervisor keeps its children running, says why they ended, and leaves none behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from runtime.supervisor import Backoff, ChildStatus, Supervisor

_ROOT = Path(__file__).resolve().parents[2]
_FAST = Backoff(first=0.02, most=0.1, healthy=10)
_SLEEPER = "import time; print('ready', flush=True); time.sleep(120)"
_DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(120)"
_LEASHED = "from runtime.leash import hold_on_to_parent; hold_on_to_parent(); " + _SLEEPER
_FAILING = "import sys; print('first'); print('the reason', flush=True); sys.exit(70)"
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
    assert told.next() == "role ended (signal SIGKILL; last line: ready); starting it again in 0.0 s"
    status = _within(10, supervisor, restarts=1)
    assert status.pid != pid
    assert status.reason == "signal SIGKILL; last line: ready"
    assert not _alive(pid)


def test_a_child_that_fails_is_started_again_with_growing_pauses(supervisor: Supervisor, told: _Told) -> None:
    # when
    supervisor.start("role", _python(_FAILING))
    # then
    for _ in range(3):
        assert told.next().startswith("role ended (exit status 70; last line: the reason)")
    assert supervisor.status()[0].restarts >= 2


def test_the_reason_is_never_a_line_of_an_earlier_life(supervisor: Supervisor, told: _Told, tmp_path: Path) -> None:
    # given a child that writes in its first life alone
    mark = tmp_path / "mark"
    code = f"import pathlib, sys; m = pathlib.Path({str(mark)!r}); m.exists() or print('once'); m.touch(); sys.exit(1)"
    # when
    supervisor.start("role", _python(code))
    # then
    assert "last line: once" in told.next()
    assert "(exit status 1)" in told.next()


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
