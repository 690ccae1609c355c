"""`saj-bnmp up` leaves the stack running, and the other commands look at it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from operations.answers import RoleEnded
from producers.saj import SajProducer
from producers.settings import KafkaSettings
from sandbox.saj.day import Day
from sandbox.saj.documents import TYPE
from sandbox.saj.scenarios import Phase

ROOT = Path(__file__).resolve().parents[2]
CLI = [sys.executable, "-m", "console"]
SECONDS = 90.0


@dataclass(frozen=True)
class Up:
    """A stack that runs, and how commands are pointed at it."""

    process: "subprocess.Popen[bytes]"
    environment: Mapping[str, str]
    bootstrap: str
    folders: Path

    def call(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command as an operator would."""
        environment = {**os.environ, **self.environment, "COLUMNS": "200"}
        return subprocess.run(
            [*CLI, *words], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    def wait_for(self, document_id: str, state: str) -> dict[str, Any]:
        """Ask `documents show` until the document has come to `state`."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            found = self.call("documents", "show", document_id, "--json")
            if found.returncode == 0:
                shown: dict[str, Any] = json.loads(found.stdout)
                if shown["document"]["state"] == state:
                    return shown
        raise TimeoutError(f"{document_id} did not come to {state}")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The whole stack, started by its command and ended by Ctrl-C."""
    folders = tmp_path_factory.mktemp("up")
    with (folders.parent / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [*CLI, "up", "--json"],
            env={**os.environ, "TMPDIR": str(folders)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            yield Up(process, said["environment"], said["kafka"], folders)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


@pytest.fixture(scope="module")
def mandado(up: Up) -> str:
    """A mandado that was published; gives its id."""
    day = Day.plan(seed=7)
    first = next(each for each in day.documents_of(Phase.MORNING) if each.scenario == "a warrant alone")
    publication = next(p for p in day.publications if p.data and p.data.get("document_id") == first.document_id)
    assert publication.data is not None
    kit = SajProducer(KafkaSettings(up.bootstrap))
    kit.publish(TYPE, publication.data, key=publication.key, ce_id=publication.ce_id, time=datetime.now(UTC))
    kit.flush(10)
    return first.document_id


@pytest.mark.timeout(240)
def test_the_way_of_a_document_is_shown_step_by_step(up: Up, mandado: str) -> None:
    """Given a registered mandado, when it is shown, then every step stands there with instant, attempt and reason."""
    shown = up.wait_for(mandado, "REGISTERED")
    printed = up.call("documents", "show", mandado).stdout
    details = [step["detail"] for step in shown["history"]]
    for step in ("PERSON", "CREATE", "SIGN_SERVIDOR", "SIGN_MAGISTRADO", "READ_BACK"):
        assert f"{step} begun" in details
    assert next(step["fact"] for step in shown["history"]) == "DocumentIssued"
    assert all(datetime.fromisoformat(step["at"]).tzinfo for step in shown["history"])
    assert printed.count("\n") == len(shown["history"]) + 1
    assert all(detail in printed for detail in details)


@pytest.mark.timeout(240)
def test_an_unknown_document_is_one_clear_sentence_and_status_1(up: Up) -> None:
    """Given an id that nobody published, then the next step is named."""
    found = up.call("documents", "show", "TJMS-0000-000000")
    assert found.returncode == 1
    assert "saj-bnmp documents list" in found.stderr


@pytest.mark.timeout(240)
def test_cursors_and_topics_are_shown(up: Up, mandado: str) -> None:
    """Given a stack at work, then its groups stand at their cursors and its partition counts are told."""
    up.wait_for(mandado, "REGISTERED")
    rows = json.loads(up.call("offsets", "show", "--json").stdout)["items"]
    assert {row["group"] for row in rows} == {"saj-bnmp.processor", "saj-bnmp.sender", "saj-bnmp.resolver"}
    assert sum(row["next_offset"] for row in rows if row["topic"] == "saj.documents.issued") == 1
    # A small machine has fewer partitions than the contract.
    checked = up.call("topics", "check")
    assert checked.returncode == 1
    assert "partitions instead of 12" in checked.stdout


@pytest.mark.timeout(240)
def test_the_doctor_finds_a_running_stack_well_but_for_its_few_partitions(up: Up) -> None:
    """Given a stack at work, then every check holds except for the partition counts of a small machine."""
    found = up.call("doctor", "--json", "--within", "50")
    checks = json.loads(found.stdout)["checks"]
    failed = [check for check in checks if check["verdict"] in ("FAILED", "UNREACHABLE")]
    assert found.returncode == 1
    assert failed
    assert all("partitions instead of" in check["what"] for check in failed)
    verdicts = {check["name"]: check["verdict"] for check in checks}
    for name in ("kafka", "bnmp", "bnmp clock", "ledger clock", "credentials", "cursors saj-bnmp.processor"):
        assert verdicts[name] == "OK", name


@pytest.mark.timeout(240)
def test_a_role_that_was_killed_is_told_as_a_line_and_started_again(up: Up) -> None:
    """Given a clock at work, when it is killed, then how it ended and when it goes on are one JSON line."""
    assert up.process.stdout is not None
    os.kill(_child(up.process.pid, b"clock"), signal.SIGKILL)
    lines = (RoleEnded.model_validate_json(line) for line in up.process.stdout)
    told = next(line for line in lines if line.role == "clock")
    assert (told.how, told.restarts, told.failing) == ("signal SIGKILL", 0, False)
    assert told.next_start_in_seconds > 0
    assert _child(up.process.pid, b"clock") > 0


@pytest.mark.timeout(240)
def test_ctrl_c_stops_the_stack_and_leaves_nothing(up: Up) -> None:
    """Given a stack that runs, when Ctrl-C is pressed, then it ends with 0 and its folders are gone."""
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(40) == 0
    assert list(up.folders.iterdir()) == []


def _child(parent: int, role: bytes) -> int:
    """Give the process of a role, once there is one."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                if role in words and int(stat[1]) == parent and stat[0] != "Z":
                    return int(entry.name)
        time.sleep(0.05)
    raise TimeoutError(f"there is no {role.decode()}")
