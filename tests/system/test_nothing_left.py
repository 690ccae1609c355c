"""Whatever becomes of `saj-bnmp demo`, it leaves no process and no folder behind."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

MARK = "SAJ_BNMP_TEST_MARK"
BOUND = 10.0


def _marked(mark: str) -> list[int]:
    """Give the processes that inherited the mark: Kafka's JVM, the simulator, every role, the janitor."""
    wanted, found = f"{MARK}={mark}".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if wanted in environment.split(b"\0"):
                found.append(int(entry.name))
    return found


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str, Path]]:
    """A demo of a small day, with its temporary folders under one of ours."""
    mark, folders = str(uuid.uuid4()), tmp_path / "folders"
    folders.mkdir()
    (tmp_path / "here").mkdir()
    argv = [sys.executable, "-m", "console", "demo", "--persons", "20"]
    environment = {**os.environ, MARK: mark, "TMPDIR": str(folders)}
    with (tmp_path / "demo.log").open("wb") as log:
        process = subprocess.Popen(argv, cwd=tmp_path / "here", env=environment, stdout=log, stderr=log)
        try:
            yield process, mark, folders
        finally:
            for pid in _marked(mark):
                os.kill(pid, signal.SIGKILL)
            process.wait()


@pytest.mark.timeout(150)
def test_a_demo_that_is_killed_leaves_nothing_after_ten_seconds(
    demo: tuple["subprocess.Popen[bytes]", str, Path],
) -> None:
    """Given every role at work, when the demo is killed with -9, then all is gone, Kafka's data included."""
    process, mark, folders = demo
    # Kafka's guard and JVM, the simulator, the janitor, five roles and the demo itself.
    assert _within(60, lambda: len(_marked(mark)) >= 10 and len(list(folders.iterdir())) >= 2)
    process.kill()
    process.wait()
    assert _within(BOUND, lambda: not _marked(mark) and not list(folders.iterdir()))


@pytest.mark.timeout(360)
def test_a_demo_that_ends_leaves_nothing(demo: tuple["subprocess.Popen[bytes]", str, Path]) -> None:
    """Given a day that agrees, when the demo has ended with 0, then nothing of it is left but the report."""
    process, mark, folders = demo
    assert process.wait(300) == 0
    assert _within(1, lambda: not _marked(mark))
    assert list(folders.iterdir()) == []
    assert [path.name for path in (folders.parent / "here").iterdir()] == ["demo-report.json"]
