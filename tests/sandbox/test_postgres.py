"""The sandbox's PostgreSQL keeps what it acknowledged, and however it ends nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sandbox.kafka.broker import alive
from sandbox.postgres import programs
from sandbox.postgres.errors import NotInstalledError
from sandbox.postgres.server import Postgres
from tests.edges.edge import until

_ROOT = Path(__file__).resolve().parents[2]
_PARENT = """
import json, time
from sandbox.postgres.server import Postgres
server = Postgres.start()
print(json.dumps({"pid": server.pid, "guard": server._guard.pid, "folder": str(server.folder)}), flush=True)
time.sleep(120)
"""


@pytest.fixture(scope="module", params=["", "bundled"], ids=["any", "bundled"])
def server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The machine's own server where there is one, and the wheel's."""
    before = os.environ.get(programs.SETTING)
    os.environ[programs.SETTING] = request.param
    try:
        with Postgres.start() as made:
            yield made
    finally:
        os.environ.pop(programs.SETTING)
        if before is not None:
            os.environ[programs.SETTING] = before


def _ask(server: Postgres, statement: str) -> object:
    engine = sa.create_engine(server.url())
    with engine.begin() as connection:
        found = connection.exec_driver_sql(statement)
        answer = found.scalar() if found.returns_rows else None
    engine.dispose()
    return answer


@pytest.mark.parametrize("fault", [Postgres.kill, lambda _: None], ids=["killed", "restarted"])
def test_what_was_committed_is_there_after_the_server_came_back(
    server: Postgres, fault: Callable[[Postgres], None]
) -> None:
    # given
    _ask(server, "CREATE TABLE IF NOT EXISTS kept (n int)")
    before = _ask(server, "SELECT count(*) FROM kept")
    _ask(server, "INSERT INTO kept VALUES (1)")
    # when
    fault(server)
    server.restart()
    # then
    assert isinstance(before, int)
    assert _ask(server, "SELECT count(*) FROM kept") == before + 1


def test_it_keeps_utf8_in_the_order_of_its_bytes_and_writes_through(server: Postgres) -> None:
    # when / then
    assert _ask(server, "SHOW server_encoding") == "UTF8"
    assert _ask(server, "SHOW fsync") == "on"
    assert _ask(server, "SELECT 'b' < 'é' AND 'B' < 'a'") is True


def test_a_stop_leaves_neither_process_nor_folder() -> None:
    # given
    with Postgres.start(durable=False) as server:
        assert server.folder.exists()
    # then
    assert not server.folder.exists()
    assert not alive(server.pid)


def test_a_parent_that_is_killed_takes_the_server_and_its_folder_along() -> None:
    # given
    with subprocess.Popen([sys.executable, "-c", _PARENT], cwd=_ROOT, stdout=subprocess.PIPE, text=True) as parent:
        said = json.loads(parent.stdout.readline() if parent.stdout else "null")
        # when
        parent.kill()
        # then
        until(lambda: not alive(said["pid"]) and not alive(said["guard"]))
        assert not Path(said["folder"]).exists()


def test_a_guard_that_is_killed_takes_the_server_along_and_the_folder_goes_with_the_handle() -> None:
    # given
    with Postgres.start() as server:
        # when
        os.kill(server._guard.pid, signal.SIGKILL)
        # then
        until(lambda: not alive(server.pid))
    assert not server.folder.exists()


def test_without_any_server_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(programs, "OLDEST", 999)
    # when / then
    with pytest.raises(NotInstalledError, match="saj-bnmp"):
        programs.find_programs()
