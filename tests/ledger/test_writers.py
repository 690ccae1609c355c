"""Several processes write to one ledger on SQLite: none fails, and none is passed over for long."""

import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.tables import outbox
from tests.edges.edge import WAIT_SECONDS
from tests.ledger.office import Office

WRITERS, ROWS = 4, 40
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kind() -> str:
    """PostgreSQL has as many writers as there are persons."""
    return "sqlite"


def test_writers_in_several_processes_all_come_to_their_turn(office: Office, url: str) -> None:
    # given
    argv = [sys.executable, "-m", "tests.ledger.writer", url]
    writers = [
        subprocess.Popen(
            [*argv, str(number), str(ROWS)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    # when all are at work at once
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = [writer.communicate(timeout=WAIT_SECONDS)[1] for writer in writers]
    # then
    assert [writer.returncode for writer in writers] == [0] * WRITERS, said
    rows = office.rows(outbox)
    assert len(rows) == WRITERS * ROWS
    # How many others wrote between a writer's asking and its turn; most often no more than a few rounds of all.
    assert statistics.median(row["id"] - row["person"] - 1 for row in rows) <= 2 * WRITERS
