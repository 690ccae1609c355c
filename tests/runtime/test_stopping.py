"""TERM: a role ends by itself when it has finished, and at the latest when its time is over."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_DEAF_LOOP = """
import asyncio
from runtime.stopping import until_term
async def body(stopped):
    print("begun", flush=True)
    await stopped.wait()
    print("told", flush=True)
    await asyncio.Event().wait()
until_term(body, {seconds})
"""
_DEAF_THREAD = """
import threading
from runtime.stopping import stop_event
stopped = stop_event({seconds})
print("begun", flush=True)
stopped.wait()
print("told", flush=True)
threading.Event().wait()
"""
_HEARING = """
from runtime.stopping import until_term
async def body(stopped):
    print("begun", flush=True)
    await stopped.wait()
    print("told", flush=True)
until_term(body, {seconds})
"""


@pytest.mark.parametrize(
    ("code", "seconds", "status"),
    [(_DEAF_LOOP, 0.3, 70), (_DEAF_THREAD, 0.3, 70), (_HEARING, 80, 0)],
    ids=["a loop that does not end", "a thread that does not end", "a loop that ends"],
)
def test_whoever_does_not_end_in_time_is_left_as_by_a_kill(code: str, seconds: float, status: int) -> None:
    # given
    process = subprocess.Popen(
        [sys.executable, "-c", code.format(seconds=seconds)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "begun\n"
        # when
        process.send_signal(signal.SIGTERM)
        # then
        assert process.stdout.readline() == "told\n"
        assert process.wait(60) == status
        assert ("role.drain_unfinished" in process.stdout.read()) is bool(status)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
