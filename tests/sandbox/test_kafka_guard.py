"""However the sandbox's Kafka ends, its guard leaves neither a process nor a folder."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.kafka.broker import Broker, alive
from sandbox.kafka.errors import KafkaSandboxError
from sandbox.kafka.jars import classpath

_ROOT = Path(__file__).resolve().parents[2]

_PARENT = """
import json, time
from sandbox.kafka.broker import Broker
broker = Broker.start()
print(json.dumps({"pid": broker.pid, "guard": broker.guard_pid, "data": str(broker.data)}), flush=True)
time.sleep(120)
"""


@pytest.fixture(scope="module", autouse=True)
def _filled_cache() -> None:
    """No test below measures a download."""
    classpath(lambda _line: None)


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def _python(*arguments: str, env: dict[str, str] | None = None) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Run Python until the block ends; give the process and the JSON line that it says first."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
        env={**os.environ, **(env or {})},
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            line = process.stdout.readline()
            assert line, process.stderr.read()
            yield process, json.loads(line)
        finally:
            # The guard of a test that failed gets its chance to clean up.
            process.terminate()
            process.communicate(timeout=40)


@pytest.fixture
def cut_off(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Environment in which no jar can be had: the only repository is a port where nobody listens."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = tmp_path / "jgo.conf"
        settings.write_text(f"[repositories]\ncentral = http://127.0.0.1:{nobody.getsockname()[1]}\n")
        yield {"JGO_CONFIG_FILE": str(settings), "M2_REPO": str(tmp_path / "m2"), "NO_PROXY": "127.0.0.1"}


def test_a_second_start_needs_no_network_and_sigterm_leaves_nothing(cut_off: dict[str, str]) -> None:
    # given a filled cache, no repository, and no Java but the bundled one
    env = {**cut_off, "SAJ_BNMP_SANDBOX_JAVA": "bundled"}
    with _python("-m", "sandbox.kafka", env=env) as (guard, said):
        assert alive(said["pid"])
        # when
        guard.terminate()
        # then
        assert guard.wait(30) == 0
        assert not alive(said["pid"])
        assert not Path(said["data"]).exists()


def test_without_network_and_cache_one_sentence_is_said_and_the_status_is_3(
    cut_off: dict[str, str], tmp_path: Path
) -> None:
    # given an empty cache
    env = {**os.environ, **cut_off, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    # when
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.kafka"],
        capture_output=True,
        text=True,
        cwd=_ROOT,
        env=env,
        timeout=30,
        check=False,
    )
    # then
    *progress, sentence = done.stderr.splitlines()
    assert done.returncode == 3
    assert done.stdout == ""
    assert "could not be fetched" in sentence
    assert "then start again" in sentence
    assert "Traceback" not in done.stderr
    assert all(line.startswith("kafka: downloading") for line in progress)


def test_when_the_parent_is_killed_guard_jvm_and_folder_are_gone_within_10_seconds() -> None:
    # given a parent with a broker
    with _python("-c", _PARENT) as (parent, said):
        assert Path(said["data"]).exists()
        # when
        parent.kill()
        # then
        assert _within(10, lambda: not alive(said["pid"]) and not alive(said["guard"]))
        assert not Path(said["data"]).exists()


def test_a_port_that_is_taken_is_refused_in_words() -> None:
    # given
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        # when, then
        with pytest.raises(KafkaSandboxError, match="give another --port"):
            Broker.start(port=taken.getsockname()[1], say=lambda _line: None)
